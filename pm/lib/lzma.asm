; The LZMA decoder of lzma.h. In assembler because unpacking is most of the time until the first packet, and the range
; decoder then stays in registers: half the instructions of what gcc makes of it, and a third of the size. The output
; buffer is the dictionary. Names are those of the LZMA specification.
;
; Throughout:
;   EDI, EBX    range and code of the range decoder
;   ESI         the next byte of the stream; behind its end zeros are read and ESI goes on, which each symbol checks
;   EDX, ECX    a binary tree of probabilities and the node in it, from 1; or a set of them and an index
;   EBP         what follows
;   EAX         scratch
;
; A probability takes a dword, so that IMUL finds it in memory.

        cpu 486
        bits 32

struc decoder
.in_end:    resd 1
.probs:     resd 1
.out_start: resd 1
.out:       resd 1      ; where the next byte goes
.out_end:   resd 1
.state:     resd 1
.rep:       resd 4      ; distances - 1, the latest first
.len:       resd 1      ; of the match
.end:       resd 1      ; the first node of the level at which a tree ends
.expected:  resd 1      ; bits of the byte that would have continued the match, the next one in bit 7
endstruc

LC              equ 3           ; with lp = pb = 0: see LZMA_LC
PROB            equ 4           ; bytes each
STATES          equ 12
FIRST_MATCH     equ 7           ; states below: the last symbol was a literal

; The sets of probabilities, one behind the other.
IS_MATCH        equ 0
IS_REP          equ IS_MATCH + STATES
IS_REP_G0       equ IS_REP + STATES
IS_REP_G1       equ IS_REP_G0 + STATES
IS_REP_G2       equ IS_REP_G1 + STATES
IS_REP0_LONG    equ IS_REP_G2 + STATES
POS_SLOT        equ IS_REP0_LONG + STATES
SPEC_POS        equ POS_SLOT + 4 * 64
ALIGN_BITS      equ SPEC_POS + 115
MATCH_LEN       equ ALIGN_BITS + 16
REP_LEN         equ MATCH_LEN + LEN_SET
LITERAL         equ REP_LEN + LEN_SET
PROBS           equ LITERAL + (0x300 << LC)

; Within a set for lengths.
LEN_CHOICE      equ 0
LEN_CHOICE2     equ 1
LEN_LOW         equ 2
LEN_MID         equ LEN_LOW + 8
LEN_HIGH        equ LEN_MID + 8
LEN_SET         equ LEN_HIGH + 256

%if PROBS != 7151
%error LZMA_PROBS in lzma.h differs
%endif

        section .text

; bool lzma_decode(EAX in, EDX in_len, ECX out, out_len, probs)
        global lzma_decode
lzma_decode:
        push    ebx
        push    esi
        push    edi
        push    ebp
        sub     esp, decoder_size
        mov     ebp, esp
        mov     esi, eax
        add     eax, edx
        mov     [ebp + decoder.in_end], eax
        mov     [ebp + decoder.out_start], ecx
        mov     [ebp + decoder.out], ecx
        add     ecx, [ebp + decoder_size + 20]
        mov     [ebp + decoder.out_end], ecx
        mov     edi, [ebp + decoder_size + 24]
        mov     [ebp + decoder.probs], edi
        mov     eax, 1024
        mov     ecx, PROBS
        rep stosd
        lea     edi, [ebp + decoder.state]
        xor     eax, eax
        mov     cl, 5                   ; the state and four distances
        rep stosd

        cmp     edx, 5
        jb      .done                   ; EAX is 0
        lodsb
        test    al, al
        jnz     .bad
        lodsd
        bswap   eax
        mov     ebx, eax
        or      edi, -1

.symbol:
        cmp     esi, [ebp + decoder.in_end]
        ja      .bad
        mov     edx, [ebp + decoder.probs]
        mov     ecx, [ebp + decoder.state]
        call    get_bit                 ; IS_MATCH
        jc      .match

        mov     eax, [ebp + decoder.out]
        cmp     eax, [ebp + decoder.out_end]
        je      .bad
        call    get_literal
        mov     [eax], cl
        inc     dword [ebp + decoder.out]
        mov     eax, [ebp + decoder.state]
        cmp     eax, 10                 ; 0..3 -> 0, 4..9 -> 1..6, 10 and 11 -> 4 and 5
        jb      .after_literal
        sub     eax, 3
.after_literal:
        sub     eax, 3
        jae     .set_state
        xor     eax, eax
.set_state:
        mov     [ebp + decoder.state], eax
        jmp     .symbol

.match:
        mov     ecx, [ebp + decoder.state]
        add     ecx, IS_REP
        call    get_bit
        jc      .repeated

        mov     eax, [ebp + decoder.rep + 8]
        mov     [ebp + decoder.rep + 12], eax
        mov     eax, [ebp + decoder.rep + 4]
        mov     [ebp + decoder.rep + 8], eax
        mov     eax, [ebp + decoder.rep]
        mov     [ebp + decoder.rep + 4], eax
        add     edx, MATCH_LEN * PROB
        call    get_len
        mov     eax, 7
        mov     ecx, 10
        call    set_match_state
        call    get_distance
        cmp     dword [ebp + decoder.rep], -1
        je      .end_marker

.copy:
        mov     eax, [ebp + decoder.out]
        mov     edx, eax
        sub     edx, [ebp + decoder.out_start]
        cmp     [ebp + decoder.rep], edx
        jae     .bad
        mov     edx, [ebp + decoder.out_end]
        sub     edx, eax
        mov     ecx, [ebp + decoder.len]
        cmp     ecx, edx
        ja      .bad
        push    esi
        push    edi
        mov     edi, eax
        stc
        sbb     eax, [ebp + decoder.rep]
        mov     esi, eax
        rep movsb
        mov     [ebp + decoder.out], edi
        pop     edi
        pop     esi
        jmp     .symbol

.repeated:
        mov     ecx, [ebp + decoder.state]
        add     ecx, IS_REP_G0
        call    get_bit
        jc      .older
        mov     ecx, [ebp + decoder.state]
        add     ecx, IS_REP0_LONG
        call    get_bit
        jc      .repeated_len
        mov     dword [ebp + decoder.len], 1
        mov     eax, 9
        mov     ecx, 11
        call    set_match_state
        jmp     .copy

.older:                                 ; the distance taken moves to the front
        mov     ecx, [ebp + decoder.state]
        add     ecx, IS_REP_G1
        call    get_bit
        mov     eax, [ebp + decoder.rep + 4]
        jnc     .second
        mov     ecx, [ebp + decoder.state]
        add     ecx, IS_REP_G2
        call    get_bit
        mov     eax, [ebp + decoder.rep + 8]
        jnc     .third
        mov     ecx, eax
        mov     eax, [ebp + decoder.rep + 12]
        mov     [ebp + decoder.rep + 12], ecx
.third:
        mov     ecx, [ebp + decoder.rep + 4]
        mov     [ebp + decoder.rep + 8], ecx
.second:
        mov     ecx, [ebp + decoder.rep]
        mov     [ebp + decoder.rep + 4], ecx
        mov     [ebp + decoder.rep], eax
.repeated_len:
        add     edx, REP_LEN * PROB
        call    get_len
        mov     eax, 8
        mov     ecx, 11
        call    set_match_state
        jmp     .copy

.end_marker:
        call    refill
        mov     eax, [ebp + decoder.out]
        sub     eax, [ebp + decoder.out_end]
        or      eax, ebx                ; the code must be 0 now
        jnz     .bad
        cmp     esi, [ebp + decoder.in_end]
        ja      .bad
        inc     eax
        jmp     short .done
.bad:
        xor     eax, eax
.done:
        add     esp, decoder_size
        pop     ebp
        pop     edi
        pop     esi
        pop     ebx
        ret

; EAX = the new state after a literal, ECX after a match.
set_match_state:
        cmp     dword [ebp + decoder.state], FIRST_MATCH
        jb      .set
        mov     eax, ecx
.set:
        mov     [ebp + decoder.state], eax
        ret

; ---- the range decoder -----------------------------------------------------------------------------------

refill:
        cmp     edi, 1 << 24
        jae     .full
.always:
        shl     edi, 8
        shl     ebx, 8
        cmp     esi, [ebp + decoder.in_end]
        jae     .dry
        mov     bl, [esi]
.dry:
        inc     esi
.full:
        ret

; One bit with the probability [EDX + ECX * PROB]: ECX = ECX * 2 + bit, CF = bit. A probability moves by a 32nd of its
; distance to 2048 or 0, rounded down.
get_bit:
        cmp     edi, 1 << 24
        jb      .refill
.decode:
        mov     eax, edi
        shr     eax, 11
        imul    eax, [edx + ecx * PROB]
        cmp     ebx, eax
        jae     .one
        mov     edi, eax
        mov     eax, [edx + ecx * PROB]
        sub     eax, 2048 - 31
        sar     eax, 5
        sub     [edx + ecx * PROB], eax
        add     ecx, ecx                ; CF = 0
        ret
.one:
        sub     edi, eax
        sub     ebx, eax
        mov     eax, [edx + ecx * PROB]
        shr     eax, 5
        sub     [edx + ecx * PROB], eax
        lea     ecx, [ecx * 2 + 1]
        stc
        ret
.refill:
        call    refill.always
        jmp     .decode

; Bits with a probability each, the highest first: from the root of the tree EDX to node ECX, the first of a level, or
; behind it.
get_tree:
        mov     [ebp + decoder.end], ecx
        mov     ecx, 1
.next:
        call    get_bit
        cmp     ecx, [ebp + decoder.end]
        jb      .next
        ret

; The same for ECX bits, the lowest first, added to the latest distance.
add_reverse_tree:
        mov     eax, 1
        shl     eax, cl
        mov     ecx, eax
        call    get_tree
        xor     eax, eax
.next:
        shr     ecx, 1
        adc     eax, eax
        cmp     ecx, 1
        jne     .next
        add     [ebp + decoder.rep], eax
        ret

; ---- symbols ---------------------------------------------------------------------------------------------

; CL = a literal to be written to EAX, which is kept.
get_literal:
        push    eax
        xor     ecx, ecx
        cmp     eax, [ebp + decoder.out_start]
        je      .first
        movzx   ecx, byte [eax - 1]     ; its context: the high bits of the byte before
        shr     ecx, 8 - LC
        imul    ecx, ecx, 0x300 * PROB
.first:
        lea     edx, [edx + ecx + LITERAL * PROB]
        mov     ecx, 1
        mov     dword [ebp + decoder.end], 0x100
        cmp     dword [ebp + decoder.state], FIRST_MATCH
        jb      .plain

        stc                             ; after a match: the byte that would have continued it, while it agrees
        sbb     eax, [ebp + decoder.rep]
        mov     al, [eax]
        mov     [ebp + decoder.expected], al
.agreed:
        shl     byte [ebp + decoder.expected], 1
        sbb     eax, eax                ; its bit, as a mask
        push    eax
        push    edx
        and     eax, 0x100 * PROB
        lea     edx, [edx + eax + 0x100 * PROB]
        call    get_bit
        pop     edx
        sbb     eax, eax
        cmp     ecx, 0x100
        jae     .last
        xor     eax, [esp]
        lea     esp, [esp + 4]
        jz      .agreed
.plain:
        call    get_tree.next
        pop     eax
        ret
.last:
        pop     eax
        pop     eax
        ret

; [len] with the set EDX.
get_len:
        xor     ecx, ecx                ; LEN_CHOICE
        call    get_bit
        jc      .longer
        mov     dword [ebp + decoder.len], 2 - 8
        add     edx, LEN_LOW * PROB
        jmp     short .three_bits
.longer:
        mov     ecx, LEN_CHOICE2
        call    get_bit
        jc      .high
        mov     dword [ebp + decoder.len], 10 - 8
        add     edx, LEN_MID * PROB
.three_bits:
        mov     ecx, 8
        jmp     short .tree
.high:
        mov     dword [ebp + decoder.len], 18 - 256
        add     edx, LEN_HIGH * PROB
        mov     ecx, 256
.tree:
        call    get_tree
        add     [ebp + decoder.len], ecx
        ret

; The latest distance, of a match of [len].
get_distance:
        mov     ecx, [ebp + decoder.len]
        sub     ecx, 2
        cmp     ecx, 3
        jbe     .short
        mov     ecx, 3
.short:
        shl     ecx, 6
        mov     edx, [ebp + decoder.probs]
        lea     edx, [edx + ecx * PROB + POS_SLOT * PROB]
        mov     ecx, 64
        call    get_tree
        sub     ecx, 64                 ; the slot tells the two highest bits and how many more there are
        mov     [ebp + decoder.rep], ecx
        cmp     ecx, 4
        jb      .done
        mov     edx, ecx
        mov     eax, ecx
        shr     ecx, 1
        dec     ecx
        and     eax, 1
        or      eax, 2
        shl     eax, cl
        mov     [ebp + decoder.rep], eax
        cmp     edx, 14
        jae     .far
        sub     eax, edx
        mov     edx, [ebp + decoder.probs]
        lea     edx, [edx + eax * PROB + (SPEC_POS - 1) * PROB]
        jmp     add_reverse_tree

.far:                                   ; bits of even odds in the middle
        sub     ecx, 4
        xor     edx, edx
.direct:
        call    refill
        shr     edi, 1
        cmp     ebx, edi
        jb      .zero
        sub     ebx, edi
.zero:
        cmc
        adc     edx, edx
        dec     ecx
        jnz     .direct
        shl     edx, 4
        add     [ebp + decoder.rep], edx
        mov     edx, [ebp + decoder.probs]
        add     edx, ALIGN_BITS * PROB
        mov     ecx, 4
        jmp     add_reverse_tree
.done:
        ret
