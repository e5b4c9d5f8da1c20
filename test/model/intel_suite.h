/*
 * The chip of intel.h's model for NIC_SUITE. Before the include: INTEL_DRIVER, INTEL_DEVICE_ID, INTEL_FAMILY.
 */
#pragma once

#include "test/model/intel.h"
#include "test/model/nic_suite.h"

extern const struct nic_driver INTEL_DRIVER;

static struct intel_model model;

static void plug(void)
{
    intel_model_init(&model, INTEL_DEVICE_ID, INTEL_FAMILY);
}

static bool arrive(const void *frame, u16 len, bool is_sound)
{
    return intel_model_receive(&model, frame, len, is_sound ? 0 : 0x80);
}

static bool is_quiet(void)
{
    return intel_model_is_quiet(&model);
}

static void set_link(bool up)
{
    intel_model_set_link(&model, up);
}

static void spoil_mac(void)
{
    memset(model.eeprom_mac, 0xff, 6);
}

static const struct nic_chip chip = {
    .driver = &INTEL_DRIVER,
    .mac = model.mac,
    .wire = &model.wire,
    .set_link = set_link,
    .mbps = 1000,
    .tx_slots = 63,
};
