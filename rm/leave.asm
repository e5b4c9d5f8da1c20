; The ways out.

; Enter other real-mode code for ever: registers from mb_regs, stack and target from mb_jump_*. IF = 0.
fn_jump:
    cli
    mov ss, [mb_jump_ss]
    movzx esp, word [mb_jump_sp]
    LOAD_REGS
    jmp far [cs:mb_jump_ip]

; "Boot failed, try the next": INT 18h. When 40:13 gives this memory back it must be zero again, because Intel's
; ROMs refuse to load where it is not (pxe.md 3.9, 44). So the last instructions run at 0:7C00.
fn_exit:
    cli
    cld
    xor ax, ax
    mov es, ax
    mov si, .tail
    mov di, 0x7c00
    mov cx, .tail_end - .tail
    rep movsb
    mov dx, cs                          ; DX = our segment, BX = what 40:13 says in paragraphs
    mov bx, [es:0x413]
    shl bx, 6
    mov ss, ax
    mov esp, LOW_STACK_TOP
    jmp 0:0x7c00
.tail:
    cmp bx, dx
    jbe .leave                          ; not given back
    mov es, dx
    xor ax, ax
    xor di, di
    mov cx, RESIDENT_SIZE / 2
    rep stosw
.leave:
    mov ds, ax
    mov es, ax
    mov fs, ax
    mov gs, ax
    sti
    int 0x18
    int 0x19                            ; a BIOS that came back from INT 18h
.stop:
    hlt
    jmp short .stop
.tail_end:

; The text in `buffer` of those who cannot go on, before there is a console.
fn_give_up:
    mov si, buffer
; SI = text: say it and leave.
give_up:
    push si
    mov si, message_puck
    call print
    pop si
    call print
    mov si, message_end
    call print
    sti
    int 0x18
.stop:
    hlt
    jmp short .stop

print:
    mov ax, cs
    mov ds, ax
    cld
.next:
    lodsb
    test al, al
    jz .done
    push si
    mov ah, 0x0e
    mov bx, 7
    int 0x10
    pop si
    jmp short .next
.done:
    ret

message_puck: db 13, 10, "Puck: ", 0
message_a20: db "the A20 gate does not open: no memory above 1 MB", 0
message_end: db 13, 10, 0
