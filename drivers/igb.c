/*
 * The copper members of Intel's later gigabit families with many queues, of which we use one: 82575, 82576,
 * 82580, i350, i354, i210, i211. Not: fibre, SerDes and backplane members.
 */
#include "drivers/intel.h"

static int igb_probe(struct pci_device *pci, const struct pci_id *id)
{
    return intel_probe(pci, id, "igb");
}

static const struct pci_id ids[] = {
    {0x8086, 0x10a7, INTEL_IGB, "82575EB"}, {0x8086, 0x10d6, INTEL_IGB, "82575GB"},
    {0x8086, 0x10c9, INTEL_IGB, "82576"},   {0x8086, 0x10e8, INTEL_IGB, "82576"},
    {0x8086, 0x150a, INTEL_IGB, "82576NS"}, {0x8086, 0x1526, INTEL_IGB, "82576"},
    {0x8086, 0x150e, INTEL_IGB, "82580"},   {0x8086, 0x1516, INTEL_IGB, "82580"},
    {0x8086, 0x1521, INTEL_IGB, "i350"},    {0x8086, 0x1533, INTEL_IGB, "i210"},
    {0x8086, 0x157b, INTEL_IGB, "i210"},    {0x8086, 0x1539, INTEL_IGB, "i211"},
    {0x8086, 0x1f41, INTEL_IGB, "i354"},    {0},
};

const struct nic_driver driver_igb = {.name = "igb", .ids = ids, .probe = igb_probe};
