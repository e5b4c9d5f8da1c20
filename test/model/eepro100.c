/* See eepro100.h. */
#include "test/model/eepro100.h"

#include "test/model/machine.h"

#include <assert.h>
#include <string.h>

enum { REGS = 0xfeb00000, STATUS = 0, COMMAND = 2, MASK = 3, POINTER = 4, PORT = 8, ROM = 0xe, MDI = 0x10 };
enum { DONE = 0x8000, OK = 0x2000, EL = 0x8000, SUSPEND = 0x4000, FLEXIBLE = 8 };
enum { READY = 4, NO_RESOURCES = 2 };

struct block {
    u16 status, command;
    u32 link;
    u8 rest[24];
};

static void transmit_one(struct eepro100_model *m, struct block *b)
{
    u32 pieces, addr, size;

    assert((b->command & FLEXIBLE) && b->rest[7] == 1); /* one piece, apart */
    memcpy(&pieces, b->rest, 4);
    const u8 *piece = machine_bus_pointer(pieces);
    memcpy(&addr, piece, 4);
    memcpy(&size, piece + 4, 4);
    wire_put(&m->wire, machine_bus_pointer(addr), size & 0x3fff);
}

static void execute(struct eepro100_model *m, struct block *b)
{
    assert(!(b->status & DONE));
    switch (b->command & 7) {
    case 0:
        break;
    case 1:
        memcpy(m->mac, b->rest, 6);
        break;
    case 2:
        assert((b->rest[0] & 0x3f) == 22 && (b->rest[6] & 0x30) == 0x30); /* standard control blocks */
        assert(!(b->rest[15] & 1) && (b->rest[21] & 8)); /* not promiscuous, all multicasts */
        memcpy(m->config, b->rest, 22);
        break;
    case 4:
        assert(m->config[0]);
        transmit_one(m, b);
        break;
    default:
        assert(!"a command that the driver has no business with");
    }
    b->status = DONE | OK;
}

/* Follow the list until it ends or is suspended. */
static void run_commands(void *model)
{
    struct eepro100_model *m = model;

    for (unsigned i = 0; m->cu_active && !m->never_works; i++) {
        struct block *b = machine_bus_pointer(m->cu_at);
        if (m->wire.hold && (b->command & 7) == 4)
            return;
        assert(i < 1000);
        execute(m, b);
        m->cu_at = b->link;
        m->cu_suspended = b->command & SUSPEND;
        m->cu_active = !(b->command & (EL | SUSPEND));
    }
}

static void cu_command(struct eepro100_model *m, u8 command)
{
    if (command == 0x60) {
        assert(m->pointer == 0);
    } else if (command == 0x10) {
        assert(!m->cu_active);
        m->cu_at = m->pointer;
        m->cu_active = true;
    } else if (command == 0x20) {
        m->cu_active |= m->cu_suspended; /* nothing while active */
        m->cu_suspended = false;
    } else {
        assert(command == 0);
    }
    run_commands(m);
}

static void ru_command(struct eepro100_model *m, u8 command)
{
    if (command == 1) {
        assert(m->ru_state != READY && m->pointer % 4 == 0);
        m->ru_at = m->pointer;
        m->ru_state = READY;
        m->ru_starts++;
    } else {
        assert(command == 0 || (command == 6 && m->pointer == 0));
    }
}

struct rx_head {
    u16 status, command;
    u32 link, unused;
    u16 count, size;
};

static void put_frame(u32 at, const void *frame, u16 len)
{
    struct rx_head *h = machine_bus_pointer(at);

    memcpy(h + 1, frame, len);
    h->count = 0xc000 | len;
}

bool eepro100_model_receive(struct eepro100_model *m, const void *frame, u16 len, bool ok)
{
    if (m->ru_state != READY)
        return false;
    struct rx_head *h = machine_bus_pointer(m->ru_at);
    assert(!(h->status & DONE) && !(h->command & FLEXIBLE) && h->size >= len && h->size % 2 == 0);
    if (m->is_late) {
        memcpy(m->late, frame, len);
        m->late_len = len;
        m->late_at = m->ru_at;
    } else {
        put_frame(m->ru_at, frame, len);
    }
    h->status = DONE | (ok ? OK : 0x0800);
    m->ru_at = h->link;
    if (h->command & EL)
        m->ru_state = NO_RESOURCES;
    return true;
}

static u32 read_mdi(struct eepro100_model *m)
{
    if (m->until_mdi && --m->until_mdi == 0)
        m->mdi |= 1 << 28;
    return m->mdi;
}

static void write_mdi(struct eepro100_model *m, u32 v)
{
    unsigned address = v >> 21 & 31, reg = v >> 16 & 31;

    assert(!m->until_mdi && (v >> 26 & 3) % 3 != 0);
    if (v >> 26 & 1)
        phy_write(&m->phy, address, reg, (u16)v);
    m->mdi = (v & 0x0fff0000) | phy_read(&m->phy, address, reg);
    m->until_mdi = 3;
}

static u32 model_read(void *model, u32 at, unsigned size)
{
    struct eepro100_model *m = model;

    if (m->late_len)
        put_frame(m->late_at, m->late, m->late_len);
    m->late_len = 0;
    if (at == STATUS && size == 1)
        return (u32)m->ru_state << 2 | (m->cu_active ? 2u : m->cu_suspended) << 6;
    if (at == COMMAND && size == 1)
        return m->command_pending ? m->command_pending-- : 0;
    if (at == ROM && size == 2)
        return m->rom.out ? 8 : 0;
    assert(at == MDI && size == 4);
    return read_mdi(m);
}

static void reset(struct eepro100_model *m, u32 port)
{
    assert(port == 2 || port == 0);
    m->cu_active = m->cu_suspended = m->interrupts_off = false;
    m->ru_state = 0;
    memset(m->config, 0, sizeof(m->config));
    m->resets++;
}

static void model_write(void *model, u32 at, unsigned size, u32 v)
{
    struct eepro100_model *m = model;

    if (at == COMMAND) {
        assert(size == 1 && !m->command_pending && m->interrupts_off);
        cu_command(m, v & 0xf0);
        ru_command(m, v & 0x0f);
        m->command_pending = 2;
    } else if (at == POINTER) {
        assert(size == 4 && !m->command_pending);
        m->pointer = v;
    } else if (at == PORT) {
        reset(m, v);
    } else if (at == MASK) {
        m->interrupts_off = v & 1;
    } else if (at == ROM) {
        rom_pins_set(&m->rom, v & 2, v & 1, v & 4);
    } else {
        assert(at == MDI && size == 4);
        write_mdi(m, v);
    }
}

bool eepro100_model_is_quiet(const struct eepro100_model *m)
{
    return m->ru_state != READY && !m->cu_active;
}

void eepro100_model_init(struct eepro100_model *m, bool large_rom)
{
    struct machine_pci *pci = machine_add_pci(3 << 3, 0x8086, 0x1229);

    memset(m, 0, sizeof(*m));
    m->ru_state = READY; /* as another driver left it */
    m->rom.address_bits = large_rom ? 8 : 6;
    memcpy(m->rom.word, "\x52\x54\x00\x12\x34\x56", 6);
    phy_init(&m->phy, 1, false);
    m->wire.send = run_commands;
    m->wire.model = m;
    machine_config32(pci, 0x10, REGS);
    machine_add_window(&(struct machine_window){false, REGS, 64, model_read, model_write, m});
}
