/*
 * See microwire.h. Not: writing.
 */
#include "drivers/microwire.h"

#include "pm/time.h"

enum { READ = 6, READ_BITS = 3, WORD_BITS = 16, MAX_ADDRESS_BITS = 8, HALF_CLOCK_US = 2 };

static bool exchange(const struct microwire *m, bool out)
{
    m->set(m->nic, true, false, out);
    udelay(HALF_CLOCK_US);
    m->set(m->nic, true, true, out);
    udelay(HALF_CLOCK_US);
    bool in = m->get(m->nic);
    m->set(m->nic, true, false, out);
    return in;
}

static void send(const struct microwire *m, unsigned bits, unsigned v)
{
    while (bits-- > 0)
        exchange(m, v >> bits & 1);
}

static void release(const struct microwire *m)
{
    m->set(m->nic, true, false, false);
    udelay(HALF_CLOCK_US);
    m->set(m->nic, false, false, false);
    udelay(HALF_CLOCK_US);
}

static u16 receive_word(const struct microwire *m)
{
    u16 v = 0;

    for (unsigned i = 0; i < WORD_BITS; i++)
        v = (u16)(v << 1 | exchange(m, false));
    release(m);
    return v;
}

/* It answers the last bit of the address with a zero. */
bool microwire_measure(struct microwire *m)
{
    release(m);
    send(m, READ_BITS, READ);
    m->address_bits = 0;
    do {
        exchange(m, false);
        m->address_bits++;
    } while (m->get(m->nic) && m->address_bits <= MAX_ADDRESS_BITS);
    receive_word(m);
    return m->address_bits <= MAX_ADDRESS_BITS;
}

u16 microwire_read(const struct microwire *m, unsigned word)
{
    send(m, READ_BITS, READ);
    send(m, m->address_bits, word);
    return receive_word(m);
}
