; The one division that C on a 32-bit machine cannot say: 64 bits by 32 bits.

        cpu 486
        bits 32

        section .text

        global divide64

; u32 divide64(u64 *n, u32 d): *n becomes the quotient, the remainder is returned.
; EAX = n, EDX = d, not 0.
divide64:
        push    ebx
        push    esi
        mov     ebx, eax
        mov     esi, edx
        xor     edx, edx
        mov     eax, [ebx + 4]
        div     esi
        mov     [ebx + 4], eax
        mov     eax, [ebx]              ; EDX < ESI, so this quotient fits
        div     esi
        mov     [ebx], eax
        mov     eax, edx
        pop     esi
        pop     ebx
        ret
