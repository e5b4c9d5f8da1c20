/*
 * The copper members of the Intel 8254x family: 82544, 82540, 82545, 82546, 82541, 82547. What QEMU, VMware,
 * VirtualBox and Bochs call e1000.
 */
#include "drivers/intel.h"

static int e1000_probe(struct pci_device *pci, const struct pci_id *id)
{
    return intel_probe(pci, id, "e1000");
}

static const struct pci_id ids[] = {
    {0x8086, 0x1008, 0, "82544EI"}, {0x8086, 0x100c, 0, "82544GC"}, {0x8086, 0x100d, 0, "82544GC"},
    {0x8086, 0x100e, 0, "82540EM"}, {0x8086, 0x100f, 0, "82545EM"}, {0x8086, 0x1010, 0, "82546EB"},
    {0x8086, 0x1013, 0, "82541EI"}, {0x8086, 0x1014, 0, "82541ER"}, {0x8086, 0x1015, 0, "82540EM"},
    {0x8086, 0x1016, 0, "82540EP"}, {0x8086, 0x1017, 0, "82540EP"}, {0x8086, 0x1018, 0, "82541EI"},
    {0x8086, 0x1019, 0, "82547EI"}, {0x8086, 0x101a, 0, "82547EI"}, {0x8086, 0x101d, 0, "82546EB"},
    {0x8086, 0x101e, 0, "82540EP"}, {0x8086, 0x1026, 0, "82545GM"}, {0x8086, 0x1075, 0, "82547GI"},
    {0x8086, 0x1076, 0, "82541GI"}, {0x8086, 0x1077, 0, "82541GI"}, {0x8086, 0x1078, 0, "82541ER"},
    {0x8086, 0x1079, 0, "82546GB"}, {0x8086, 0x107c, 0, "82541PI"}, {0x8086, 0x108a, 0, "82546GB"},
    {0x8086, 0x1099, 0, "82546GB"}, {0x8086, 0x10b5, 0, "82546GB"}, {0},
};

const struct nic_driver driver_e1000 = {.name = "e1000", .ids = ids, .probe = e1000_probe};
