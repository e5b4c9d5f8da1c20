/*
 * LZMA decoder and x86 unfilter: see lzma.h. Written for size; the output buffer is the dictionary.
 *
 * The range decoder counts missing input as a fault but goes on with zeros, so only the end asks for it.
 */
#include "pm/lib/lzma.h"

/* With room for it the decoder is one function, which takes a third of the instructions less. */
#ifdef __OPTIMIZE_SIZE__
#define WHOLE
#else
#define WHOLE __attribute__((flatten))
#endif

enum {
    STATES = 12,
    FIRST_MATCH_STATE = 7, /* states below: the last symbol was a literal */
    POS_STATES_MAX = 16,

    /* where each set of probabilities starts */
    IS_MATCH = 0,
    IS_REP = IS_MATCH + STATES * POS_STATES_MAX,
    IS_REP_G0 = IS_REP + STATES,
    IS_REP_G1 = IS_REP_G0 + STATES,
    IS_REP_G2 = IS_REP_G1 + STATES,
    IS_REP0_LONG = IS_REP_G2 + STATES,
    POS_SLOT = IS_REP0_LONG + STATES * POS_STATES_MAX,
    SPEC_POS = POS_SLOT + 4 * 64,
    ALIGN = SPEC_POS + 114,
    MATCH_LEN = ALIGN + 16,
    REP_LEN = MATCH_LEN + 514,
    LITERAL = REP_LEN + 514,

    /* inside a length set */
    LEN_CHOICE = 0,
    LEN_CHOICE2 = 1,
    LEN_LOW = 2,
    LEN_MID = LEN_LOW + POS_STATES_MAX * 8,
    LEN_HIGH = LEN_MID + POS_STATES_MAX * 8,
};
_Static_assert(LZMA_PROBS == LITERAL + (0x300u << (LZMA_LC + LZMA_LP)), "probability layout");

struct decoder {
    const u8 *in;
    const u8 *in_end;
    bool ran_dry;
    u32 range, code;
    u16 *probs;
    u8 *out;
    size_t out_len, at; /* at: bytes written */
    unsigned state;
    u32 rep[4]; /* distances - 1, the latest first */
};

static void refill(struct decoder *z)
{
    if (z->range >= 1u << 24)
        return;
    z->range <<= 8;
    z->code <<= 8;
    if (z->in == z->in_end)
        z->ran_dry = true;
    else
        z->code |= *z->in++;
}

static unsigned get_bit(struct decoder *z, unsigned prob)
{
    u16 *p = &z->probs[prob];
    refill(z);
    u32 odds = *p;
    u32 bound = (z->range >> 11) * odds;
    if (z->code < bound) {
        z->range = bound;
        *p = (u16)(odds + ((2048 - odds) >> 5));
        return 0;
    }
    z->range -= bound;
    z->code -= bound;
    *p = (u16)(odds - (odds >> 5));
    return 1;
}

/* A number of `bits` bits, most significant first, each with a probability of its own. */
static unsigned get_tree(struct decoder *z, unsigned probs, unsigned bits)
{
    unsigned node = 1;
    for (unsigned i = 0; i < bits; i++)
        node = node << 1 | get_bit(z, probs + node);
    return node - (1u << bits);
}

/* The same, least significant bit first. */
static u32 get_reverse_tree(struct decoder *z, unsigned probs, unsigned bits)
{
    unsigned node = 1;
    u32 value = 0;
    for (unsigned i = 0; i < bits; i++) {
        unsigned bit = get_bit(z, probs + node);
        node = node << 1 | bit;
        value |= (u32)bit << i;
    }
    return value;
}

static u32 get_direct(struct decoder *z, unsigned bits)
{
    u32 value = 0;
    while (bits--) {
        refill(z);
        z->range >>= 1;
        u32 bit = z->code >= z->range;
        if (bit)
            z->code -= z->range;
        value = value << 1 | bit;
    }
    return value;
}

static unsigned pos_state(const struct decoder *z)
{
    return z->at & ((1u << LZMA_PB) - 1);
}

static bool literal(struct decoder *z)
{
    if (z->at == z->out_len)
        return false;
    u8 previous = z->at ? z->out[z->at - 1] : 0;
    unsigned context = (z->at & ((1u << LZMA_LP) - 1)) << LZMA_LC | previous >> (8 - LZMA_LC);
    unsigned probs = LITERAL + 0x300 * context;
    unsigned symbol = 1;
    if (z->state >= FIRST_MATCH_STATE) {
        /* After a match the byte that would have continued it is part of the context, while it agrees. */
        unsigned expected = z->out[z->at - z->rep[0] - 1];
        while (symbol < 0x100) {
            unsigned wanted = expected >> 7 & 1;
            expected <<= 1;
            unsigned bit = get_bit(z, probs + ((1 + wanted) << 8) + symbol);
            symbol = symbol << 1 | bit;
            if (bit != wanted)
                break;
        }
    }
    while (symbol < 0x100)
        symbol = symbol << 1 | get_bit(z, probs + symbol);
    z->out[z->at++] = (u8)symbol;
    z->state = z->state < 4 ? 0 : z->state - (z->state < 10 ? 3 : 6);
    return true;
}

static unsigned get_len(struct decoder *z, unsigned set)
{
    unsigned p = pos_state(z) * 8;
    if (!get_bit(z, set + LEN_CHOICE))
        return 2 + get_tree(z, set + LEN_LOW + p, 3);
    if (!get_bit(z, set + LEN_CHOICE2))
        return 10 + get_tree(z, set + LEN_MID + p, 3);
    return 18 + get_tree(z, set + LEN_HIGH, 8);
}

static u32 get_distance(struct decoder *z, unsigned len)
{
    unsigned slot = get_tree(z, POS_SLOT + MIN(len - 2, 3) * 64, 6);
    if (slot < 4)
        return slot;
    unsigned bits = (slot >> 1) - 1;
    u32 distance = (2 | (slot & 1)) << bits;
    if (slot < 14)
        return distance + get_reverse_tree(z, SPEC_POS + distance - slot - 1, bits);
    distance += get_direct(z, bits - 4) << 4;
    return distance + get_reverse_tree(z, ALIGN, 4);
}

/* A new match, distance and length. Returns the length, 0 for the end marker. */
static unsigned new_match(struct decoder *z)
{
    z->rep[3] = z->rep[2];
    z->rep[2] = z->rep[1];
    z->rep[1] = z->rep[0];
    unsigned len = get_len(z, MATCH_LEN);
    z->state = z->state < FIRST_MATCH_STATE ? 7 : 10;
    z->rep[0] = get_distance(z, len);
    return z->rep[0] == 0xffffffff ? 0 : len;
}

/* One of the four latest distances again. Returns the length. */
static unsigned repeated_match(struct decoder *z)
{
    unsigned after_match = z->state >= FIRST_MATCH_STATE;
    if (!get_bit(z, IS_REP_G0 + z->state)) {
        if (!get_bit(z, IS_REP0_LONG + z->state * POS_STATES_MAX + pos_state(z))) {
            z->state = after_match ? 11 : 9;
            return 1;
        }
    } else {
        unsigned which = 1;
        if (get_bit(z, IS_REP_G1 + z->state))
            which = 2 + get_bit(z, IS_REP_G2 + z->state);
        u32 distance = z->rep[which];
        for (; which > 0; which--)
            z->rep[which] = z->rep[which - 1];
        z->rep[0] = distance;
    }
    unsigned len = get_len(z, REP_LEN);
    z->state = after_match ? 11 : 8;
    return len;
}

static bool copy_match(struct decoder *z, unsigned len)
{
    if (z->rep[0] >= z->at || len > z->out_len - z->at)
        return false;
    const u8 *from = z->out + z->at - z->rep[0] - 1;
    while (len--)
        z->out[z->at++] = *from++;
    return true;
}

WHOLE bool lzma_decode(const u8 *in, size_t in_len, u8 *out, size_t out_len, u16 *probs)
{
    struct decoder z = {.in = in, .in_end = in + in_len, .range = 0xffffffff, .probs = probs,
                        .out = out, .out_len = out_len};
    if (in_len < 5 || in[0] != 0)
        return false;
    for (z.in++; z.in < in + 5; z.in++)
        z.code = z.code << 8 | *z.in;
    for (unsigned i = 0; i < LZMA_PROBS; i++)
        probs[i] = 1024;
    while (!z.ran_dry) {
        if (!get_bit(&z, IS_MATCH + z.state * POS_STATES_MAX + pos_state(&z))) {
            if (!literal(&z))
                return false;
            continue;
        }
        bool repeated = get_bit(&z, IS_REP + z.state);
        if (repeated && z.at == 0)
            return false;
        unsigned len = repeated ? repeated_match(&z) : new_match(&z);
        if (len == 0) {
            refill(&z);
            return z.at == out_len && z.code == 0 && !z.ran_dry;
        }
        if (!copy_match(&z, len))
            return false;
    }
    return false;
}

/* The filter only touches numbers that look like 25-bit displacements: a top byte of 00 or FF. */
static bool is_sign(u8 b)
{
    return b == 0 || b == 0xff;
}

/*
 * The displacement of the branch at `at`, made relative. The encoder adds until the byte that an opcode nearby
 * would check does not look like a sign; `doubt` (1..3 bytes from the top, 0 = none) is that byte.
 */
static u32 make_relative(u32 target, u32 next, unsigned doubt)
{
    for (;;) {
        u32 relative = target - next;
        if (doubt == 0 || !is_sign((u8)(relative >> (24 - doubt * 8))))
            return relative;
        target = relative ^ ((1u << (32 - doubt * 8)) - 1);
    }
}

void x86_unfilter(u8 *data, size_t len)
{
    /* Bit n, 1 to 3: the byte n before this one is an E8 or E9 that was left alone. */
    unsigned skipped = 0;
    for (size_t at = 0; at + 5 <= len; at++, skipped <<= 1) {
        u8 *p = data + at;
        if ((p[0] & 0xfe) != 0xe8)
            continue;
        unsigned before = skipped >> 1 & 7;
        unsigned doubt = before == 4 ? 3 : before;
        bool plain = (before & (before - 1)) == 0 && (before == 0 || !is_sign(p[4 - doubt]));
        if (!plain || !is_sign(p[4])) {
            skipped |= 1;
            continue;
        }
        u32 value = (u32)p[4] << 24 | (u32)p[3] << 16 | (u32)p[2] << 8 | p[1];
        value = make_relative(value, (u32)at + 5, doubt);
        p[1] = (u8)value;
        p[2] = (u8)(value >> 8);
        p[3] = (u8)(value >> 16);
        p[4] = value & 0x01000000 ? 0xff : 0;
        at += 4;
        skipped = 0;
    }
}
