; A Linux kernel by its header only: its 16-bit entry tells on COM1 in what state it was entered and what it
; was given, as lines "NAME value", ends with "PROBE-END" and halts. test_kernel_entry.py judges.
;
; Documentation/arch/x86/boot.rst, protocol 2.12; assembled with -f bin.

        bits 16
        org 0

SETUP_SECTS equ 4
LOW_COPY equ 0x3000             ; segment that pieces of high memory are copied to

        times 0x1f1 db 0
        db SETUP_SECTS
        dw 0
        dd (pm_end - pm_start) / 16
        dw 0, 0xffff, 0
        dw 0xaa55
        jmp short start
        db "HdrS"
        dw 0x020c, 0, 0, 0x1000, 0      ; version, realmode_swtch, start_sys, kernel_version
        db 0, 1                         ; type_of_loader, LOADED_HIGH
        dw 0
        dd 0x100000
ramdisk_image: dd 0
ramdisk_size: dd 0
        dd 0
heap_end_ptr: dw 0
        dw 0
cmd_line_ptr: dd 0
        dd 0x37ffffff
        dd 0x100000                     ; kernel_alignment
        db 1, 20                        ; relocatable, min_alignment
        dw 0                            ; xloadflags
        dd 1000                         ; cmdline_size
        dd 0, 0, 0, 0, 0, 0, 0
        dq 0x100000                     ; pref_address
        dd 0x200000                     ; init_size
        dd 0

%macro tell 2                           ; name, register or memory: as 8 hex digits
        push dword %2
        push word %%name
        call tell_value
        jmp short %%on
%%name: db %1, " ", 0
%%on:
%endmacro

start:
        pushfd
        pop dword [cs:flags - 0x200]    ; CS is 20h paragraphs above the others
        mov [cs:entry_esp - 0x200], esp
        mov [cs:entry_ds - 0x200], ds
        cld
        push cs
        pop ax
        sub ax, 0x20
        mov ds, ax
        xor eax, eax
        mov ax, cs
        tell "cs", eax
        mov ax, [entry_ds]
        tell "ds", eax
        mov ax, es
        tell "es", eax
        mov ax, fs
        tell "fs", eax
        mov ax, gs
        tell "gs", eax
        mov ax, ss
        tell "ss", eax
        tell "esp", [entry_esp]
        tell "flags", [flags]
        ; a limit below 64 KB would fault here (in Bochs and on hardware, not in QEMU)
        mov ax, [0xfffe]
        mov ax, [es:0xfffe]
        mov ax, [fs:0xfffe]
        mov ax, [gs:0xfffe]
        mov ax, [ss:0xfffe]
        movzx eax, byte [type_of_loader]
        tell "loader", eax
        mov ax, [heap_end_ptr]
        tell "heap", eax

        mov si, text_cmdline
        call print
        mov eax, [cmd_line_ptr]
        mov si, ax
        and si, 15
        shr eax, 4
        push ds
        mov ds, ax
        call print
        pop ds
        call newline

        mov esi, 0x100000
        mov ecx, pm_end - pm_start
        mov dx, text_pm
        call dump
        tell "ramdisk", [ramdisk_image]
        mov esi, [ramdisk_image]
        mov ecx, [ramdisk_size]
        mov dx, text_initrd
        call dump
        call tell_memory
        mov si, text_end
        call print
        sti
.halt:  hlt
        jmp .halt

type_of_loader equ 0x210

; What the BIOS now says of the memory: INT 12h, and INT 15h E820 as "ram start end".
tell_memory:
        xor eax, eax
        int 0x12
        tell "base_kb", eax
        xor ebx, ebx
.next:  mov eax, 0xe820
        mov edx, 0x534d4150
        mov ecx, 20
        mov di, buffer
        push ds
        pop es
        int 0x15
        jc .done
        cmp dword [buffer + 16], 1
        jne .on
        tell "ram_start", [buffer]
        mov eax, [buffer]
        add eax, [buffer + 8]
        tell "ram_end", eax
.on:    test ebx, ebx
        jnz .next
.done:  ret

; ECX bytes from physical ESI as hex digits behind the name at DX; the BIOS copies them down (INT 15h AH=87h).
dump:
        push esi
        push ecx
        mov si, dx
        call print
        pop ecx
        pop esi
        jecxz .done
        mov [descriptors.from + 2], si
        shr esi, 16
        mov eax, esi
        mov [descriptors.from + 4], al
        mov [descriptors.from + 7], ah
        push ecx
        inc cx
        shr cx, 1
        mov si, descriptors
        push ds
        pop es
        mov ah, 0x87
        int 0x15
        pop ecx
        jc .done
        push word LOW_COPY
        pop es
        xor di, di
.byte:  mov al, [es:di]
        inc di
        mov dl, 2
        call hex_of_al
        dec cx
        jnz .byte
.done:  jmp newline

hex_of_al:
        push ax
        shr al, 4
        call hex_digit
        pop ax
hex_digit:
        and al, 15
        add al, '0'
        cmp al, '9'
        jbe put
        add al, 'a' - '0' - 10
        jmp put

newline:
        mov al, 10
; AL to COM1, which the loader left as it used it
put:
        pushad
        mov ah, al
        mov cx, 0xffff
.wait:  mov dx, 0x3fd
        in al, dx
        test al, 0x20
        loopz .wait
        mov dx, 0x3f8
        mov al, ah
        out dx, al
        popad
        ret

print:
        lodsb
        test al, al
        jz .done
        call put
        jmp print
.done:  ret

; Stack: return address, name, value
tell_value:
        pushad
        mov bp, sp
        mov si, [bp + 34]
        call print
        mov eax, [bp + 36]
        mov cx, 8
.digit: rol eax, 4
        call hex_digit_keep
        loop .digit
        call newline
        popad
        ret 6

hex_digit_keep:
        push ax
        call hex_digit
        pop ax
        ret

text_cmdline: db "cmdline ", 0
text_pm: db "pm ", 0
text_initrd: db "initrd ", 0
text_end: db "PROBE-END", 10, 0

flags:  dd 0
entry_esp: dd 0
entry_ds: dw 0

        align 8
descriptors:                            ; the table of INT 15h AH=87h: source and destination are filled in
        times 16 db 0
.from:  dw 0xffff, 0
        db 0, 0x93, 0, 0
.to:    dw 0xffff, (LOW_COPY << 4) & 0xffff
        db LOW_COPY >> 12, 0x93, 0, 0
        times 16 db 0
buffer: times 24 db 0

        times (SETUP_SECTS + 1) * 512 - ($ - $$) db 0
pm_start:
%assign i 0
%rep 64
        dd 0x50554300 + i
%assign i i + 1
%endrep
pm_end:
