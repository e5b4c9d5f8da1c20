; INT 15h memory calls while something of ours is hidden. The C program has worked out the answers (pm/rm.c), so that
; the three calls agree; here they are only handed out. And keys that the BIOS would drop. Everything else goes to it.

int15:
    cmp ax, 0xe820
    je .e820
    cmp ax, 0xe801
    je .e801
    cmp ah, 0x88
    je .ext_kb
    cmp ah, 0x4f
    je .key
.chain:
    jmp far [cs:mb_int15_old]

.e801:
    mov ax, [cs:mb_e801_low]
    mov bx, [cs:mb_e801_high]
    mov cx, ax
    mov dx, bx
    jmp short .success

.ext_kb:
    mov ax, [cs:mb_ext_kb]
.success:
    push bp
    mov bp, sp
    and byte [bp + 6], ~1               ; CF of the caller's flags
    pop bp
    iret

; The BIOS asks what to do with each scan code (AL). It knows no character for AltGr with the key that American
; keyboards lack (56), on which many others have the bar or the backslash; and not the Japanese keys \ _ (73) and
; yen | (7d). They are put into its buffer by hand; CF=0 says that they are dealt with.
.key:
    cmp byte [cs:mb_keymap_in_use], 0
    je .chain
    cmp al, 0x56
    je .ours
    cmp al, 0x73
    je .ours
    cmp al, 0x7d
    jne .chain
.ours:
    push cx
    push ds
    push word 0x40
    pop ds
    mov cl, [0x17]                      ; what is held
    pop ds
    mov ch, al
    cmp al, 0x56
    jne .japanese
    test cl, 8                          ; Alt
    mov cl, 0
    jnz .store
    pop cx
    jmp short .chain
.japanese:
    test cl, 3                          ; Shift
    mov cl, '\'
    jz .store
    mov cl, '_'
    cmp al, 0x73
    je .store
    mov cl, '|'
.store:
    push ax
    mov ah, 5
    int 0x16
    pop ax
    pop cx
    jmp short .success

.fail:
    mov ah, 0x86
    push bp
    mov bp, sp
    or byte [bp + 6], 1
    pop bp
    iret

; EBX counts the entries. A caller with room for 24 bytes also gets the ACPI 3 attributes.
.e820:
    cmp edx, 0x534d4150                 ; "SMAP"
    jne .chain
    movzx eax, word [cs:mb_e820_count]
    cmp ebx, eax
    jae .fail
    cmp ecx, 20
    jb .fail
    push esi
    imul si, bx, 20
    add si, [cs:mb_e820_offset]
    push di
    push cx
    mov cx, 5
.copy:
    mov eax, [cs:si]
    mov [es:di], eax
    add si, 4
    add di, 4
    loop .copy
    pop cx
    cmp ecx, 24
    mov ecx, 20
    jb .short
    mov dword [es:di], 1
    mov cl, 24
.short:
    pop di
    pop esi
    inc bx
    cmp bx, [cs:mb_e820_count]
    jb .more
    xor ebx, ebx
.more:
    mov eax, edx
    jmp .success
