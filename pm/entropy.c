/*
 * The seed (entropy.h). Good enough for identifiers that a stranger must not guess. Without RDRAND it rests
 * on the jitter between three oscillators (processor, PIT, real-time clock) over 12 ms and on the moment of
 * power-on; that is not claimed to be enough for keys.
 */
#include "pm/entropy.h"
#include "pm/io.h"
#include "pm/lib/clock.h"
#include "pm/lib/random.h"
#include "pm/processor.h"
#include "pm/smbios.h"

enum {
    CMOS_INDEX = 0x70,
    CMOS_DATA = 0x71,
    CMOS_REG_C = 0x0c, /* PF: set 1024 times a second, cleared by reading */
    CMOS_DATE_END = 0x0a,

    PIT_COMMAND = 0x43,
    PIT_LATCH_0 = 0x00, /* channel 0 is the BIOS'; it may be read */
    PIT_CHANNEL_0 = 0x40,

    BDA_TICKS = 0x46c,

    PROCESSOR_WORDS = 8,
    JITTER_MS = 12,
    SAMPLES = 16,
    ROUNDS_MAX = 20000, /* of two port accesses, should the clock stand still */
};

static u8 cmos(u8 reg)
{
    outb(CMOS_INDEX, reg);
    return inb(CMOS_DATA);
}

static u16 pit_count(void)
{
    outb(PIT_COMMAND, PIT_LATCH_0);
    u8 low = inb(PIT_CHANNEL_0);
    return (u16)(inb(PIT_CHANNEL_0) << 8 | low);
}

/* Returns how many words came. */
static unsigned add_processor(void)
{
    bool can_seed = processor_has(PROCESSOR_RDSEED), can_rand = processor_has(PROCESSOR_RDRAND);
    unsigned got = 0;
    for (unsigned i = 0; i < 4 * PROCESSOR_WORDS && (can_seed || can_rand); i++) {
        u32 v;
        /* RDSEED runs dry between two calls; RDRAND hardly ever does */
        if (!(can_seed && rdseed(&v)) && !(can_rand && rdrand(&v)))
            continue;
        random_add(&v, sizeof(v));
        if (++got == PROCESSOR_WORDS)
            break;
    }
    return got;
}

/*
 * How far the processor gets between two readings of the PIT, and which PIT count it finds when the real-time
 * clock's periodic flag comes up: neither is exact to the last bits.
 */
static void add_jitter(msec_t ms)
{
    bool has_tsc = processor_has(PROCESSOR_TSC);
    msec_t end = after(ms);
    u32 rounds = 0;
    do {
        u32 sample[SAMPLES];
        for (unsigned i = 0; i < SAMPLES; i++) {
            u8 flags = 0;
            for (unsigned wait = 0; wait < 8 && !flags; wait++, rounds++)
                flags = cmos(CMOS_REG_C);
            sample[i] = ((u32)flags << 24 | rounds << 16 | pit_count()) ^ (has_tsc ? (u32)rdtsc() : 0);
        }
        random_add(sample, sizeof(sample));
    } while (clock_now() < end && rounds < ROUNDS_MAX);
}

static void add_identity(void)
{
    u8 id[CMOS_DATE_END + 16] = {0};
    for (u8 i = 0; i < CMOS_DATE_END; i++)
        id[i] = cmos(i);
    smbios_uuid(id + CMOS_DATE_END);
    random_add(id, sizeof(id));
    u32 ticks = readl(BDA_TICKS);
    random_add(&ticks, sizeof(ticks));
}

void entropy_seed(void)
{
    add_identity();
    add_jitter(add_processor() == PROCESSOR_WORDS ? 1 : JITTER_MS);
}
