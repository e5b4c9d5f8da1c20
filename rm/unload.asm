; Init part: what a network boot program does once: learn what the PXE stack knows, then throw its base code out and
; keep its UNDI (pxe.md 3.1, 4). Nothing that fails here is fatal.

; Scratch memory behind the loaded image
SCRATCH_PARAMS  equ 0                   ; parameter block, zero before each call
SCRATCH_DHCPACK equ 256

; From boot/kpxe.asm by far call, on the stack of the PXE ROM: candidates as for pxe_find; AX = scratch segment,
; 2 KB that are free.
pxe_learn:
    cld
    push cs
    pop ds
    mov [scratch_segment], ax
    call pxe_find
    jc .none
    mov word [mb_pxe_flags], PXE_PRESENT | PXE_STARTED | PXE_INITIALIZED
    call learn_nic
    call learn_information
    call learn_interface
    call learn_dhcpack
    call mask_irq
    mov bl, 0x05                        ; UNDI_SHUTDOWN
    call scratch_call
    jnz .still_initialized
    and word [mb_pxe_flags], ~PXE_INITIALIZED
.still_initialized:
    cmp dword [interface_type], "Ethe"  ; Etherboot 5.4 would take back the memory of its UNDI, too
    je .none
    mov bl, 0x70                        ; UNLOAD_STACK
    call scratch_call
    jnz .none
    call free_base_code
.none:
    retf

; Clear the parameter block. Out: ES:DI = it. Keeps all but AX, CX.
scratch_clear:
    mov es, [scratch_segment]
    mov di, SCRATCH_PARAMS
    xor ax, ax
    mov cx, 256 / 2
    rep stosw
    mov di, SCRATCH_PARAMS
    ret

; Function BL with a clear block. ZF set: success, ES:DI = the block.
scratch_call:
    call scratch_clear
; Function BL with the block as it is.
scratch_call_filled:
    xor bh, bh
    call pxe_call
    mov es, [scratch_segment]
    mov di, SCRATCH_PARAMS
    test ax, ax
    ret

learn_nic:
    mov word [mb_pxe_busdevfn], 0xffff
    call scratch_clear
    mov byte [es:di + 2], 0xeb          ; some stacks do not write the type at all
    mov bl, 0x12                        ; UNDI_GET_NIC_TYPE
    call scratch_call_filled
    jnz .unknown
    mov al, [es:di + 2]
    cmp al, 2
    je .pci
    cmp al, 0xeb
    jne .unknown
.pci:
    mov ax, [es:di + 3]
    mov [mb_pxe_vendor], ax
    mov ax, [es:di + 5]
    mov [mb_pxe_device], ax
    mov ax, [es:di + 0x0b]
    mov [mb_pxe_busdevfn], ax
    or word [mb_pxe_flags], PXE_IS_PCI
.unknown:
    ret

learn_information:
    mov bl, 0x0c                        ; UNDI_GET_INFORMATION
    call scratch_call
    jnz .unknown
    mov ax, [es:di + 4]
    cmp ax, 15
    ja .unknown
    mov [mb_pxe_irq], ax
.unknown:
    ret

learn_interface:
    mov bl, 0x13                        ; UNDI_GET_IFACE_INFO
    call scratch_call
    jnz .unknown
    mov eax, [es:di + 2]
    mov [interface_type], eax
    mov eax, [es:di + 0x16]
    mov [mb_pxe_service_flags], eax
.unknown:
    ret

learn_dhcpack:
    call scratch_clear
    mov word [es:di + 2], 2             ; the ACK
    mov word [es:di + 4], 1260
    mov word [es:di + 6], SCRATCH_DHCPACK
    mov [es:di + 8], es
    mov bl, 0x71                        ; GET_CACHED_INFO
    call scratch_call_filled
    jnz .none
    mov ax, [es:di + 4]
    cmp ax, 1260
    jbe .fits
    mov ax, 1260
.fits:
    mov [mb_pxe_dhcpack_len], ax
.none:
    ret

; Until somebody hooks it: the handler of the base code is about to go.
mask_irq:
    mov cx, [mb_pxe_irq]
    jcxz .none
    mov dx, 0x21
    cmp cl, 8
    jb .master
    mov dx, 0xa1
    sub cl, 8
.master:
    mov ah, 1
    shl ah, cl
    in al, dx
    or al, ah
    out dx, al
.none:
    ret

; Raise 40:13 up to where the UNDI begins, if nobody can still be using what lies between: no vector of the BIOS calls
; that boot ROMs hook may point there.
free_base_code:
    mov ax, [mb_undi_code]
    cmp ax, [mb_undi_data]
    jbe .lower
    mov ax, [mb_undi_data]
.lower:
    shr ax, 6                           ; the new top in KB
    xor dx, dx
    mov es, dx
    mov dx, [es:0x413]                  ; the old one
    cmp ax, dx
    jbe .keep
    cmp ax, 640
    ja .keep
    mov bx, [es:0x40e]
    shr bx, 6
    cmp bx, 512                         ; anything lower is not an EBDA segment
    jb .no_ebda
    cmp ax, bx
    ja .keep
.no_ebda:
    mov si, .vectors
.vector:
    xor bh, bh
    mov bl, [cs:si]
    test bl, bl
    jz .free
    shl bx, 2
    movzx ecx, word [es:bx + 2]
    shl ecx, 4
    movzx ebx, word [es:bx]
    add ecx, ebx
    shr ecx, 10
    inc si
    cmp cx, dx
    jb .vector
    cmp cx, ax
    jae .vector
.keep:
    ret
.free:
    mov [es:0x413], ax
    ret
.vectors: db 0x10, 0x13, 0x15, 0x16, 0x1a, 0

scratch_segment: dw 0
interface_type: dd 0
