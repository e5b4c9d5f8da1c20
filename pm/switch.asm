; The task switch (pm/lib/context.h) of the target. What a task is when it does not run is its stack
; pointer: everything else lies on its stack. Registers as -mregparm=3 passes them: EAX, EDX, ECX.

        cpu 486
        bits 32

STACK_SIZE equ 32768

        section .text

        global context_new, context_switch, context_entered, context_free

; void *context_new(EAX stack, EDX size, ECX entry): the stack looks as if entry had been about to be
; called by somebody who saved four registers there.
context_new:
        lea     eax, [eax + edx - 6 * 4]
        mov     [eax + 4 * 4], ecx
        mov     dword [eax + 5 * 4], 0  ; entry's return address: it never returns
        ret

; void context_switch(EAX save, EDX to)
context_switch:
        push    ebp
        push    ebx
        push    esi
        push    edi
        test    eax, eax
        jz      .over
        mov     [eax], esp
.over:  mov     esp, edx
        pop     edi
        pop     esi
        pop     ebx
        pop     ebp
        ret

context_entered:
context_free:
        ret

        section .rodata

        global context_stack_size

        align 4
context_stack_size:
        dd      STACK_SIZE
