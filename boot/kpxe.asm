; puck.kpxe, undionly.kpxe: a network boot program. A PXE ROM loads the file to 0000:7C00 and far-calls it. What the
; ROM knows is asked of it, its base code is unloaded and its UNDI is kept (pxe.md 1.1, 4.1 "kpxe").
; It also starts where there is no PXE: then no UNDI is found.
;
;   file      memory
;   0         0:7C00     entry, the real-mode program, the packed C program
;   end                  an archive appended by tools
;   behind               2 KB of scratch memory for the talk with the PXE stack

%include "rm/mailbox.inc"
%include "boot/payload.inc"

org 0
bits 16
cpu 486

LOAD_SEGMENT equ 0x07c0
LOAD_BASE equ LOAD_SEGMENT * 16
RM_SEGMENT equ LOAD_SEGMENT + rm_at / 16
SCRATCH_SIZE equ 2048

; ES:BX = PXENV+, [SP + 4] = far pointer to !PXE; some ROMs pass one of them only, or start us at 07C0:0000.
    jmp LOAD_SEGMENT:start
start:
    cld
    mov bp, sp
    mov ax, cs
    mov ds, ax
    mov cx, [bp + 4]
    mov dx, [bp + 6]
    call scratch_segment
    push ax
    call RM_SEGMENT:RM_PXE
    pop ax
    mov bx, RM_SEGMENT
    mov ds, bx
    mov word [mb_origin], RM_FROM_PXE
    mov dword [mb_payload], LOAD_BASE + payload - $$
    add ax, SCRATCH_SIZE / 16
    mov [mb_image_end_para], ax
    jmp RM_SEGMENT:RM_START

; AX = first paragraph behind the image and its archive. Keeps the rest.
scratch_segment:
    push edx
    mov edx, [archive_len]
    add edx, end - $$ + 15
    shr edx, 4
    mov ax, dx
    add ax, LOAD_SEGMENT
    pop edx
    ret

    align 16, db 0
rm_at equ $ - $$
    incbin RM

    PAYLOAD end - $$, end - $$
    align 16, db 0
end:
