/* See pcnet.h. */
#include "test/model/pcnet.h"

#include "test/model/machine.h"

#include <assert.h>
#include <string.h>

enum { IO = 0xc200, RDP = 0x10, RAP = 0x14, RESET = 0x18, BDP = 0x1c, OLD_RESET = 0x14 };
enum { INIT = 1, STRT = 2, STOP = 4, TDMD = 8, IDON = 0x100 };
enum { OWN = 0x8000, MII_ADDRESS = 33, MII_DATA = 34 };

struct descriptor {
    u32 addr;
    u16 len, status;
    u32 message, unused;
};

bool pcnet_model_is_running(const struct pcnet_model *m)
{
    return (m->csr[0] & STRT) && !(m->csr[0] & STOP);
}

static void model_reset(struct pcnet_model *m)
{
    memset(m->csr, 0, sizeof(m->csr));
    m->csr[0] = STOP;
    m->csr[88] = m->has_mii ? 0x5003 : 0x1003;
    m->csr[89] = 0x0262;
    m->bcr[4] = 0;
}

static void read_init_block(struct pcnet_model *m)
{
    const u8 *block = machine_bus_pointer(m->csr[1] | (u32)m->csr[2] << 16);

    assert(m->bcr[20] == 2 && block[0] == 0 && block[1] == 0);
    m->rx_count = 1u << (block[2] >> 4);
    m->tx_count = 1u << (block[3] >> 4);
    memcpy(m->station, block + 4, 6);
    memcpy(&m->rx_ring, block + 20, 4);
    memcpy(&m->tx_ring, block + 24, 4);
    m->rx_at = m->tx_at = 0;
    m->csr[0] |= IDON;
}

static struct descriptor *entry(u32 ring, unsigned n)
{
    return (struct descriptor *)machine_bus_pointer(ring) + n;
}

static void transmit(void *model)
{
    struct pcnet_model *m = model;
    struct descriptor *d;

    while (!m->wire.hold && (d = entry(m->tx_ring, m->tx_at))->status & OWN) {
        assert((d->status & 0x300) == 0x300);
        wire_put(&m->wire, machine_bus_pointer(d->addr), (u16)-d->len);
        m->tx_at = (m->tx_at + 1) % m->tx_count;
        d->status &= (u16)~OWN;
    }
}

bool pcnet_model_receive(struct pcnet_model *m, const void *frame, u16 len, u16 status, u16 claimed)
{
    if (!pcnet_model_is_running(m))
        return false;
    struct descriptor *d = entry(m->rx_ring, m->rx_at);
    if (!(d->status & OWN))
        return false;
    assert(len <= (u16)-d->len && (d->len & 0xf000) == 0xf000);
    memcpy(machine_bus_pointer(d->addr), frame, len);
    d->message = claimed;
    d->status = status;
    m->rx_at = (m->rx_at + 1) % m->rx_count;
    return true;
}

void pcnet_model_finish(struct pcnet_model *m, u16 status, u16 claimed)
{
    struct descriptor *d = entry(m->rx_ring, (m->rx_at + m->rx_count - 1) % m->rx_count);

    d->message = claimed;
    d->status = status;
}

static void write_status(struct pcnet_model *m, u16 v)
{
    m->csr[0] &= (u16) ~(v & 0x7f00); /* writing one clears */
    if (v & STOP)
        m->csr[0] = STOP;
    if ((v & INIT) && !m->never_starts) {
        m->csr[0] &= (u16)~STOP;
        read_init_block(m);
    }
    if (v & STRT)
        m->csr[0] |= STRT;
    if (v & TDMD) {
        assert(pcnet_model_is_running(m));
        transmit(m);
    }
}

static u32 model_read(void *model, u32 at, unsigned size)
{
    struct pcnet_model *m = model;
    u32 v = 0;

    if (at == (m->is_wide ? RESET : OLD_RESET) && size == (m->is_wide ? 4 : 2)) {
        model_reset(m);
        return 0;
    }
    if (size != 4 || !m->is_wide)
        return 0;
    if (at < 0x10)
        memcpy(&v, m->mac + at, at ? 2 : 4);
    else if (at == RDP)
        v = m->csr[m->rap];
    else if (at == BDP && m->rap == MII_DATA)
        v = phy_read(&m->phy, m->bcr[MII_ADDRESS] >> 5, m->bcr[MII_ADDRESS] & 31);
    else if (at == BDP)
        v = m->bcr[m->rap] | (m->rap == 4 && (m->bcr[4] & 0x40) && m->has_link ? 0x8000 : 0);
    return v;
}

static void model_write(void *model, u32 at, unsigned size, u32 v)
{
    struct pcnet_model *m = model;

    assert(size == 4);
    if (!m->is_wide) {
        assert(at == RDP);
        m->is_wide = true;
    } else if (at == RAP) {
        assert(v < 128);
        m->rap = v;
    } else if (at == RDP && m->rap == 0) {
        write_status(m, (u16)v);
    } else if (at == RDP) {
        m->csr[m->rap] = (u16)v;
    } else {
        assert(at == BDP && m->rap < 64 && (m->rap < 32 || m->has_mii));
        m->bcr[m->rap] = (u16)v;
        if (m->rap == MII_DATA)
            phy_write(&m->phy, m->bcr[MII_ADDRESS] >> 5, m->bcr[MII_ADDRESS] & 31, (u16)v);
    }
}

void pcnet_model_init(struct pcnet_model *m, bool is_wide)
{
    struct machine_pci *pci = machine_add_pci(3 << 3, 0x1022, 0x2000);

    memset(m, 0, sizeof(*m));
    memcpy(m->mac, "\x52\x54\x00\x12\x34\x56", 6);
    m->is_wide = is_wide;
    m->csr[0] = STRT; /* as another driver left it */
    m->wire.send = transmit;
    m->wire.model = m;
    m->has_link = true;
    phy_init(&m->phy, 30, false);
    machine_config32(pci, 0x10, IO | 1);
    machine_add_window(&(struct machine_window){true, IO, 32, model_read, model_write, m});
}
