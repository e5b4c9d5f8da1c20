/*
 * UNDI as a NIC: the PXE ROM's own driver, used from outside (PXE 2.1, chapter 4; pxe.md 3).
 *
 * Each call goes through real mode, which costs hundreds of times what an access to a native NIC costs.
 * So frames are fetched in batches, and where the ROM's interrupts work nothing is called before the
 * interrupt controller shows one. Link state cannot be asked for. Not: multicast lists, UNDI loaded by us.
 */
#include "undi/undi.h"

#include "pm/io.h"
#include "pm/lib/clock.h"
#include "pm/lib/fail.h"
#include "pm/lib/reader.h"
#include "pm/lib/writer.h"
#include "pm/pci.h"
#include "pm/rm.h"
#include "pm/time.h"
#include "tcpip/netdev.h"

#include <stdio.h>
#include <string.h>

/* API functions (PXE 2.1, 4.3; pxe.md 2.4). */
enum {
    UNDI_STARTUP = 0x01,
    UNDI_CLEANUP = 0x02,
    UNDI_INITIALIZE = 0x03,
    UNDI_SHUTDOWN = 0x05,
    UNDI_OPEN = 0x06,
    UNDI_CLOSE = 0x07,
    UNDI_SET_STATION_ADDRESS = 0x0a,
    UNDI_GET_INFORMATION = 0x0c,
    UNDI_GET_IFACE_INFO = 0x13,
    STOP_UNDI = 0x15,
};

enum { STATUS_BUSY = 0x06, STATUS_MEDIA = 0x61 };
enum { FILTER_DIRECTED = 1, FILTER_BROADCAST = 2, FILTER_PROMISCUOUS = 4 };

/*
 * Frames that the ROM can be trusted to hold, which it never tells. Drivers with an 8 KB ring hold five full
 * ones; measured on such a ROM, a window of 8 frames already loses some of each burst and halves the
 * throughput.
 */
#define UNDI_RX_RING 5

#define SERVICE_IRQ 0x1000u /* service flag: interrupts supported */

#define INITIALIZE_TRIES   10   /* some Realtek ROMs fail their media test now and then (pxe.md 3.9, 16) */
#define INITIALIZE_WAIT    200  /* ms */
#define BUSY_TRIES         20   /* of a transmission, 100 us and a look at the receiver apart */
#define WATCHDOG           1000 /* ms without an interrupt after which we look for ourselves */
#define FOREIGN_INTERRUPTS 100  /* more of those than of the NIC's own: the line tells nothing */
#define LIVELY             50   /* ms after a frame during which answers are expected at once */
#define IDLE_WAIT          5    /* ms between polls otherwise: a mode switch takes up to half of one */

static struct {
    struct netdev dev;
    char chip[32];
    u32 service_flags;
    bool is_up;          /* STARTUP and INITIALIZE are in force */
    bool by_interrupt;   /* call only when an interrupt has come */
    bool one_per_irq;    /* Etherboot 5.4 (pxe.md 3.8) */
    bool was_batch;      /* the last poll yielded frames: more may wait */
    u32 interrupts_seen; /* mailbox->ticks_irq at the last poll */
    msec_t next_poll;
    msec_t lively_until;
    msec_t watchdog; /* NEVER = no answer is outstanding */
} undi;

/* A call whose block is nothing but its status and zeros. */
static u16 call_simple(u16 opcode, size_t len)
{
    u8 block[136] = {0};

    return rm_pxe(opcode, block, len);
}

/* ---- bringing it up and down ----------------------------------------------------------------- */

static int initialize(void)
{
    u16 status = 0;

    for (unsigned tries = 0; tries < INITIALIZE_TRIES; tries++) {
        if (tries)
            mdelay(INITIALIZE_WAIT);
        status = call_simple(UNDI_INITIALIZE, 14);
        if (status == 0)
            return 0;
    }
    if (status == STATUS_MEDIA)
        return fail(ENETDOWN, "UNDI: the ROM's media test fails (status 61h): is the cable in?");
    return fail(EIO, "UNDI: the ROM cannot initialize the NIC (status %02xh)", status);
}

static int bring_up(void)
{
    if (undi.is_up)
        return 0;
    if (!(mailbox->pxe_flags & PXE_INITIALIZED)) {
        u16 status = call_simple(UNDI_STARTUP, 2);
        if (status)
            return fail(EIO, "UNDI: the ROM's driver does not start (status %02xh)", status);
        int rc = initialize();
        if (rc < 0) {
            call_simple(UNDI_CLEANUP, 2);
            return rc;
        }
        mailbox->pxe_flags |= PXE_INITIALIZED;
    }
    undi.is_up = true;
    return 0;
}

void undi_shutdown(void)
{
    if (!undi.is_up)
        return;
    call_simple(UNDI_SHUTDOWN, 2);
    call_simple(UNDI_CLEANUP, 2);
    mailbox->pxe_flags &= (u16)~PXE_INITIALIZED;
    undi.is_up = false;
}

void undi_unload(void)
{
    if (!(mailbox->pxe_flags & PXE_STARTED))
        return;
    mailbox->pxe_flags &= (u16) ~(PXE_PRESENT | PXE_STARTED);
    if (call_simple(STOP_UNDI, 2) == 0)
        rm_free_undi();
}

static bool is_usable_mac(const u8 *mac)
{
    static const u8 zero[ETH_ALEN];

    return !(mac[0] & 1) && memcmp(mac, zero, ETH_ALEN) != 0;
}

/*
 * GET_INFORMATION: status, BaseIo, IntNumber, MaxTranUnit, HwType, HwAddrLen, the current address and the
 * permanent one in 16 bytes each. The MTU is not to be believed beyond Ethernet's.
 */
static int get_information(struct netdev *dev)
{
    u8 block[50] = {0};

    u16 status = rm_pxe(UNDI_GET_INFORMATION, block, sizeof(block));
    if (status)
        return fail(EIO, "UNDI: the ROM does not tell its address (status %02xh)", status);
    struct reader r = reader_of(block, sizeof(block));
    reader_skip(&r, 4);
    u16 irq = get16le(&r);
    u16 mtu = get16le(&r);
    reader_skip(&r, 4);
    const u8 *current = reader_bytes(&r, 16);
    const u8 *permanent = reader_bytes(&r, 16);
    if (!is_usable_mac(current))
        current = permanent;
    if (!is_usable_mac(permanent))
        permanent = current;
    if (!is_usable_mac(current))
        return fail(ENXIO, "UNDI: the ROM knows no valid MAC address");
    memcpy(dev->mac, current, ETH_ALEN);
    memcpy(dev->hwaddr, permanent, ETH_ALEN);
    dev->mtu = mtu >= 576 && mtu < ETH_MTU ? mtu : ETH_MTU;
    mailbox->pxe_irq = irq == 2 ? 9 : irq; /* the cascade: IRQ 2 of old reaches the CPU as 9 */
    return 0;
}

/* GET_IFACE_INFO: status, 16 bytes of interface type, speed (meaningless on most), service flags. */
static void get_iface_info(struct netdev *dev)
{
    u8 block[42] = {0};
    char type[17] = "";

    if (rm_pxe(UNDI_GET_IFACE_INFO, block, sizeof(block)) == 0) {
        struct reader r = reader_of(block, sizeof(block));
        reader_skip(&r, 2);
        reader_copy(&r, type, 16);
        reader_skip(&r, 4);
        undi.service_flags = get32le(&r);
    }
    for (char *c = type; *c; c++)
        if (*c < ' ' || *c > '~')
            *c = '?';
    undi.one_per_irq = strcmp(type, "Etherboot") == 0;
    snprintf(undi.chip, sizeof(undi.chip), "UNDI: %s", *type ? type : "unnamed");
    dev->chip = undi.chip;
}

/* ---- poll or wait for interrupts? ------------------------------------------------------------ */

/* NICs that claim interrupts and never raise one, without being PCI Express (pxe.md 3.9, 1). */
static bool is_deaf_chip(const struct pci_device *pci)
{
    static const struct pci_id {
        u16 vendor, device;
    } deaf[] = {{0x8086, 0x1502}, {0x8086, 0x1503}, {0x14e4, 0x1687}};

    for (unsigned i = 0; i < ARRAY_SIZE(deaf); i++)
        if (pci->vendor == deaf[i].vendor && pci->device == deaf[i].device)
            return true;
    return false;
}

/* Dell machines whose interrupts die after seconds, known by maker prefix and flags (3.9, 5). */
static bool is_deaf_machine(const u8 *mac, u32 service_flags)
{
    static const u8 prefix[][3] = {{0x00, 0x23, 0xae}, {0x5c, 0x26, 0x0a}, {0x18, 0x03, 0x73}};

    for (unsigned i = 0; i < ARRAY_SIZE(prefix); i++)
        if (service_flags == 0xdc1b && memcmp(mac, prefix[i], 3) == 0)
            return true;
    return false;
}

/* The union of what iPXE and lpxelinux learned (pxe.md 3.3). */
static bool interrupts_are_usable(const struct netdev *dev)
{
    struct pci_device pci = {
        .busdevfn = mailbox->pxe_busdevfn, .vendor = mailbox->pxe_vendor, .device = mailbox->pxe_device};
    bool is_pci = (mailbox->pxe_flags & PXE_IS_PCI) && mailbox->pxe_busdevfn != 0xffff;

    if (mailbox->pxe_irq == 0 || mailbox->pxe_irq > 15 || !(undi.service_flags & SERVICE_IRQ))
        return false;
    if (is_pci && (is_deaf_chip(&pci) || pci_find_capability(&pci, 0x10, 0)))
        return false;
    return !is_deaf_machine(dev->hwaddr, undi.service_flags);
}

/*
 * Does the interrupt controller hold a request of our line? Its request register shows one even while the
 * CPU or the mask keeps it away, so that waiting for an interrupt needs no trip to real mode.
 */
static bool is_line_raised(void)
{
    enum { MASTER = 0x20, SLAVE = 0xa0, READ_REQUESTS = 0x0a };
    u16 irq = mailbox->pxe_irq;
    u16 port = irq < 8 ? MASTER : SLAVE;

    outb(port, READ_REQUESTS);
    return inb(port) >> (irq & 7) & 1;
}

/* Interrupts are late: look once without. Frames found that way prove that they do not come. */
static bool is_watchdog_due(msec_t now)
{
    if (now < undi.watchdog)
        return false;
    undi.watchdog = NEVER;
    return true;
}

/* ---- frames ---------------------------------------------------------------------------------- */

/* rm/ left the frames as length, bytes, padding to 2; a length of 0 ends them. */
static void take_frames(struct netdev *dev, u32 count)
{
    struct reader r = reader_of(rm_pointer(mailbox->segment, mailbox->rx_offset), mailbox->rx_size);

    for (u32 i = 0; i < count; i++) {
        u16 len = get16le(&r);
        struct reader frame = reader_sub(&r, len);
        reader_skip(&r, len & 1);
        if (!reader_ok(&frame) || len < ETH_HLEN || len > PKT_MAX) {
            dev->stats.rx_errors++;
            continue;
        }
        struct pkt *p = pkt_alloc();
        if (!p) {
            dev->stats.rx_dropped++;
            return;
        }
        reader_copy(&frame, pkt_put(p, len), len);
        netdev_rx(dev, p);
    }
}

/* One batch. With `ask` the ROM is asked even when no interrupt has come. */
static u32 fetch(struct netdev *dev, msec_t now, bool ask)
{
    mailbox->undi_mode = (ask ? UNDI_POLL : 0) | (undi.one_per_irq ? UNDI_ONE_PER_IRQ : 0);
    u32 frames = rm_undi_poll();

    undi.interrupts_seen = mailbox->ticks_irq;
    undi.was_batch = frames != 0;
    if (frames) {
        undi.lively_until = now + LIVELY;
        undi.watchdog = NEVER;
        take_frames(dev, frames);
    }
    return frames;
}

static void poll_by_interrupt(struct netdev *dev, msec_t now)
{
    if (undi.was_batch || mailbox->ticks_irq != undi.interrupts_seen || is_line_raised())
        fetch(dev, now, false);
    else if (is_watchdog_due(now) && fetch(dev, now, true))
        undi.by_interrupt = false;
    if (mailbox->irq_not_ours > mailbox->ticks_irq + FOREIGN_INTERRUPTS)
        undi.by_interrupt = false; /* another device holds the line */
}

static void undi_poll(struct netdev *dev)
{
    msec_t now = clock_now();

    if (undi.by_interrupt) {
        poll_by_interrupt(dev, now);
    } else if (now >= undi.next_poll) {
        fetch(dev, now, true);
        undi.next_poll = now < undi.lively_until ? now : now + IDLE_WAIT;
    }
}

static int undi_send(struct netdev *dev, struct pkt *p)
{
    u16 status = 0;
    u16 len = p->len;
    msec_t now = clock_now();

    if (len > mailbox->tx_size) {
        pkt_free(p);
        return fail(EMSGSIZE, "UNDI: a frame of %u bytes is too long", len);
    }
    memcpy(rm_pointer(mailbox->segment, mailbox->tx_offset), p->data, len);
    pkt_free(p);
    /* Completion is never waited for, since many ROMs do not report it (3.9, 15). Some free their
     * buffer only while they serve an interrupt, so a busy one is polled. */
    for (unsigned tries = 0; tries < BUSY_TRIES; tries++) {
        status = rm_undi_send(len);
        if (status != STATUS_BUSY)
            break;
        fetch(dev, now, true);
        udelay(100);
    }
    undi.lively_until = now + LIVELY;
    undi.next_poll = now;
    if (undi.watchdog == NEVER)
        undi.watchdog = now + WATCHDOG;
    if (status == STATUS_BUSY)
        return -ENOBUFS;
    return status ? fail(EIO, "UNDI: the ROM does not send (status %02xh)", status) : 0;
}

/* ---- open and close -------------------------------------------------------------------------- */

static void set_station_address(const struct netdev *dev)
{
    u8 block[18] = {0};

    memcpy(block + 2, dev->mac, ETH_ALEN);
    rm_pxe(UNDI_SET_STATION_ADDRESS, block, sizeof(block)); /* ROMs that need it and ROMs that refuse it */
}

static u16 open_receiver(void)
{
    u8 block[136] = {0};
    struct writer w = writer_of(block, sizeof(block));

    put32le(&w, 0); /* status, OpenFlag */
    put16le(&w, FILTER_DIRECTED | FILTER_BROADCAST | FILTER_PROMISCUOUS);
    return rm_pxe(UNDI_OPEN, block, sizeof(block));
}

static int undi_open(struct netdev *dev)
{
    int rc = bring_up();
    if (rc < 0)
        return rc;
    undi.by_interrupt = interrupts_are_usable(dev);
    undi.watchdog = NEVER;
    undi.next_poll = undi.lively_until = 0;
    undi.was_batch = false;
    set_station_address(dev);
    u16 status = open_receiver();
    if (status)
        return fail(EIO, "UNDI: the ROM does not open the NIC (status %02xh)", status);
    rm_undi_hook_irq(); /* also when polling: some ROMs work only if their interrupt is served (3.9, 6) */
    dev->link_up = true;
    return 0;
}

/* What the ROM still holds is taken first: some lose their way when closed in the middle (pxe.md 3.3). */
static void undi_close(struct netdev *dev)
{
    for (unsigned batch = 0; batch < 8 && fetch(dev, clock_now(), false); batch++)
        ;
    call_simple(UNDI_CLOSE, 2);
    dev->link_up = false;
}

static const struct netdev_ops ops = {undi_open, undi_close, undi_send, undi_poll};

static void describe_place(struct netdev *dev)
{
    u16 at = mailbox->pxe_busdevfn;

    dev->busdevfn = at;
    dev->pci_vendor = mailbox->pxe_vendor;
    dev->pci_device = mailbox->pxe_device;
    if (at == 0xffff)
        snprintf(dev->bus, sizeof(dev->bus), "PXE ROM");
    else
        snprintf(dev->bus, sizeof(dev->bus), "PCI %02x:%02x.%x", at >> 8, at >> 3 & 31, at & 7);
}

int undi_probe(void)
{
    struct netdev *dev = &undi.dev;

    if (!(mailbox->pxe_flags & PXE_PRESENT))
        return fail(ENODEV, "UNDI: no PXE ROM is present");
    memset(&undi, 0, sizeof(undi));
    int rc = bring_up();
    if (rc < 0)
        return rc;
    rc = get_information(dev);
    if (rc < 0) {
        undi_shutdown();
        return rc;
    }
    get_iface_info(dev);
    describe_place(dev);
    dev->driver = "undi";
    dev->ops = &ops;
    dev->rx_ring = UNDI_RX_RING;
    netdev_register(dev);
    return 0;
}
