; The A20 gate (pxe.md 6.1): look first, then try every method, and believe none without looking again.

A20_WORD equ 0x4f0                      ; 40:F0, the area that the BIOS leaves to applications

; CF clear: addresses above 1 MB are reached. CX = how often to look before giving up. Keeps all but AX, CX.
a20_test:
    push si
    push ds
    push es
    mov si, A20_WORD
    xor ax, ax
    mov ds, ax
    dec ax
    mov es, ax
    mov ax, [si]
    push ax
.look:
    inc ax
    mov [si], ax
    cmp ax, [es:si + 16]                ; FFFF:0500 is 1004F0, or 4F0 when the gate is closed
    jne .open
    out 0x80, al                        ; some gates take a while
    loop .look
    pop word [si]
    stc
    jmp short .done
.open:
    pop word [si]
    clc
.done:
    pop es
    pop ds
    pop si
    ret

; Make sure that A20 is open. CF set: all methods failed. Interrupts off on entry and on return.
; Trashes the general registers and ES.
a20_ensure:
    mov cx, 32
    call a20_test
    jc .closed
    ret
.closed:
    mov byte [a20_rounds], 255
.round:
    mov bx, .methods
.try:
    push bx
    call [bx]
    cli
    mov cx, 4096                        ; a few milliseconds
    call a20_test
    pop bx
    jnc .done
    inc bx
    inc bx
    cmp bx, .methods_end
    jb .try
    dec byte [a20_rounds]
    jnz .round
    stc
.done:
    ret
.methods:
    dw a20_bios, a20_keyboard, a20_port92
.methods_end:

a20_rounds: db 0

; INT 15h 2401h. Some BIOSes trash registers or turn interrupts on, some report success falsely.
a20_bios:
    mov ax, 0x2401
    int 0x15
    cld
    mov ax, cs
    mov ds, ax
    mov es, ax
    mov fs, ax
    mov gs, ax
    ret

; Keyboard controller: write its output port. The null command at the end is for USB emulation in UHCI chips.
a20_keyboard:
    call .wait
    jc .absent
    mov al, 0xd1
    out 0x64, al
    call .wait
    jc .absent
    mov al, 0xdf
    out 0x60, al
    call .wait
    jc .absent
    mov al, 0xff
    out 0x64, al
    call .wait
.absent:
    ret
; Until it takes a byte. Drains what it has to say. CF set: no controller, or stuck.
.wait:
    xor cx, cx
.again:
    out 0x80, al
    in al, 0x64
    cmp al, 0xff                        ; nobody there
    je .stuck
    test al, 1
    jz .empty
    in al, 0x60
    loop .again
    jmp short .stuck
.empty:
    test al, 2
    jz .ready                           ; TEST cleared CF
    loop .again
.stuck:
    stc
.ready:
    ret

; Port 92h: bit 1 opens the gate, bit 0 would reset the machine.
a20_port92:
    in al, 0x92
    cmp al, 0xff
    je .absent
    or al, 2
    and al, ~1
    out 0x92, al
.absent:
    ret
