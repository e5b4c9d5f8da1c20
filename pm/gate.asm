; Assembly that C calls follows gcc's -mregparm=3: arguments in EAX, EDX, ECX; EBX, ESI, EDI, EBP are kept.

section .text.rm_gate progbits alloc exec

; void rm_gate(const void *far_pointer): into rm.bin. The segment registers come back flat.
global rm_gate
rm_gate:
    call far [eax]
    ret
