; The first instructions of the protected-mode program. The boot stub jumps here with the program loaded, relocated
; and its BSS clear; flat segments, interrupts off.

STACK_SIZE equ 64 * 1024

extern puck_main

section .text.entry progbits alloc exec

; EAX = the mailbox, which is puck_main's argument, too.
global entry
entry:
    mov esp, stack_top
    xor ebp, ebp
    call puck_main
.stop:
    hlt
    jmp short .stop

section .bss.stack nobits alloc write align=16
    resb STACK_SIZE
stack_top:
