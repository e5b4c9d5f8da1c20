; Entry points of the 32 CPU exceptions (Intel SDM 3A, 6.15). Calling convention: see gate.asm.

extern exception_dump

section .text.exception progbits alloc exec

WITH_ERROR_CODE equ 1 << 8 | 1 << 10 | 1 << 11 | 1 << 12 | 1 << 13 | 1 << 14 | 1 << 17 | 1 << 21 | 1 << 29 | 1 << 30

; Stubs of 10 bytes each, so that C finds number n at exception_stubs + 10 n.
global exception_stubs
exception_stubs:
%assign vector 0
%rep 32
    times 10 * vector - ($ - exception_stubs) nop
    %if (WITH_ERROR_CODE >> vector & 1) = 0
    push byte 0
    %endif
    push byte vector
    jmp near enter_dump
    %assign vector vector + 1
%endrep

; The stack is what struct exception_frame of exception.c describes.
enter_dump:
    pushad
    mov eax, cr2
    push eax
    cld
    mov eax, esp
    jmp exception_dump                  ; never returns

; void exception_load(const struct idt_register *)
global exception_load
exception_load:
    lidt [eax]
    ret
