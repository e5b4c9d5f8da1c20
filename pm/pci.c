/*
 * PCI configuration space by mechanism #1 (PCI Local Bus 3.0, 3.2.2.3.2), and the list of devices
 * that the BIOS made visible. Buses are walked in rising order, which is how BIOSes number them; a
 * bridge adds the bus behind it, and the BIOS's own count (PCI BIOS 2.1, function B101h) adds root
 * buses that no bridge leads to. Not: resource assignment, extended config space.
 */
#include "pm/pci.h"

#include "pm/io.h"
#include "pm/rm.h"

#include <string.h>

enum { CONFIG_ADDRESS = 0xcf8, CONFIG_DATA = 0xcfc };

/* Configuration header (PCI 3.0, 6.1 and 6.2). */
enum {
    REG_VENDOR = 0x00,
    REG_DEVICE = 0x02,
    REG_COMMAND = 0x04,
    REG_STATUS = 0x06,
    REG_PROG_IF = 0x09,
    REG_SUBCLASS = 0x0a,
    REG_CLASS = 0x0b,
    REG_LATENCY = 0x0d,
    REG_HEADER_TYPE = 0x0e,
    REG_BAR0 = 0x10,
    REG_SECONDARY_BUS = 0x19,
    REG_SUBVENDOR = 0x2c,
    REG_SUBDEVICE = 0x2e,
    REG_CAPABILITIES = 0x34,
    REG_IRQ = 0x3c,
};

enum { COMMAND_IO = 1, COMMAND_MEMORY = 2, COMMAND_MASTER = 4 };
enum { STATUS_CAPABILITIES = 0x10 };
enum { HEADER_NORMAL = 0, HEADER_BRIDGE = 1, HEADER_CARDBUS = 2, HEADER_MULTIFUNCTION = 0x80 };
enum { BAR_IO = 1, BAR_TYPE = 6, BAR_64BIT = 4 };

#define MAX_DEVICES 256
#define MAX_BUSES   256
#define MIN_LATENCY 32 /* bus clocks; some BIOSes leave 0, which breaks every burst in two */

/* 256 bytes hold at most this many capabilities of 4 bytes; a longer chain is a loop. */
#define MAX_CAPABILITIES 48

static struct {
    unsigned count;
    struct pci_device device[MAX_DEVICES];
    bool wanted[MAX_BUSES];
} pci;

static void select_register(const struct pci_device *d, u8 reg)
{
    outl(CONFIG_ADDRESS, 0x80000000u | (u32)d->busdevfn << 8 | (reg & 0xfc));
}

u8 pci_read8(const struct pci_device *d, u8 reg)
{
    select_register(d, reg);
    return inb((u16)(CONFIG_DATA + (reg & 3)));
}

u16 pci_read16(const struct pci_device *d, u8 reg)
{
    select_register(d, reg);
    return inw((u16)(CONFIG_DATA + (reg & 2)));
}

u32 pci_read32(const struct pci_device *d, u8 reg)
{
    select_register(d, reg);
    return inl(CONFIG_DATA);
}

void pci_write8(const struct pci_device *d, u8 reg, u8 v)
{
    select_register(d, reg);
    outb((u16)(CONFIG_DATA + (reg & 3)), v);
}

void pci_write16(const struct pci_device *d, u8 reg, u16 v)
{
    select_register(d, reg);
    outw((u16)(CONFIG_DATA + (reg & 2)), v);
}

void pci_write32(const struct pci_device *d, u8 reg, u32 v)
{
    select_register(d, reg);
    outl(CONFIG_DATA, v);
}

/* The address register of mechanism #1 keeps what is written; an ISA bus returns ones. */
static bool is_there(void)
{
    outl(CONFIG_ADDRESS, 0x80000000u);
    return inl(CONFIG_ADDRESS) == 0x80000000u;
}

/* Number of the last bus that the BIOS knows; 0 without a PCI BIOS. */
static u8 last_bus_of_bios(void)
{
    struct rm_regs r = {.eax = 0xb101};

    rm_int(0x1a, &r);
    bool ok = !(r.eflags & RM_CF) && !(r.eax & 0xff00) && r.edx == 0x20494350; /* "PCI " */
    return ok ? (u8)r.ecx : 0;
}

static void remember(struct pci_device *d)
{
    d->vendor = pci_read16(d, REG_VENDOR);
    d->device = pci_read16(d, REG_DEVICE);
    d->subvendor = pci_read16(d, REG_SUBVENDOR);
    d->subdevice = pci_read16(d, REG_SUBDEVICE);
    d->class_code[0] = pci_read8(d, REG_CLASS);
    d->class_code[1] = pci_read8(d, REG_SUBCLASS);
    d->class_code[2] = pci_read8(d, REG_PROG_IF);
    d->irq = pci_read8(d, REG_IRQ);
    if (pci.count < MAX_DEVICES)
        pci.device[pci.count++] = *d;
}

/* Look at one function; returns its header type, or -1 when nobody is there. */
static int scan_function(u16 busdevfn)
{
    struct pci_device d = {.busdevfn = busdevfn};

    if (pci_read16(&d, REG_VENDOR) == 0xffff)
        return -1;
    u8 header = pci_read8(&d, REG_HEADER_TYPE);
    u8 kind = header & 0x7f;
    if (kind == HEADER_BRIDGE || kind == HEADER_CARDBUS)
        pci.wanted[pci_read8(&d, REG_SECONDARY_BUS)] = true;
    if (kind == HEADER_NORMAL)
        remember(&d);
    return header;
}

static void scan_bus(unsigned bus)
{
    for (unsigned dev = 0; dev < 32; dev++) {
        u16 busdevfn = (u16)(bus << 8 | dev << 3);
        int header = scan_function(busdevfn);
        if (header < 0 || !(header & HEADER_MULTIFUNCTION))
            continue;
        for (u16 fn = 1; fn < 8; fn++)
            scan_function(busdevfn | fn);
    }
}

void pci_scan(void)
{
    memset(&pci, 0, sizeof(pci));
    if (!is_there())
        return;
    memset(pci.wanted, true, last_bus_of_bios() + 1u);
    for (unsigned bus = 0; bus < MAX_BUSES; bus++)
        if (pci.wanted[bus])
            scan_bus(bus);
}

unsigned pci_count(void)
{
    return pci.count;
}

struct pci_device *pci_get(unsigned i)
{
    return &pci.device[i];
}

u8 pci_find_capability(const struct pci_device *d, u8 id, u8 after)
{
    if (!(pci_read16(d, REG_STATUS) & STATUS_CAPABILITIES))
        return 0;
    u8 at = pci_read8(d, after ? (u8)(after + 1) : REG_CAPABILITIES);
    for (unsigned n = 0; n < MAX_CAPABILITIES; n++) {
        at &= 0xfc;
        if (at < 0x40)
            return 0;
        u16 head = pci_read16(d, at);
        if ((u8)head == id)
            return at;
        at = (u8)(head >> 8);
    }
    return 0;
}

static u8 bar_register(unsigned n)
{
    return (u8)(REG_BAR0 + 4 * n);
}

bool pci_bar_is_io(const struct pci_device *d, unsigned n)
{
    return pci_read32(d, bar_register(n)) & BAR_IO;
}

uintptr_t pci_bar(const struct pci_device *d, unsigned n)
{
    u32 bar = pci_read32(d, bar_register(n));
    if (bar & BAR_IO)
        return bar <= 0xffff ? bar & ~3u : 0;
    if ((bar & BAR_TYPE) == BAR_64BIT && (n >= 5 || pci_read32(d, bar_register(n + 1))))
        return 0;
    return bar & ~15u;
}

void pci_enable(const struct pci_device *d)
{
    u16 command = pci_read16(d, REG_COMMAND);

    pci_write16(d, REG_COMMAND, command | COMMAND_IO | COMMAND_MEMORY | COMMAND_MASTER);
    if (pci_read8(d, REG_LATENCY) < MIN_LATENCY)
        pci_write8(d, REG_LATENCY, MIN_LATENCY);
}

void pci_disable_bus_master(const struct pci_device *d)
{
    pci_write16(d, REG_COMMAND, pci_read16(d, REG_COMMAND) & (u16)~COMMAND_MASTER);
}
