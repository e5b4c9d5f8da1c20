; Init part: find the PXE stack that started us (pxe.md 1.2). Never trust one path, and believe no structure
; without its checksum.

; ES:BX = where PXENV+ may be, DX:CX = where !PXE may be. Runs on the stack of the PXE ROM. CF clear: found,
; mb_pxe_entry_* and mb_undi_* are filled.
pxe_find:
    mov [pxenv_candidate], bx
    mov [pxenv_candidate + 2], es
    mov es, dx
    mov bx, cx
    call try_bangpxe
    jnc .found
    les bx, [pxenv_candidate]
    call try_pxenv
    jnc .found
    mov ax, 0x5650                      ; "VP"
    int 0x1a
    mov cx, cs
    mov ds, cx
    cld
    jc .scan
    cmp ax, 0x564e                      ; "VN"
    jne .scan
    call try_pxenv
    jnc .found
.scan:
    mov di, try_bangpxe
    call scan_base_memory
    jnc .found
    mov di, try_pxenv
    call scan_base_memory
.found:
    ret

; Call DI with ES:0 for every paragraph from the top of free base memory to A000h until it returns CF clear.
scan_base_memory:
    xor ax, ax
    mov es, ax
    mov ax, [es:0x413]
    shl ax, 6
.next:
    cmp ax, 0xa000
    cmc
    jc .done
    mov es, ax
    xor bx, bx
    push ax
    push di
    call di
    pop di
    pop ax
    inc ax                              ; keeps CF
    jc .next
.done:
    ret

; ES:BX = !PXE? CF clear: yes, and taken.
try_bangpxe:
    call normalise_es
    cmp dword [es:bx], "!PXE"
    jne .no
    mov cl, [es:bx + 4]
    cmp cl, 0x58
    jb .no
    call byte_sum
    jnz .no
    mov eax, [es:bx + 0x10]             ; EntryPointSP
    test eax, eax
    jz .no
    mov [mb_pxe_entry_off], eax
    mov ax, [es:bx + 0x28]
    mov [mb_undi_data], ax
    mov ax, [es:bx + 0x2e]
    mov [mb_undi_data_size], ax
    mov ax, [es:bx + 0x30]
    mov [mb_undi_code], ax
    mov ax, [es:bx + 0x36]
    mov [mb_undi_code_size], ax
    clc
    ret
.no:
    stc
    ret

; ES:BX = PXENV+? CF clear: yes, and what is better of it and the !PXE it points to is taken.
try_pxenv:
    call normalise_es
    cmp dword [es:bx], "PXEN"
    jne .no
    cmp word [es:bx + 4], "V+"
    jne .no
    mov cl, [es:bx + 8]
    cmp cl, 0x28
    jb .no
    call byte_sum
    jnz .no
    cmp word [es:bx + 6], 0x0201
    jb .old
    cmp cl, 0x2c
    jb .old
    push es
    push bx
    les bx, [es:bx + 0x28]
    call try_bangpxe
    jnc .better
    mov di, try_bangpxe
    call scan_base_memory
.better:
    pop bx
    pop es
    jnc .yes
.old:
    mov eax, [es:bx + 0x0a]             ; RMEntry
    test eax, eax
    jz .no
    mov [mb_pxe_entry_off], eax
    mov eax, [es:bx + 0x20]             ; segment, size
    mov [mb_undi_data], eax
    mov eax, [es:bx + 0x24]
    mov [mb_undi_code], eax
.yes:
    clc
    ret
.no:
    stc
    ret

; ES:BX with an offset below 16. Keeps the rest but AX.
normalise_es:
    mov ax, bx
    shr ax, 4
    push cx
    mov cx, es
    add ax, cx
    mov es, ax
    pop cx
    and bx, 15
    ret

; ZF set when the CL bytes at ES:BX add up to 0. Trashes AL, SI, CH.
byte_sum:
    push cx
    mov si, bx
    xor al, al
    xor ch, ch
.next:
    add al, [es:si]
    inc si
    loop .next
    pop cx
    test al, al
    ret

pxenv_candidate: dd 0
