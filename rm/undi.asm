; Receiving through somebody else's UNDI (pxe.md 3.3, 3.5): the interrupt handler, and a poll that fetches whatever is
; there in one stay in real mode.

UNDI_ISR equ 0x14
ISR_START equ 1                         ; FuncFlag in
ISR_PROCESS equ 2
ISR_GET_NEXT equ 3
ISR_TRANSMIT equ 2                      ; FuncFlag out; anything else means DONE
ISR_RECEIVE equ 3

; the parameter block
isr_status equ 0
isr_func equ 2
isr_buffer_len equ 4
isr_frame_len equ 6
isr_frame equ 10

MAX_FRAME equ 1536
MAX_CALLS equ 32                        ; UNDI_ISR calls in one poll: a confused stack must not keep us

; Fetch received frames into rx_buffer: length word, bytes, padding to even, and a length of 0 at the end.
; mb_result = frames.
fn_undi_poll:
    mov word [mb_result], 0
    mov word [rx_at], rx_buffer
    mov word [frame_len], 0
    mov word [calls_left], MAX_CALLS
    mov al, ISR_GET_NEXT
    cmp byte [processing], 0
    jne .call
    call undi_is_due
    jc .end
    mov al, ISR_PROCESS
.call:
    mov byte [processing], 1
    mov di, undi_block
    call isr_call
    test ax, ax
    jnz .idle
    mov ax, [undi_block + isr_func]
    cmp ax, ISR_TRANSMIT
    je .next
    cmp ax, ISR_RECEIVE
    jne .idle
    call take_fragment
    cmp word [frame_len], 0
    jne .next                           ; in the middle of a frame
    cmp word [rx_at], rx_end - MAX_FRAME - 4
    ja .end                             ; full: GET_NEXT goes on at the next poll
.next:
    mov al, ISR_GET_NEXT
    dec word [calls_left]
    jnz .call
    jmp short .end
.idle:
    mov byte [processing], 0
.end:
    cmp word [frame_len], 0
    je .whole
    inc dword [mb_undi_errors]          ; the rest of a frame never came
.whole:
    mov di, [rx_at]
    mov word [di], 0
    test word [mb_undi_mode], UNDI_ONE_PER_IRQ
    jz .done
    cmp word [mb_result], 0
    je .done
    dec dword [irq_seen]                ; Etherboot 5.4: one frame an interrupt, look again without one
.done:
    ret

; CF clear when UNDI_ISR PROCESS should be called. Opens a window for the interrupt.
undi_is_due:
    mov eax, [mb_ticks_irq]
    cmp eax, [irq_seen]
    jne .due
    call rearm
    sti
    nop
    nop
    nop
    mov eax, [mb_ticks_irq]
    cmp eax, [irq_seen]
    jne .due
    test word [mb_undi_mode], UNDI_POLL
    jnz .due
    stc
    ret
.due:
    mov [irq_seen], eax
    clc
    ret

; Unmask the line that the handler masked.
rearm:
    mov dx, [mb_irq_mask_port]
    pushf
    cli
    cmp byte [irq_masked], 0
    je .done
    mov byte [irq_masked], 0
    in al, dx
    mov ah, [mb_irq_mask_bit]
    not ah
    and al, ah
    out dx, al
.done:
    popf
    ret

; AL = FuncFlag, DI = block. Out: AX = exit code.
isr_call:
    cld
    push di
    mov cx, 8
    push ax
    xor ax, ax
    mov bx, cs
    mov es, bx
    rep stosw
    pop ax
    pop di
    mov [di + isr_func], al
    mov bx, UNDI_ISR
    jmp pxe_call

; undi_block describes a frame or a piece of one: append it to rx_buffer. frame_len = 0 afterwards when
; the frame is complete or not wanted.
take_fragment:
    mov cx, [undi_block + isr_buffer_len]
    mov ax, [frame_len]
    test ax, ax
    jnz .append
    mov ax, [undi_block + isr_frame_len]
    test ax, ax
    jz .bad
    cmp cx, ax
    ja .bad
    cmp ax, MAX_FRAME
    ja .bad
    mov [frame_len], ax
    mov [frame_missing], ax
.append:
    cmp cx, [frame_missing]
    jbe .fits
    mov cx, [frame_missing]             ; clip
.fits:
    mov di, [rx_at]
    lea di, [di + 2]
    add di, ax
    sub di, [frame_missing]
    sub [frame_missing], cx
    push ds
    lds si, [undi_block + isr_frame]
    call normalise
    rep movsb
    pop ds
    cmp word [frame_missing], 0
    jne .done
    mov di, [rx_at]
    mov ax, [frame_len]
    mov [di], ax
    add ax, 3
    and al, ~1
    add [rx_at], ax
    inc word [mb_result]
    mov word [frame_len], 0
.done:
    ret
.bad:
    inc dword [mb_undi_errors]
    ret

; DS:SI with an offset below 16, so that a frame never runs over the end of the segment. Keeps CX, DI.
normalise:
    mov ax, si
    shr ax, 4
    mov bx, ds
    add ax, bx
    mov ds, ax
    and si, 15
    ret

; The NIC's interrupt. It interrupts BIOS and PXE code alike, so everything is kept, high halves and all (and no
; POPAD: on a 386 it may damage ESP). The line stays masked until the next poll, and nobody else is called:
; a BIOS default handler may mask, crash, or acknowledge only half of it.
undi_irq:
    push ds
    push es
    push fs
    push gs
    push eax
    push ebx
    push ecx
    push edx
    push esi
    push edi
    push ebp
    pushfd
    cld
    mov ax, cs
    mov ds, ax
    mov dx, [mb_irq_mask_port]
    in al, dx
    or al, [mb_irq_mask_bit]
    out dx, al
    mov byte [irq_masked], 1
    push esp
    mov al, ISR_START
    mov di, isr_block
    call isr_call
    cli
    pop ebx
    test ax, ax
    jnz .not_ours
    cmp word [isr_block + isr_func], 0
    jne .not_ours
    inc dword [mb_ticks_irq]
    jmp short .acknowledge
.not_ours:
    inc dword [mb_irq_not_ours]
.acknowledge:
    mov al, 0x20
    cmp byte [mb_irq_mask_port], 0x21
    je .master
    out 0xa0, al
.master:
    out 0x20, al
    mov esp, ebx                        ; PUSH ESP stored the value before it: the PXE call loses the high half
    popfd
    pop ebp
    pop edi
    pop esi
    pop edx
    pop ecx
    pop ebx
    pop eax
    pop gs
    pop fs
    pop es
    pop ds
    iret

    align 4
irq_seen: dd 0
rx_at: dw 0
frame_len: dw 0                         ; of the frame being put together, 0 = none
frame_missing: dw 0                     ; bytes of it still to come
calls_left: dw 0
processing: db 0                        ; the stack has not said DONE yet
irq_masked: db 0
