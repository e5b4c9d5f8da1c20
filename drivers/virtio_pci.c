/*
 * Virtio over PCI, legacy and modern (VIRTIO 1.1, 4.1.4 and 4.1.4.8), and split virtqueues (2.6).
 *
 * The device is not trusted with our memory safety: indexes that it writes are checked. Not: MSI-X,
 * event indexes, indirect descriptors, packed rings.
 */
#include "drivers/virtio_pci.h"

#include "pm/io.h"
#include "pm/lib/fail.h"
#include "pm/time.h"

#include <stdlib.h>
#include <string.h>

/* Legacy registers in BAR 0 (4.1.4.8); the device configuration follows while MSI-X is off. */
enum {
    OLD_DEVICE_FEATURES = 0,
    OLD_DRIVER_FEATURES = 4,
    OLD_QUEUE_PFN = 8,
    OLD_QUEUE_SIZE = 12,
    OLD_QUEUE_SELECT = 14,
    OLD_QUEUE_NOTIFY = 16,
    OLD_STATUS = 18,
    OLD_CONFIG = 20,
};

/* Common configuration (4.1.4.3). */
enum {
    DEVICE_FEATURE_SELECT = 0,
    DEVICE_FEATURE = 4,
    DRIVER_FEATURE_SELECT = 8,
    DRIVER_FEATURE = 12,
    DEVICE_STATUS = 20,
    QUEUE_SELECT = 22,
    QUEUE_SIZE = 24,
    QUEUE_ENABLE = 28,
    QUEUE_NOTIFY_OFF = 30,
    QUEUE_DESC = 32,
    QUEUE_DRIVER = 40,
    QUEUE_DEVICE = 48,
    COMMON_END = 56,
};

enum { S_ACKNOWLEDGE = 1, S_DRIVER = 2, S_DRIVER_OK = 4, S_FEATURES_OK = 8 };

/* Vendor capability (4.1.4): cfg_type, bar, offset, length, and for notify the multiplier. */
enum { CAP_VENDOR = 9, CAP_TYPE = 3, CAP_BAR = 4, CAP_OFFSET = 8, CAP_LENGTH = 12, CAP_MULTIPLIER = 16 };
enum { CFG_COMMON = 1, CFG_NOTIFY = 2, CFG_DEVICE = 4 };

#define F_VERSION_1 ((u64)1 << 32)

enum { AVAIL_NO_INTERRUPT = 1, USED_NO_NOTIFY = 1 };
#define RING_ALIGN 4096u
#define MAX_QUEUE  4096u /* of a legacy device that gives us no choice: 106 KiB of rings */

/* ---- register access ------------------------------------------------------------------------- */

static u8 read8(const struct virtio_window *w, u32 at)
{
    return w->is_io ? inb((u16)(w->addr + at)) : readb(w->addr + at);
}

static u16 read16(const struct virtio_window *w, u32 at)
{
    return w->is_io ? inw((u16)(w->addr + at)) : readw(w->addr + at);
}

static u32 read32(const struct virtio_window *w, u32 at)
{
    return w->is_io ? inl((u16)(w->addr + at)) : readl(w->addr + at);
}

static void write8(const struct virtio_window *w, u32 at, u8 v)
{
    if (w->is_io)
        outb((u16)(w->addr + at), v);
    else
        writeb(w->addr + at, v);
}

static void write16(const struct virtio_window *w, u32 at, u16 v)
{
    if (w->is_io)
        outw((u16)(w->addr + at), v);
    else
        writew(w->addr + at, v);
}

static void write32(const struct virtio_window *w, u32 at, u32 v)
{
    if (w->is_io)
        outl((u16)(w->addr + at), v);
    else
        writel(w->addr + at, v);
}

/* ---- finding the registers ------------------------------------------------------------------- */

/* The window that a capability describes; an unusable one leaves *w absent. */
static void read_capability(const struct pci_device *pci, u8 cap, struct virtio_window *w)
{
    u8 bar = pci_read8(pci, cap + CAP_BAR);
    u32 offset = pci_read32(pci, cap + CAP_OFFSET);
    u32 len = pci_read32(pci, cap + CAP_LENGTH);

    if (w->addr || bar > 5)
        return;
    uintptr_t base = pci_bar(pci, bar);
    bool is_io = pci_bar_is_io(pci, bar);
    u32 limit = is_io ? 0x10000 : ~0u;
    if (!base || offset > limit - base || len > limit - base - offset)
        return;
    w->addr = base + offset;
    w->len = len;
    w->is_io = is_io;
}

static bool find_modern(struct virtio_device *v, const struct pci_device *pci)
{
    for (u8 cap = 0; (cap = pci_find_capability(pci, CAP_VENDOR, cap)) && cap <= 256 - 20;) {
        switch (pci_read8(pci, cap + CAP_TYPE)) {
        case CFG_COMMON:
            read_capability(pci, cap, &v->common);
            break;
        case CFG_NOTIFY:
            if (!v->notify.addr)
                v->notify_multiplier = pci_read32(pci, cap + CAP_MULTIPLIER);
            read_capability(pci, cap, &v->notify);
            break;
        case CFG_DEVICE:
            read_capability(pci, cap, &v->config);
            break;
        }
    }
    return v->common.addr && v->common.len >= COMMON_END && v->notify.addr && v->notify.len >= 2 &&
           v->config.addr;
}

static bool find_legacy(struct virtio_device *v, const struct pci_device *pci)
{
    uintptr_t base = pci_bar(pci, 0);

    if (!base || !pci_bar_is_io(pci, 0) || pci->device >= 0x1040)
        return false;
    v->common = (struct virtio_window){base, OLD_CONFIG, true};
    v->notify = (struct virtio_window){base + OLD_QUEUE_NOTIFY, 2, true};
    v->config = (struct virtio_window){base + OLD_CONFIG, 64, true};
    return true;
}

int virtio_find(struct virtio_device *v, const struct pci_device *pci)
{
    *v = (struct virtio_device){.is_modern = true};
    if (find_modern(v, pci))
        return 0;
    *v = (struct virtio_device){.is_modern = false};
    if (find_legacy(v, pci))
        return 0;
    return fail(ENXIO, "virtio: no register window below 4 GB");
}

/* ---- device state ---------------------------------------------------------------------------- */

static u32 status_register(const struct virtio_device *v)
{
    return v->is_modern ? DEVICE_STATUS : OLD_STATUS;
}

static u8 get_status(const struct virtio_device *v)
{
    return read8(&v->common, status_register(v));
}

static void add_status(const struct virtio_device *v, u8 bits)
{
    write8(&v->common, status_register(v), get_status(v) | bits);
}

int virtio_reset(struct virtio_device *v)
{
    write8(&v->common, status_register(v), 0);
    for (unsigned ms = 0; get_status(v) != 0; ms++) {
        if (ms == 100)
            return fail(EIO, "virtio: the device does not finish its reset");
        mdelay(1);
    }
    return 0;
}

static u64 offered_features(const struct virtio_device *v)
{
    if (!v->is_modern)
        return read32(&v->common, OLD_DEVICE_FEATURES);
    write32(&v->common, DEVICE_FEATURE_SELECT, 1);
    u64 high = read32(&v->common, DEVICE_FEATURE);
    write32(&v->common, DEVICE_FEATURE_SELECT, 0);
    return high << 32 | read32(&v->common, DEVICE_FEATURE);
}

static void accept_features(const struct virtio_device *v, u64 features)
{
    if (!v->is_modern) {
        write32(&v->common, OLD_DRIVER_FEATURES, (u32)features);
        return;
    }
    write32(&v->common, DRIVER_FEATURE_SELECT, 0);
    write32(&v->common, DRIVER_FEATURE, (u32)features);
    write32(&v->common, DRIVER_FEATURE_SELECT, 1);
    write32(&v->common, DRIVER_FEATURE, (u32)(features >> 32));
    add_status(v, S_FEATURES_OK);
}

int virtio_negotiate(struct virtio_device *v, u64 wanted, u64 *features)
{
    int rc = virtio_reset(v);
    if (rc < 0)
        return rc;
    add_status(v, S_ACKNOWLEDGE);
    add_status(v, S_DRIVER);
    u64 offered = offered_features(v);
    if (v->is_modern && !(offered & F_VERSION_1))
        return fail(EPROTO, "virtio: the device lacks VERSION_1 (offers %08x%08x)", (u32)(offered >> 32),
                    (u32)offered);
    *features = offered & (wanted | F_VERSION_1);
    accept_features(v, *features);
    if (v->is_modern && !(get_status(v) & S_FEATURES_OK))
        return fail(EPROTO, "virtio: the device refuses features %08x%08x", (u32)(*features >> 32),
                    (u32)*features);
    return 0;
}

void virtio_driver_ok(struct virtio_device *v)
{
    add_status(v, S_DRIVER_OK);
}

u8 virtio_config8(const struct virtio_device *v, u32 offset)
{
    return offset < v->config.len ? read8(&v->config, offset) : 0;
}

u16 virtio_config16(const struct virtio_device *v, u32 offset)
{
    return offset + 1 < v->config.len ? read16(&v->config, offset) : 0;
}

void virtio_config_write8(const struct virtio_device *v, u32 offset, u8 byte)
{
    if (offset < v->config.len)
        write8(&v->config, offset, byte);
}

/* ---- queues ---------------------------------------------------------------------------------- */

/* Descriptors, available ring, and the used ring on a page of its own as the legacy layout has it. */
static int make_rings(struct virtq *q)
{
    size_t used_at = sizeof(struct vring_desc) * q->size + 2u * (3u + q->size);

    used_at = (used_at + RING_ALIGN - 1) & ~(RING_ALIGN - 1);
    size_t size = used_at + 6 + sizeof(struct vring_used_elem) * q->size;
    size = (size + RING_ALIGN - 1) & ~(RING_ALIGN - 1);
    u8 *memory = aligned_alloc(RING_ALIGN, size);
    if (!memory)
        return fail(ENOMEM, "virtio: no memory for a queue of %u", q->size);
    memset(memory, 0, size);
    q->desc = (struct vring_desc *)memory;
    q->avail = (struct vring_avail *)(q->desc + q->size);
    q->used = (struct vring_used *)(memory + used_at);
    q->avail->flags = AVAIL_NO_INTERRUPT;
    q->avail_idx = q->used_idx = q->in_flight = 0;
    return 0;
}

static void tell_address(const struct virtio_device *v, u32 at, const volatile void *ring)
{
    write32(&v->common, at, bus_address((const void *)ring));
    write32(&v->common, at + 4, 0);
}

/* Where to notify: the window's start plus a distance that the device names for each queue. */
static int find_notify(const struct virtio_device *v, struct virtq *q)
{
    q->notify = v->notify;
    if (!v->is_modern)
        return 0;
    u64 at = (u64)read16(&v->common, QUEUE_NOTIFY_OFF) * v->notify_multiplier;
    if (at > v->notify.len - 2)
        return fail(EPROTO, "virtio: notify address of queue %u lies outside its window", q->index);
    q->notify.addr += (uintptr_t)at;
    return 0;
}

int virtq_setup(struct virtio_device *v, struct virtq *q, u16 index, u16 max_size)
{
    u32 size_register = v->is_modern ? QUEUE_SIZE : OLD_QUEUE_SIZE;

    q->index = index;
    write16(&v->common, v->is_modern ? QUEUE_SELECT : OLD_QUEUE_SELECT, index);
    u16 size = read16(&v->common, size_register);
    if (v->is_modern && size > max_size)
        size = max_size;
    if (size < 2 || size > MAX_QUEUE || (size & (size - 1)))
        return fail(EPROTO, "virtio: queue %u of %u entries", index, size);
    q->size = size;
    int rc = find_notify(v, q);
    if (rc == 0)
        rc = make_rings(q);
    if (rc < 0)
        return rc;
    if (!v->is_modern) {
        write32(&v->common, OLD_QUEUE_PFN, bus_address(q->desc) / RING_ALIGN);
        return 0;
    }
    write16(&v->common, QUEUE_SIZE, size);
    tell_address(v, QUEUE_DESC, q->desc);
    tell_address(v, QUEUE_DRIVER, q->avail);
    tell_address(v, QUEUE_DEVICE, q->used);
    write16(&v->common, QUEUE_ENABLE, 1);
    return 0;
}

void virtq_free(struct virtq *q)
{
    free(q->desc);
    *q = (struct virtq){0};
}

void virtq_add(struct virtq *q, u16 head)
{
    q->avail->ring[q->avail_idx & (q->size - 1)] = head;
    q->avail_idx++;
    q->in_flight++;
}

void virtq_publish(struct virtq *q)
{
    barrier(); /* descriptors before the index that shows them */
    q->avail->idx = q->avail_idx;
    memory_fence(); /* the index before the question whether the device still looks (2.6.13.4.1) */
    if (!(q->used->flags & USED_NO_NOTIFY))
        write16(&q->notify, 0, q->index);
}

int virtq_take(struct virtq *q, u16 *head, u32 *len)
{
    u16 done = (u16)(q->used->idx - q->used_idx);

    if (done == 0)
        return 0;
    barrier(); /* the index before the entry it shows */
    const struct vring_used_elem *e = &q->used->ring[q->used_idx & (q->size - 1)];
    u32 id = e->id;
    if (done > q->in_flight || id >= q->size)
        return -EIO;
    *head = (u16)id;
    *len = e->len;
    q->used_idx++;
    q->in_flight--;
    return 1;
}
