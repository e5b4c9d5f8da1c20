; Protected mode <-> real mode: the only file with mode-switch instructions (pxe.md 6.2, Intel SDM 3A 9.9).
;
; The C program runs flat and 32-bit with interrupts off. It far-calls `gate` with mb_function set; the
; function runs in real mode with interrupts on, on the stack here, and returns. Both stacks are left where they
; are, so a call from real mode into C may nest another gate call.

RM_CODE32 equ 0x08                      ; 32-bit code at the segment's base: this file
FLAT_CODE equ 0x10                      ; as Linux's 32-bit entry wants it
FLAT_DATA equ 0x18
RM_CODE16 equ 0x20
RM_DATA16 equ 0x28

bits 32

; Far-called from flat C code. Keeps EBX, ESI, EDI, EBP and the flags.
gate:
    pushfd
    cli
    pushad
    mov eax, RM_DATA16
    mov ds, eax
    push dword [pm_esp]
    mov [pm_esp], esp
    sidt [pm_idtr]
    lidt [real_idtr]
    jmp RM_CODE16:.to_real

bits 16
.to_real:
    mov ax, RM_DATA16                   ; real mode keeps these limits: 64 KB, as any BIOS expects
    mov ss, ax
    mov es, ax
    mov fs, ax
    mov gs, ax
    mov eax, cr0
    and al, ~1
    mov cr0, eax
    db 0xea                             ; a far JMP and nothing else makes CS writable on a 486
    dw .real
.segment:
    dw 0
.real:
    mov ax, cs
    mov ds, ax
    mov es, ax
    mov fs, ax
    mov gs, ax
    mov ss, ax
    mov esp, [rm_esp]
    cld
    sti
    mov bx, [mb_function]
    shl bx, 1
    call [functions + bx]

; From real mode into the C program: pops what `gate` (or start) left on the stack at pm_esp.
to_protected:
    cli
    cld
    mov ax, cs
    mov ds, ax
    call a20_ensure                     ; a BIOS call may have closed it
    mov si, message_a20
    jc give_up
    o32 lgdt [gdtr]                     ; a BIOS or PXE call may have loaded its own
    xor ax, ax                          ; KVM without unrestricted guest likes selectors of 0 here
    mov ss, ax
    mov ds, ax
    mov es, ax
    mov fs, ax
    mov gs, ax
    mov eax, cr0
    or al, 1
    mov cr0, eax
    jmp RM_CODE32:.protected

bits 32
.protected:
    mov eax, RM_DATA16
    mov ds, eax
    mov eax, FLAT_DATA
    mov es, eax
    mov fs, eax
    mov gs, eax
    mov ss, eax
    mov esp, [pm_esp]
    pop dword [pm_esp]
    lidt [pm_idtr]
    mov ds, eax
    popad
    popfd
    retf

bits 16

functions:                              ; enum rm_function in pm/rm.c
    dw fn_int, fn_pxe, fn_undi_poll, fn_breathe, fn_idle, fn_jump, fn_exit, fn_give_up

    align 8
gdt:
    dq 0
.rm_code32: dq 0x00409b000000ffff       ; bases of the three RM_ descriptors: start writes them
    dq 0x00cf9b000000ffff
    dq 0x00cf93000000ffff
.rm_code16: dq 0x00009b000000ffff
.rm_data16: dq 0x000093000000ffff
gdt_end:

gdtr:
    dw gdt_end - gdt - 1
    dd 0                                ; start writes it
real_idtr:
    dw 0x3ff
    dd 0
pm_idtr:
    dw 0                                ; no table until C loads one
    dd 0
    align 4
pm_esp: dd 0
rm_esp: dd stack_top
