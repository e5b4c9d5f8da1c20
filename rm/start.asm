; Init part: give the program its place at the top of base memory and start the C program behind it.

; From a prefix, by far jump, with these in the mailbox: origin, payload (physical), image_end_para (first paragraph
; behind what must not be overwritten) and, by origin, cmdline, initrd_*, boot_drive, archive_*.
start:
    cli
    cld
    xor ax, ax
    mov ss, ax                          ; the old stack may lie where we are going to be
    mov esp, LOW_STACK_TOP
    sti
    mov ax, cs
    mov ds, ax
    call base_memory_top
    cmp ax, RESIDENT_SIZE / 1024 + 64   ; 64 KB: what lies below 10000h
    mov si, message_base_memory
    jb give_up
    shl ax, 6
    sub ax, (RESIDENT_SIZE + 15) / 16
    and ax, ~63                         ; 40:13 counts kilobytes
    cmp ax, [mb_image_end_para]
    jb give_up
    xor bx, bx
    mov es, bx
    mov bx, [es:0x413]
    mov [mb_base_kb_before], bx
    mov bx, ax
    shr bx, 6
    mov [es:0x413], bx
    mov es, ax
    xor si, si
    xor di, di
    mov cx, FILE_SIZE / 4
    rep movsd
    mov di, rx_buffer
    mov cx, (RESIDENT_SIZE - rx_buffer) / 2
    xor ax, ax
    rep stosw
    call copy_dhcpack
    push es
    push word installed
    retf

; AX = kilobytes of base memory that are free: what 40:13 says, but never into the extended BIOS data area.
base_memory_top:
    push es
    xor ax, ax
    mov es, ax
    mov ax, [es:0x413]
    mov bx, [es:0x40e]
    shr bx, 6
    cmp bx, 512                         ; anything lower is not an EBDA segment
    jb .done
    cmp bx, ax
    jae .done
    mov ax, bx
.done:
    pop es
    ret

; ES = the new place. What the PXE stack had cached lies in the scratch segment of unload.asm.
copy_dhcpack:
    mov cx, [mb_pxe_dhcpack_len]
    jcxz .none
    push ds
    mov di, dhcpack
    mov ds, [scratch_segment]
    mov si, SCRATCH_DHCPACK
    rep movsb
    pop ds
.none:
    ret

; Now at the top of base memory.
installed:
    mov ax, cs
    mov ds, ax
    mov es, ax
    mov fs, ax
    mov gs, ax
    cli
    mov ss, ax
    mov esp, stack_top
    sti
    call fill_mailbox
    call copy_cmdline
    jmp enter_program

fill_mailbox:
    mov ax, cs
    mov [mb_segment], ax
    mov [gate.segment], ax
    movzx eax, ax
    shl eax, 4
    mov [gdt.rm_code32 + 2], ax         ; descriptors: base 15..0 here, 23..16 two bytes on
    mov [gdt.rm_code16 + 2], ax
    mov [gdt.rm_data16 + 2], ax
    lea edx, [eax + gdt]
    mov [gdtr + 2], edx
    shr eax, 16
    mov [gdt.rm_code32 + 4], al
    mov [gdt.rm_code16 + 4], al
    mov [gdt.rm_data16 + 4], al
    mov si, .table
.next:
    lodsw
    mov bx, ax
    lodsw
    mov [bx], ax
    cmp si, .table_end
    jb .next
    ret
.table:
    dw mb_resident_size, RESIDENT_SIZE
    dw mb_buffer_offset, buffer
    dw mb_buffer_size, 4096
    dw mb_rx_offset, rx_buffer
    dw mb_rx_size, rx_end - rx_buffer
    dw mb_tx_offset, tx_buffer
    dw mb_tx_size, 1520
    dw mb_pxe_dhcpack_offset, dhcpack
    dw mb_params_offset, pxe_params
    dw mb_tbd_offset, tbd
    dw mb_irq_entry, undi_irq
    dw mb_int15_entry, int15
    dw mb_wake_entry, wake
    dw mb_e820_offset, e820_table
.table_end:

; The prefix left it in low memory, which C may use at will; the boot stub takes it from here to its last place.
copy_cmdline:
    cmp dword [mb_cmdline], 0
    je .none
    xor ax, ax
    mov ds, ax
    mov si, LOW_CMDLINE
    mov di, dhcpack
    mov cx, CMDLINE_MAX / 4
    rep movsd
    mov ax, cs
    mov ds, ax
    movzx eax, ax
    shl eax, 4
    add eax, dhcpack
    mov [mb_cmdline], eax
.none:
    ret

; Lay out on the stack of the boot stub what `to_protected` pops: EAX = the mailbox, and its address to "return" to.
enter_program:
    movzx eax, word [mb_segment]
    shl eax, 4
    mov di, rx_end - 4 * 12
    lea edx, [eax + rx_end - 4 * 12]
    mov [pm_esp], edx
    mov dword [di], 0                   ; pm_esp before this
    mov [di + 4 * 8], eax               ; PUSHAD order: EAX is the last of eight
    mov dword [di + 4 * 9], 2           ; EFLAGS
    mov edx, [mb_payload]
    mov [di + 4 * 10], edx
    mov dword [di + 4 * 11], FLAT_CODE
    jmp to_protected

message_base_memory: db "not enough base memory is free (40:13)", 0
