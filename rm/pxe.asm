; Calling the PXE API (pxe.md 1.5, 3.2).

; BX = opcode, ES:DI = parameter block. One thunk for both APIs: !PXE takes its arguments from the stack, PXENV+
; from the registers. Out: AX = exit code, DS = ES = FS = GS = CS; the API may trash every other register with its
; high half. IF is what the callee left.
pxe_call:
    push es
    push di
    push bx
    call far [cs:mb_pxe_entry_off]
    add sp, 6
    cld
    mov bx, cs
    mov ds, bx
    mov es, bx
    mov fs, bx
    mov gs, bx
    movzx esp, sp
    ret

; PXE function mb_argument on pxe_params. mb_result: 0, or the status.
fn_pxe:
    mov bx, [mb_argument]
    mov di, pxe_params
    call pxe_call
    test ax, ax
    jz .done
    mov ax, [pxe_params]
    test ax, ax
    jnz .done
    inc ax                              ; failed without saying why
.done:
    mov [mb_result], ax
    ret
