/*
 * See mii.h. Not: clause 45, quirks of single PHYs.
 */
#include "drivers/mii.h"

enum { BMCR = 0, BMSR = 1, PHYID = 2, ANAR = 4, ANLPAR = 5, CTRL1000 = 9, STAT1000 = 10 };

enum { BMCR_100 = 1 << 13, BMCR_NEGOTIATE = 1 << 12, BMCR_RESTART = 1 << 9, BMCR_FULL = 1 << 8 };
enum { BMCR_POWER_DOWN = 1 << 11, BMCR_ISOLATE = 1 << 10 };
enum { BMSR_1000 = 1 << 8, BMSR_LINK = 1 << 2 };
enum { AN_10 = 1 << 5, AN_10_FULL = 1 << 6, AN_100 = 1 << 7, AN_100_FULL = 1 << 8 };
enum { CTRL1000_BOTH = 3 << 8, STAT1000_HALF = 1 << 10, STAT1000_FULL = 1 << 11 };

static u16 get(const struct mii *m, unsigned reg)
{
    return m->read(m->nic, m->phy, reg);
}

bool mii_find(struct mii *m)
{
    for (unsigned i = 1; i <= 32; i++) {
        m->phy = i % 32;
        u16 status = get(m, BMSR), id = get(m, PHYID);
        if (status != 0 && status != 0xffff && id != 0xffff)
            return true;
    }
    return false;
}

/* A PHY that has a link keeps it: to negotiate anew takes seconds. */
void mii_start(const struct mii *m)
{
    u16 control = get(m, BMCR), status = get(m, BMSR);

    if (!(control & (BMCR_POWER_DOWN | BMCR_ISOLATE)) && (control & BMCR_NEGOTIATE) && (status & BMSR_LINK))
        return;
    if (status & BMSR_1000)
        m->write(m->nic, m->phy, CTRL1000, get(m, CTRL1000) | CTRL1000_BOTH);
    m->write(m->nic, m->phy, ANAR, get(m, ANAR) | AN_10 | AN_10_FULL | AN_100 | AN_100_FULL);
    m->write(m->nic, m->phy, BMCR, BMCR_NEGOTIATE | BMCR_RESTART);
}

/* What both ends can do best, by the priorities of annex 28B.3. */
static void negotiated(struct mii *m, u16 status, struct netdev *dev)
{
    u16 common = get(m, ANAR) & get(m, ANLPAR), gigabit = 0;

    if (status & BMSR_1000) /* ours in the one register lie two bits lower than theirs in the other */
        gigabit = (u16)(get(m, CTRL1000) << 2) & get(m, STAT1000) & (STAT1000_HALF | STAT1000_FULL);
    bool is_100 = common & (AN_100 | AN_100_FULL);
    dev->link_mbps = gigabit ? 1000 : is_100 ? 100 : 10;
    if (gigabit)
        m->is_full_duplex = gigabit & STAT1000_FULL;
    else
        m->is_full_duplex = common & (is_100 ? AN_100_FULL : AN_10_FULL);
}

void mii_update_link(struct mii *m, struct netdev *dev)
{
    u16 status = get(m, BMSR);

    if (!(status & BMSR_LINK)) /* a link that was lost is remembered until read: ask for the present */
        status = get(m, BMSR);
    bool is_up = (status & BMSR_LINK) && status != 0xffff;
    if (is_up == dev->link_up)
        return;
    dev->link_up = is_up;
    dev->link_mbps = 0;
    if (!is_up)
        return;
    u16 control = get(m, BMCR);
    if (control & BMCR_NEGOTIATE) {
        negotiated(m, status, dev);
        return;
    }
    dev->link_mbps = control & BMCR_100 ? 100 : 10;
    m->is_full_duplex = control & BMCR_FULL;
}
