/* See rom.h. */
#include "test/model/rom.h"

#include "pm/rm.h"
#include "test/model/machine.h"

#include <assert.h>
#include <string.h>
#include <sys/mman.h>

enum { SEGMENT = 0x9000, RX = 0x100, RX_SIZE = 6144, TX = 0x2000, TX_SIZE = 1520, WAITING = 16, BATCH = 3 };

struct rom rom;

static struct mailbox box;
struct mailbox *mailbox = &box;

static struct {
    unsigned waiting;
    struct {
        u16 len;
        u8 bytes[2048];
    } frame[WAITING];
    bool line;
    bool interrupted;
} wire;

/* The request registers of both interrupt controllers. */
static u32 pic_read(void *model, u32 at, unsigned size)
{
    u16 base = *(u16 *)model;
    u16 irq = rom.irq == 2 ? 9 : rom.irq;

    assert(at == 0 && size == 1);
    return wire.line && base == (irq < 8 ? 0x20 : 0xa0) ? 1u << (irq & 7) : 0;
}

static void pic_write(void *model, u32 at, unsigned size, u32 v)
{
    (void)model;
    assert(at == 0 && size == 1 && v == 0x0a);
}

void rom_init(void)
{
    static u16 base[] = {0x20, 0xa0};
    static void *low;

    if (!low)
        low = mmap((void *)((uintptr_t)SEGMENT << 4), 0x4000, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    assert(low == (void *)((uintptr_t)SEGMENT << 4));
    memset(&wire, 0, sizeof(wire));
    rom = (struct rom){.irq = 11, .mtu = 1500, .service_flags = 0x1c13, .type = "DIX+802.3"};
    memcpy(rom.current, "\x52\x54\x00\x12\x34\x56", 6);
    memcpy(rom.permanent, "\x52\x54\x00\x12\x34\x99", 6);
    box = (struct mailbox){
        .magic = MAILBOX_MAGIC,
        .segment = SEGMENT,
        .origin = RM_FROM_PXE,
        .pxe_flags = PXE_PRESENT | PXE_STARTED | PXE_IS_PCI,
        .pxe_busdevfn = 3 << 3,
        .pxe_vendor = 0x10ec,
        .pxe_device = 0x8139,
        .rx_offset = RX,
        .rx_size = RX_SIZE,
        .tx_offset = TX,
        .tx_size = TX_SIZE,
    };
    for (unsigned i = 0; i < 2; i++)
        machine_add_window(&(struct machine_window){true, base[i], 1, pic_read, pic_write, &base[i]});
}

void rom_receive(const void *frame, u16 len)
{
    assert(wire.waiting < WAITING);
    wire.frame[wire.waiting].len = len;
    memcpy(wire.frame[wire.waiting++].bytes, frame, len);
}

void rom_raise(void)
{
    wire.line = true;
}

/* ---- the API ------------------------------------------------------------------------------------------ */

static u16 initialize(const u8 *block)
{
    static const u8 zero[12];

    assert(rom.started && !rom.initialized && memcmp(block + 2, zero, 12) == 0);
    rom.initializes++;
    if (rom.initialize_failures) {
        rom.initialize_failures--;
        return rom.initialize_status;
    }
    rom.initialized = true;
    return 0;
}

static void get_information(u8 *block)
{
    memcpy(block + 4, &rom.irq, 2);
    memcpy(block + 6, &rom.mtu, 2);
    block[8] = 1;
    block[10] = 6;
    memcpy(block + 12, rom.current, 6);
    memcpy(block + 28, rom.permanent, 6);
}

static void get_iface_info(u8 *block)
{
    strncpy((char *)block + 2, rom.type, 16);
    memcpy(block + 22, &rom.service_flags, 4);
}

u16 rm_pxe(u16 opcode, void *params, size_t len)
{
    u8 *block = params;

    switch (opcode) {
    case 0x01:
        assert(len == 2 && !rom.started);
        rom.started = true;
        rom.startups++;
        return 0;
    case 0x02:
        assert(len == 2 && rom.started && !rom.initialized);
        rom.started = false;
        return 0;
    case 0x03:
        assert(len == 14);
        return initialize(block);
    case 0x05:
        assert(len == 2 && rom.initialized && !rom.open);
        rom.initialized = false;
        return 0;
    case 0x15:
        assert(len == 2 && !rom.initialized && !rom.started);
        rom.stops++;
        return rom.stop_status;
    case 0x06:
        assert(len == 136 && rom.initialized && !rom.open);
        if (rom.open_status)
            return rom.open_status;
        rom.open = true;
        memcpy(&rom.filter, block + 4, 2);
        return 0;
    case 0x07:
        assert(len == 2 && rom.open && !wire.waiting);
        rom.open = false;
        return 0;
    case 0x0a:
        assert(len == 18 && rom.initialized && !rom.open);
        memcpy(rom.station, block + 2, 6);
        return 0x6a; /* many refuse */
    case 0x0c:
        assert(len == 50 && rom.initialized);
        get_information(block);
        return 0;
    case 0x13:
        assert(len == 42 && rom.initialized);
        get_iface_info(block);
        return 0;
    }
    assert(!"a function that nobody should call");
    return 3;
}

void rm_free_undi(void)
{
    rom.frees++;
}

void rm_undi_hook_irq(void)
{
    assert(rom.open);
    rom.hooked = true;
}

u32 rm_undi_poll(void)
{
    u8 *at = rm_pointer(SEGMENT, RX);
    u32 n = 0;

    assert(rom.open);
    rom.polls++;
    if (wire.line) {
        box.ticks_irq++;
        wire.interrupted = true;
        wire.line = false;
    }
    bool answers = !rom.needs_interrupt || wire.interrupted || (box.undi_mode & UNDI_POLL);
    for (; answers && n < BATCH && n < wire.waiting; n++) {
        memcpy(at, &wire.frame[n].len, 2);
        memcpy(at + 2, wire.frame[n].bytes, wire.frame[n].len);
        at += 2 + (wire.frame[n].len + 1) / 2 * 2;
    }
    memset(at, 0, 2);
    wire.waiting -= n;
    memmove(wire.frame, wire.frame + n, wire.waiting * sizeof(wire.frame[0]));
    if (!wire.waiting)
        wire.interrupted = false;
    return n;
}

u16 rm_undi_send(u32 len)
{
    assert(rom.open && len <= TX_SIZE);
    rom.sends++;
    if (rom.busy) {
        rom.busy--;
        return 6;
    }
    memcpy(rom.last, rm_pointer(SEGMENT, TX), len);
    rom.last_len = len;
    return rom.send_status;
}
