; puck.usb: a whole disk for USB sticks and everything that a BIOS starts like a hard disk.
;
;   file      memory
;   0         0:7C00     MBR: reads the partition and starts it
;   LBA 32    0:8000     entry, the real-mode program, the packed C program
;   end       behind     an archive appended by tools (then the sectors `left` to read grow, and the partition)
;   padding              to whole cylinders of 1 MiB
;
; BIOSes that take a stick for a ZIP drive want 64 heads, 32 sectors and the active partition in entry 4; some look
; at the first byte of the MBR and want 33h, as Microsoft's; those that take it for a floppy write into what would be
; the BPB (pxe.md 8).

%include "rm/mailbox.inc"
%include "boot/last_words.inc"
%include "boot/payload.inc"

org 0
bits 16
cpu 486

HEADS equ 64
TRACK equ 32                            ; sectors of a track
CYLINDER equ HEADS * TRACK
FIRST_LBA equ TRACK                     ; head 1, sector 1
CHUNK equ 64                            ; sectors of a read: 32 KB, from a 32 KB boundary: never across 64 KB
TRIES equ 5

MBR_BASE equ 0x7c00
%define AT(label) (MBR_BASE + (label) - $$)

; ---- MBR -----------------------------------------------------------------------------------------------------

    db 0x33, 0xc0                       ; xor ax, ax
    jmp short mbr
    times 0x5a - ($ - $$) db 0          ; a BPB of FAT32 would end here

; Variables, reached as [bp + x] with BP = 7C00h.
drive equ $ - $$
    db 0
has_lba equ $ - $$
    db 0
heads equ $ - $$
    dw HEADS
sectors equ $ - $$
    dw TRACK
lba equ $ - $$
    dd FIRST_LBA
left equ $ - $$
    dw (end - partition + 511) / 512
count equ $ - $$
    dw 0

; ES:0 = where the next sector goes, SI = tries left
mbr:
    cli
    mov ss, ax
    mov sp, MBR_BASE
    mov bp, sp
    mov ds, ax
    mov es, ax
    jmp 0:AT(.normal)
.normal:
    sti
    cld
    mov [bp + drive], dl
    mov ax, [bp + left]
    add ax, LOW_SEGMENT * 16 / 512 + 1
    shr ax, 1
    cmp ax, [0x413]
    ja failed                           ; AH = 0: no error of the BIOS
    mov ah, 0x41                        ; are there reads by LBA?
    mov bx, 0x55aa
    call disk
    jc .geometry
    cmp bx, 0xaa55
    jne .geometry
    and cl, 1
    mov [bp + has_lba], cl
.geometry:
    mov ah, 0x08
    xor di, di
    call disk
    jc .read
    and cx, 63
    jz .read                            ; SeaBIOS says so for sticks: keep ours
    mov [bp + sectors], cl
    mov cl, dh
    inc cx                              ; 1 to 256
    mov [bp + heads], cx
.read:
    mov ax, LOW_SEGMENT
.next:
    mov es, ax
    mov si, TRIES
.again:
    call read_some
    jnc .done
    push ax
    mov ah, 0                           ; reset
    call disk
    pop ax
    dec si
    jnz .again
    dec byte [bp + has_lba]             ; the other way, then
    jz .read_on
    jmp short failed
.read_on:
    mov ax, es
    jmp short .next
.done:
    mov ax, [bp + count]
    add [bp + lba], ax
    sub [bp + left], ax
    shl ax, 5                           ; paragraphs
    mov bx, es
    add ax, bx
    cmp word [bp + left], 0
    jne .next
    mov dl, [bp + drive]
    jmp LOW_SEGMENT:0                   ; AX = first paragraph behind what was read

; INT 13h on our drive. CF set: AH = error.
disk:
    mov dl, [bp + drive]
    stc
    int 0x13
    sti                                 ; some BIOSes forget it
    ret

; Read [count] sectors from [lba] on to ES:0.
read_some:
    cmp byte [bp + has_lba], 1
    jne .chs
    mov ax, [bp + left]
    cmp ax, CHUNK
    jbe .fits
    mov ax, CHUNK
.fits:
    mov [bp + count], ax
    push si
    push dword 0                        ; the packet, from its end
    push dword [bp + lba]
    push es
    push word 0
    push ax
    push word 16
    mov si, sp
    mov ah, 0x42
    call disk
    lea sp, [si + 16]                   ; keeps CF
    pop si
    ret
.chs:
    mov word [bp + count], 1            ; one by one: no end of a track or of 64 KB is crossed
    mov ax, [bp + lba]
    xor dx, dx
    div word [bp + sectors]
    mov cx, dx
    inc cx                              ; sectors count from 1
    xor dx, dx
    div word [bp + heads]               ; AX = cylinder, DX = head
    mov dh, dl
    mov ch, al
    shl ah, 6
    or cl, ah
    xor bx, bx
    mov ax, 0x0201
    jmp disk

; AH = error of the BIOS. INT 18h: the next boot device.
failed:
    mov al, ah
    aam 16
    call .digit
    xchg al, ah
    call .digit
    mov [AT(.code)], ax
    mov si, AT(.text)
    LAST_WORDS
.digit:                                 ; AL = 0..15 to ASCII
    cmp al, 10
    sbb al, 0x69
    das
    ret
.text: db 13, 10, "Puck: cannot read this disk (BIOS error "
.code: db "00h)", 13, 10, 0

    times 0x1b8 - ($ - $$) db 0
    dd 0x4b435550                       ; disk signature
    dw 0
    times 3 * 16 db 0
    db 0x80, 1, 1, 0                    ; entry 4: active, begins at head 1, sector 1, cylinder 0
    db 0xeb, HEADS - 1, TRACK | (CYLINDERS - 1) >> 2 & 0xc0, (CYLINDERS - 1) & 0xff
    dd FIRST_LBA, CYLINDERS * CYLINDER - FIRST_LBA
    dw 0xaa55
end_of_mbr:

    times FIRST_LBA * 512 - ($ - $$) db 0

; ---- the partition, at LOW_SEGMENT:0 ---------------------------------------------------------------------------

RM_SEGMENT equ LOW_SEGMENT + (rm_at - partition) / 16

partition:
    mov bx, RM_SEGMENT
    mov ds, bx
    mov word [mb_origin], RM_FROM_DISK
    mov [mb_boot_drive], dl
    mov dword [mb_payload], LOW_SEGMENT * 16 + payload - partition
    mov [mb_image_end_para], ax
    jmp RM_SEGMENT:RM_START
    align 16, db 0
rm_at:
    incbin RM

    PAYLOAD end - $$, end - $$
    align 16, db 0
end:
CYLINDERS equ (end - $$ + CYLINDER * 512 - 1) / (CYLINDER * 512)
    times CYLINDERS * CYLINDER * 512 - ($ - $$) db 0
