; memcpy, memmove and memset of the target build (C11 7.24). In assembler because gcc turns a C loop that
; copies back into a call of memcpy. Registers as -mregparm=3 passes them: EAX, EDX, ECX; the result is
; the destination, which is in EAX already.

        cpu 486
        bits 32

        section .text

        global memcpy, memmove, memset

; memmove(EAX dst, EDX src, ECX n)
memmove:
        push    esi
        mov     esi, eax
        sub     esi, edx
        cmp     esi, ecx                ; unsigned dst - src < n: dst lies inside src
        pop     esi
        jae     memcpy

        push    esi
        push    edi
        lea     esi, [edx + ecx - 1]
        lea     edi, [eax + ecx - 1]
        std
        mov     edx, ecx
        and     ecx, 3
        rep     movsb
        mov     ecx, edx
        shr     ecx, 2
        sub     esi, 3
        sub     edi, 3
        rep     movsd
        cld
        pop     edi
        pop     esi
        ret

; memcpy(EAX dst, EDX src, ECX n)
memcpy:
        push    esi
        push    edi
        mov     edi, eax
        mov     esi, edx
        mov     edx, ecx
        shr     ecx, 2
        rep     movsd
        mov     ecx, edx
        and     ecx, 3
        rep     movsb
        pop     edi
        pop     esi
        ret

; memset(EAX dst, EDX byte, ECX n)
memset:
        push    edi
        push    eax
        mov     edi, eax
        movzx   eax, dl
        imul    eax, eax, 0x01010101
        mov     edx, ecx
        shr     ecx, 2
        rep     stosd
        mov     ecx, edx
        and     ecx, 3
        rep     stosb
        pop     eax
        pop     edi
        ret
