; A boot sector that shuts the A20 gate, says on COM1 that it is shut, and starts the boot sector behind itself as the
; BIOS would. With -DREFUSES=1 INT 15h 2401h fails from then on. test_start.py puts it before puck.usb's.

        bits 16
        org 0x600

SERIAL equ 0x3f8

        xor ax, ax
        mov ss, ax
        mov sp, 0x600
        mov ds, ax
        mov es, ax
        cld
        mov si, 0x7c00
        mov di, 0x600
        mov cx, 256
        rep movsw
        jmp 0:moved
moved:
        mov [drive], dl
        mov bx, 0x7c00                  ; sector 2 of track 0
        mov ax, 0x0201
        mov cx, 2
        xor dh, dh
        int 0x13
        jc $
%if REFUSES
        cli
        mov eax, [4 * 0x15]
        mov [old], eax
        mov word [4 * 0x15], int15
        mov [4 * 0x15 + 2], cs
        sti
%endif
        in al, 0x92
        and al, ~3 & 0xff
        out 0x92, al
        mov ax, 0xffff                  ; FFFF:0510 is 100500, or 500 while the gate is shut
        mov es, ax
        mov ax, [0x500]
        not ax
        mov [es:0x510], ax
        cmp [0x500], ax
        jne start
        mov si, text
        mov dx, SERIAL
say:
        lodsb
        test al, al
        jz start
        out dx, al
        jmp say
start:
        xor ax, ax
        mov es, ax
        mov dl, [drive]
        jmp 0:0x7c00

int15:
        cmp ax, 0x2401
        je .refuse
        jmp far [cs:old]
.refuse:
        mov ah, 0x86
        push bp
        mov bp, sp
        or byte [bp + 6], 1
        pop bp
        iret

text:   db "A20-IS-SHUT", 13, 10, 0
drive:  db 0
        align 4, db 0
old:    dd 0
        times 510 - ($ - $$) db 0
        dw 0xaa55
