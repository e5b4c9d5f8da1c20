; Waiting in HLT, which the timer ends 18 times a second, or an interrupt that rm_idle_irq() hooked.

; An interrupt between the mode switch and the HLT must not be slept over: `woken` says that there was one, and STI
; lets none in before the HLT behind it.
fn_idle:
    cli
    cmp byte [woken], 0
    jne .out
    sti
    hlt
.out:
    mov byte [woken], 0
    sti
    ret

; IRQ 3..7 of a device that C polls: all it has to do is to end the wait.
wake:
    push ax
    mov byte [cs:woken], 1
    mov al, 0x20                        ; end of interrupt
    out 0x20, al
    pop ax
    iret

woken: db 0
