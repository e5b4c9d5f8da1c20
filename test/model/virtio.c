/* See virtio.h. */
#include "test/model/virtio.h"

#include "test/model/machine.h"

#include <assert.h>
#include <string.h>

enum { IO = 0xc000, MEMORY = 0xfe000000, COMMON = 0x100, NOTIFY = 0x400, CONFIG = 0x800, MULTIPLIER = 4 };
enum { ACKNOWLEDGE = 1, DRIVER = 2, DRIVER_OK = 4, FEATURES_OK = 8 };
#define VERSION_1  ((u64)1 << 32)
#define ANY_LAYOUT ((u64)1 << 27)

struct descriptor {
    u64 addr;
    u32 len;
    u16 flags, next;
};

/* ---- queues ------------------------------------------------------------------------------------------ */

static u16 header_len(const struct virtio_model *m)
{
    return m->accepted & VERSION_1 ? 12 : 10;
}

static struct descriptor *table(const struct virtio_model_queue *q)
{
    return machine_bus_pointer(q->desc);
}

/* Head of the next chain that the driver offers, -1 when there is none. */
static int next_avail(struct virtio_model *m, unsigned queue)
{
    struct virtio_model_queue *q = &m->queue[queue];

    if (!(m->status & DRIVER_OK) || !q->enabled)
        return -1;
    const u16 *avail = machine_bus_pointer(q->avail);
    assert((u16)(avail[1] - q->taken) <= q->size);
    if (avail[1] == q->taken)
        return -1;
    u16 head = avail[2 + q->taken++ % q->size];
    assert(head < q->size);
    return head;
}

static void put_used(struct virtio_model_queue *q, u32 id, u32 len, u16 step)
{
    u8 *used = machine_bus_pointer(q->driver_used);
    u16 idx = (u16)(q->used + step);

    memcpy(used + 4 + 8 * (q->used % q->size), &id, 4);
    memcpy(used + 8 + 8 * (q->used % q->size), &len, 4);
    memcpy(used + 2, &idx, 2);
    q->used = idx;
}

/* Copy between the chain and a flat buffer; a chain may be cut anywhere. Returns bytes. */
static u32 copy_chain(struct virtio_model *m, unsigned queue, u16 head, u8 *flat, u32 len, bool to_chain)
{
    struct descriptor *d = table(&m->queue[queue]) + head;
    u32 at = 0;

    if (!(m->accepted & (ANY_LAYOUT | VERSION_1)))
        assert(d->len == header_len(m)); /* an old device wants its header apart */
    for (;;) {
        u32 n = d->len < len - at ? d->len : len - at;
        assert(((d->flags & 2) != 0) == to_chain && !(d->flags & 4));
        u8 *memory = machine_bus_pointer((u32)d->addr);
        memcpy(to_chain ? memory : flat + at, to_chain ? flat + at : memory, n);
        at += n;
        if (!(d->flags & 1))
            return at;
        d = table(&m->queue[queue]) + d->next;
    }
}

static void transmit(void *model)
{
    static u8 flat[4096];
    struct virtio_model *m = model;
    int head;

    while (!m->wire.hold && (head = next_avail(m, 1)) >= 0) {
        u32 len = copy_chain(m, 1, (u16)head, flat, sizeof(flat), false);
        u16 skip = header_len(m);
        for (u16 i = 0; i < skip; i++)
            assert(flat[i] == 0);
        wire_put(&m->wire, flat + skip, len - skip);
        put_used(&m->queue[1], (u32)head, 0, 1);
    }
}

bool virtio_model_receive(struct virtio_model *m, const void *frame, u16 len)
{
    static u8 flat[4096];
    int head = next_avail(m, 0);

    if (head < 0)
        return false;
    memset(flat, 0xee, header_len(m));
    memcpy(flat + header_len(m), frame, len);
    u32 whole = (u32)header_len(m) + len;
    u32 done = copy_chain(m, 0, (u16)head, flat, whole, true);
    assert(done == whole);
    put_used(&m->queue[0], (u32)head, whole, 1);
    return true;
}

bool virtio_model_receive_stub(struct virtio_model *m)
{
    int head = next_avail(m, 0);

    if (head >= 0)
        put_used(&m->queue[0], (u32)head, 5, 1);
    return head >= 0;
}

void virtio_model_lie(struct virtio_model *m, unsigned queue, u32 id, u32 len, u16 step)
{
    put_used(&m->queue[queue], id, len, step);
}

/* ---- device state ---------------------------------------------------------------------------------- */

static void set_status(struct virtio_model *m, u8 v)
{
    if (v == 0) {
        if (m->never_resets)
            return;
        memset(m->queue, 0, sizeof(m->queue));
        m->accepted = 0;
        m->status = 0;
        return;
    }
    if (m->refuse)
        v &= (u8)~FEATURES_OK;
    if (v & DRIVER_OK)
        assert((v & (ACKNOWLEDGE | DRIVER)) == 3 && (!m->is_modern || (v & FEATURES_OK)));
    m->status = v;
}

static void notify(struct virtio_model *m, unsigned queue)
{
    assert(queue < 2 && (m->status & DRIVER_OK)); /* 3.1.1: not before */
    m->queue[queue].notified++;
    if (queue == 1)
        transmit(m);
}

static struct virtio_model_queue *selected(struct virtio_model *m)
{
    static struct virtio_model_queue none;
    return m->selected < 2 ? &m->queue[m->selected] : &none;
}

static u16 size_of(const struct virtio_model *m)
{
    return m->selected < 2 ? m->queue_size[m->selected] : 0;
}

static u32 read_config(const struct virtio_model *m, u32 at, unsigned size)
{
    u8 config[8];
    u32 v = 0;

    memcpy(config, m->config, 6);
    memcpy(config + 6, &m->link, 2);
    if (at + size <= sizeof(config))
        memcpy(&v, config + at, size);
    return v;
}

/* ---- legacy interface -------------------------------------------------------------------------------- */

static u32 legacy_read(void *model, u32 at, unsigned size)
{
    struct virtio_model *m = model;

    switch (at) {
    case 0:
        return (u32)m->offered;
    case 8:
        return selected(m)->desc >> 12;
    case 12:
        return size_of(m);
    case 18:
        return m->status;
    }
    assert(at >= 20);
    return read_config(m, at - 20, size);
}

static void legacy_place(struct virtio_model *m, u32 pfn)
{
    struct virtio_model_queue *q = selected(m);

    q->size = size_of(m);
    q->enabled = pfn != 0;
    q->desc = pfn << 12;
    q->avail = q->desc + 16u * q->size;
    q->driver_used = (q->avail + 2u * (3u + q->size) + 4095) & ~4095u;
}

static void legacy_write(void *model, u32 at, unsigned size, u32 v)
{
    struct virtio_model *m = model;

    if (at == 4)
        m->accepted = v;
    else if (at == 8)
        legacy_place(m, v);
    else if (at == 14)
        m->selected = (u16)v;
    else if (at == 16)
        notify(m, v);
    else if (at == 18)
        set_status(m, (u8)v);
    else if (at >= 20 && at < 26 && size == 1)
        m->config[at - 20] = (u8)v;
}

/* ---- modern interface -------------------------------------------------------------------------------- */

static u32 common_read(struct virtio_model *m, u32 at, unsigned size)
{
    switch (at) {
    case 4:
        return (u32)(m->feature_select ? m->offered >> 32 : m->offered);
    case 20:
        assert(size == 1);
        return m->status;
    case 24:
        return selected(m)->size ? selected(m)->size : size_of(m);
    case 30:
        return m->notify_off[m->selected & 1];
    }
    assert(!"a register that the driver has no business with");
    return 0;
}

static void common_write(struct virtio_model *m, u32 at, unsigned size, u32 v)
{
    struct virtio_model_queue *q = selected(m);

    switch (at) {
    case 0:
        m->feature_select = v;
        break;
    case 8:
        m->driver_feature_select = v;
        break;
    case 12:
        m->accepted |= m->driver_feature_select ? (u64)v << 32 : v;
        break;
    case 20:
        assert(size == 1);
        set_status(m, (u8)v);
        break;
    case 22:
        m->selected = (u16)v;
        break;
    case 24:
        q->size = (u16)v;
        break;
    case 28:
        assert(v == 1 && q->desc && q->avail && q->driver_used);
        q->enabled = true;
        break;
    case 32:
        q->desc = v;
        break;
    case 40:
        q->avail = v;
        break;
    case 48:
        q->driver_used = v;
        break;
    default:
        assert(v == 0 && (at == 36 || at == 44 || at == 52));
    }
}

static u32 modern_read(void *model, u32 at, unsigned size)
{
    struct virtio_model *m = model;

    if (at >= CONFIG)
        return read_config(m, at - CONFIG, size);
    assert(at >= COMMON && at < COMMON + 56);
    return common_read(m, at - COMMON, size);
}

static void modern_write(void *model, u32 at, unsigned size, u32 v)
{
    struct virtio_model *m = model;

    if (at >= NOTIFY) {
        assert(at < CONFIG && at == NOTIFY + m->notify_off[v & 1] * (u32)MULTIPLIER);
        notify(m, v);
        return;
    }
    assert(at >= COMMON && at < COMMON + 56);
    common_write(m, at - COMMON, size, v);
}

/* A vendor capability in configuration space: type, where, how long. */
static void add_capability(struct machine_pci *pci, u8 at, u8 next, u8 type, u32 offset, u32 len)
{
    const u8 head[] = {9, next, 20, type, 4 /* BAR */};

    memcpy(pci->config + at, head, sizeof(head));
    machine_config32(pci, (u8)(at + 8), offset);
    machine_config32(pci, (u8)(at + 12), len);
    machine_config32(pci, (u8)(at + 16), MULTIPLIER);
}

void virtio_model_init(struct virtio_model *m, bool is_modern)
{
    struct machine_pci *pci = machine_add_pci(3 << 3, 0x1af4, is_modern ? 0x1041 : 0x1000);

    memset(m, 0, sizeof(*m));
    m->is_modern = is_modern;
    m->offered = 1u << 5 | 1u << 16 | 1u << 15 | ANY_LAYOUT | (is_modern ? VERSION_1 : 0);
    m->queue_size[0] = m->queue_size[1] = 256;
    m->notify_off[1] = 1;
    m->link = 1;
    m->status = ACKNOWLEDGE | DRIVER; /* as another driver left it */
    m->wire.send = transmit;
    m->wire.model = m;
    memcpy(m->config, "\x52\x54\x00\x12\x34\x56", 6);
    if (!is_modern) {
        machine_config32(pci, 0x10, IO | 1);
        machine_add_window(&(struct machine_window){true, IO, 64, legacy_read, legacy_write, m});
        return;
    }
    machine_config32(pci, 0x20, MEMORY | 4 /* 64 bits wide */);
    machine_config16(pci, 6, 0x10);
    pci->config[0x34] = 0x40;
    add_capability(pci, 0x40, 0x54, 1, COMMON, 56);
    add_capability(pci, 0x54, 0x68, 2, NOTIFY, 64);
    add_capability(pci, 0x68, 0x7c, 3, 0x700, 4);
    add_capability(pci, 0x7c, 0, 4, CONFIG, 8);
    machine_add_window(&(struct machine_window){false, MEMORY, 0x1000, modern_read, modern_write, m});
}
