/*
 * PCI configuration space (mechanism #1, ports CF8h/CFCh; PCI Local Bus 3.0, 3.2.2.3.2) and the list
 * of devices found at start. Not: resource assignment; the BIOS did that.
 */
#pragma once

#include "pm/lib/types.h"

struct pci_device {
    u16 busdevfn; /* bus << 8 | device << 3 | function */
    u16 vendor, device;
    u16 subvendor, subdevice;
    u8 class_code[3]; /* base, sub, prog-if */
    u8 irq;           /* interrupt line register */
};

/* Walk all buses behind bridges; at most 256 devices are kept. */
void pci_scan(void);
unsigned pci_count(void);
struct pci_device *pci_get(unsigned i);

u8 pci_read8(const struct pci_device *d, u8 reg);
u16 pci_read16(const struct pci_device *d, u8 reg);
u32 pci_read32(const struct pci_device *d, u8 reg);
void pci_write8(const struct pci_device *d, u8 reg, u8 v);
void pci_write16(const struct pci_device *d, u8 reg, u16 v);
void pci_write32(const struct pci_device *d, u8 reg, u32 v);

/* Offset of a capability in config space, searching after `after` (0 = from the first); 0 when none. */
u8 pci_find_capability(const struct pci_device *d, u8 id, u8 after);

/* Base address of BAR n (0..5): I/O port or memory below 4 GB; 0 when unset or out of reach. */
uintptr_t pci_bar(const struct pci_device *d, unsigned n);
bool pci_bar_is_io(const struct pci_device *d, unsigned n);

/* Switch on I/O, memory and bus mastering (command register bits 0..2). */
void pci_enable(const struct pci_device *d);
void pci_disable_bus_master(const struct pci_device *d);
