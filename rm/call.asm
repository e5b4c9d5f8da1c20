; INT n for the C program, and letting hardware interrupts in.

; INT mb_argument with the registers in mb_regs; they are updated. The handler is entered as the INT instruction
; would, but by IRET, so that no code is patched.
fn_int:
    xor ax, ax
    mov es, ax
    mov bx, [mb_argument]
    shl bx, 2
    mov ax, [regs_eflags]
    and ax, 1                           ; CF as the caller wants it
    mov cx, ax
    or cx, 0x202                        ; the handler returns to interrupts on
    push cx
    push cs
    push word .back
    or al, 2                            ; and starts with them off
    push ax
    push word [es:bx + 2]
    push word [es:bx]
    LOAD_REGS
    iret
.back:
    pushf
    push ds
    push cs
    pop ds
    mov [regs_eax], eax
    mov [regs_ebx], ebx
    mov [regs_ecx], ecx
    mov [regs_edx], edx
    mov [regs_esi], esi
    mov [regs_edi], edi
    mov [regs_ebp], ebp
    mov [regs_es], es
    mov [regs_fs], fs
    mov [regs_gs], gs
    pop word [regs_ds]
    pop word [regs_eflags]
    movzx esp, sp
    ret

; What is pending (timer, keyboard, NIC) gets through here; one instruction after STI is not enough.
fn_breathe:
    nop
    nop
    ret
