; First and last instruction of the boot stub. Calling convention: see pm/gate.asm.

section .text.entry progbits alloc exec

extern stub_main

; From rm/start.asm: EAX = the mailbox, which is stub_main's argument, flat segments, interrupts off.
global stub_entry
stub_entry:
    jmp stub_main

; void stub_enter(u32 entry, struct mailbox *mb)
global stub_enter
stub_enter:
    xchg eax, edx
    jmp edx
