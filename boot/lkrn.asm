; puck.lkrn: a Linux kernel image (Documentation/arch/x86/boot.rst, protocol 2.07) for GRUB, SYSLINUX, QEMU and
; all others that start Linux. Its command line is a script line, its initrd a script.
;
;   file      memory
;   0         SEG:0      boot sector that says what this is not
;   1F1       SEG:1F1    setup header
;   248       SEG:248    16-bit entry, the real-mode program
;   kernel    100000     32-bit entry, a second copy of the real-mode program (a 32-bit loader brings only
;                        this part), the packed C program
;   end                  an archive appended by tools (then syssize grows, too)
;
; Either entry moves the command line and the real-mode program to low memory, where no loader leaves anything
; that is still needed, and starts it there.

%include "rm/mailbox.inc"
%include "boot/last_words.inc"
%include "boot/payload.inc"

org 0
bits 16
cpu 486

KERNEL_BASE equ 0x100000
%define AT(label) (KERNEL_BASE + (label) - kernel)
RM_SIZE equ rm_end - rm_first
LOW_RM equ LOW_SEGMENT * 16

; ---- the boot sector of a disk that somebody copied this to ----------------------------------------------

    jmp 0x07c0:.start
.start:
    mov ax, cs
    mov ds, ax
    cld
    mov si, .text
    LAST_WORDS
.text:
    db 13, 10, "Puck: this is puck.lkrn, a kernel image; a disk needs puck.usb", 13, 10, 0

; ---- setup header ------------------------------------------------------------------------------------------

    times 0x1f1 - ($ - $$) db 0
    db (kernel - $$) / 512 - 1          ; setup_sects
    dw 0
    dd (end - kernel) / 16              ; syssize
    dw 0, 0, 0
    dw 0xaa55
    db 0xeb, header_end - ($ + 2)       ; jump of two bytes: it tells where the header ends
    db "HdrS"
    dw 0x0207
    dd 0
    dw 0
    dw version - 0x200                  ; kernel_version
    db 0                                ; type_of_loader
    db 1                                ; loadflags: LOADED_HIGH
    dw 0
    dd KERNEL_BASE                      ; code32_start
ramdisk_image: dd 0
ramdisk_size:  dd 0
    dd 0
    dw 0
    db 0, 0
cmd_line_ptr:  dd 0
    dd 0xffffffff                       ; initrd_addr_max: 0 broke SYSLINUX 3.70
    dd 0
    db 0, 0                             ; not relocatable
    dw 0
    dd CMDLINE_MAX - 1                  ; cmdline_size: 0 makes GRUB drop the line
    dd 0
    dq 0
header_end:

; ---- 16-bit entry ------------------------------------------------------------------------------------------
; CS = DS + 20h, a stack of the loader.

    push ds                             ; CS = DS from here on
    push word .entry
    retf
.entry:
    cld
    mov edx, [ramdisk_image]
    mov ebp, [ramdisk_size]
    mov ebx, [cmd_line_ptr]
    mov ax, LOW_SEGMENT
    mov es, ax
    mov si, rm_first
    xor di, di
    mov cx, (RM_SIZE + 1) / 2
    rep movsw
    test ebx, ebx
    jz .no_cmdline
    mov esi, ebx                        ; physical, below 1 MB
    mov ecx, ebx
    shr ecx, 4
    mov ds, cx
    and si, 15
    xor ax, ax
    mov es, ax
    mov di, LOW_CMDLINE
    mov cx, CMDLINE_MAX / 2
    rep movsw
    mov [es:LOW_CMDLINE + CMDLINE_MAX - 1], al
.no_cmdline:

; Both entries: EDX = initrd, EBP = its length, EBX = command line or 0, the real-mode program at LOW_SEGMENT.
%macro START_RM 0
    mov ax, LOW_SEGMENT
    mov ds, ax
    mov word [mb_origin], RM_FROM_LKRN
    mov [mb_initrd_start], edx
    mov [mb_initrd_len], ebp
    mov [mb_cmdline], ebx
    mov dword [mb_payload], AT(payload)
    mov word [mb_image_end_para], LOW_SEGMENT + (RM_SIZE + 15) / 16
    jmp LOW_SEGMENT:RM_START
%endmacro
    START_RM

version:
    db "Puck", 0

    align 4
rm_first:
    incbin RM
rm_end:

    align 512, db 0

; ---- what lies at 100000h: 32-bit entry --------------------------------------------------------------------
; Flat segments, paging and interrupts off, ESI = struct boot_params, which begins with a copy of the setup header
; at the same offsets (1F1). No stack.

bits 32
kernel:
    cld
    cli
    mov edx, [esi + ramdisk_image]
    mov ebp, [esi + ramdisk_size]
    mov ebx, [esi + cmd_line_ptr]
    mov esi, AT(rm_second)
    mov edi, LOW_RM
    mov ecx, (RM_SIZE + 3) / 4
    rep movsd
    mov esi, AT(trampoline)
    mov edi, TRAMPOLINE
    mov ecx, (trampoline_end - trampoline + 3) / 4
    rep movsd
    test ebx, ebx
    jz .no_cmdline
    mov esi, ebx
    mov edi, LOW_CMDLINE
    mov ecx, CMDLINE_MAX / 4
    rep movsd
    mov byte [LOW_CMDLINE + CMDLINE_MAX - 1], 0
.no_cmdline:
    lgdt [AT(gdtr)]
    jmp 0x08:TRAMPOLINE

    align 8, db 0
gdt:
    dq 0
    dq 0x00009b000000ffff               ; 08: 16-bit code, base 0
    dq 0x000093000000ffff               ; 10: 16-bit data, base 0
gdtr:
    dw $ - gdt - 1
    dd AT(gdt)

; Back to real mode. Runs at 0:TRAMPOLINE, below the command line.
TRAMPOLINE equ 0x7300
bits 16
trampoline:
    mov ax, 0x10
    mov ds, ax
    mov es, ax
    mov fs, ax
    mov gs, ax
    mov ss, ax
    o32 lidt [TRAMPOLINE + .idtr - trampoline]
    mov eax, cr0
    and al, ~1
    mov cr0, eax
    jmp 0:TRAMPOLINE + .real - trampoline
.real:
    xor ax, ax
    mov ss, ax
    mov esp, TRAMPOLINE
    START_RM
.idtr:
    dw 0x3ff
    dd 0
trampoline_end:

    align 4, db 0
rm_second:
    incbin RM

    PAYLOAD end - $$, end - $$
    align 16, db 0
end:

%if kernel - $$ > 64 * 512
    %error the setup part is limited to 32 KB
%endif
