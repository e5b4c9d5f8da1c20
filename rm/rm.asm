; The real-mode program. One flat binary of origin 0 that works at any segment: it first runs where the prefix
; brought it (init part), then copies itself to the top of base memory and stays there for BIOS and PXE calls,
; interrupt hooks and the ways out.
;
;   0            mailbox, entry points
;   ..           resident code and data
;   resident     init part: runs once; its place becomes the buffers
;
; Everywhere: CS = DS = the program's segment unless a comment says otherwise, DF = 0.

bits 16
cpu 486
org 0

%include "rm/mailbox.inc"

mailbox:
    dd MAILBOX_MAGIC
    times mb_gate_offset - ($ - $$) db 0
    dd gate
    dw RM_CODE32
    times RM_START - ($ - $$) db 0
    jmp near start
    align 4
    jmp near pxe_learn
    align 4

%include "rm/switch.asm"
%include "rm/a20.asm"
%include "rm/call.asm"
%include "rm/idle.asm"
%include "rm/pxe.asm"
%include "rm/undi.asm"
%include "rm/int15.asm"
%include "rm/leave.asm"

    align 16, db 0
RESIDENT_CODE equ $ - $$

%include "rm/start.asm"
%include "rm/pxefind.asm"
%include "rm/unload.asm"

    align 4, db 0
FILE_SIZE equ $ - $$

; Buffers behind the resident code. The first one covers the init part, so nothing but BIOS calls
; of the C program may use it.
absolute RESIDENT_CODE
buffer:         resb 4096
rx_buffer:      resb 6144                ; also the stack of the boot stub
rx_end:
tbd:            resb 72
tx_buffer:      resb 1520
dhcpack:        resb 1260                ; the two together hold a command line until the stub
e820_table:     resb 64 * 20             ; has copied it
pxe_params:     resb 256
undi_block:     resb 16
isr_block:      resb 16
                alignb 16
                resb 8192
stack_top:
RESIDENT_SIZE equ $

%if FILE_SIZE - RESIDENT_CODE > 4096
    %error the init part reaches beyond the first buffer
%endif
%if RESIDENT_SIZE > 28 * 1024
    %error the real-mode program keeps more than 28 KB of base memory
%endif
