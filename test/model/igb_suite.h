/*
 * The chip of igb.h's model for NIC_SUITE. Before the include: IGB_DRIVER, IGB_DEVICE_ID and IGB_HAS_QUEUES.
 */
#pragma once

#include "test/model/igb.h"
#include "test/model/nic_suite.h"

extern const struct nic_driver IGB_DRIVER;

static struct igb_model model;

static void plug(void)
{
    igb_model_init(&model, IGB_DEVICE_ID, IGB_HAS_QUEUES);
}

static bool receive(const void *frame, u16 len)
{
    return igb_model_receive(&model, frame, len, 0);
}

static bool receive_damaged(void)
{
    static const u8 frame[60];
    return igb_model_receive(&model, frame, 60, 0x80);
}

static bool is_quiet(void)
{
    return igb_model_is_quiet(&model);
}

static void set_link(bool up)
{
    igb_model_set_link(&model, up);
}

static void spoil_mac(void)
{
    memset(model.eeprom_mac, 0xff, 6);
}

static const struct nic_chip chip = {
    .driver = &IGB_DRIVER,
    .plug = plug,
    .receive = receive,
    .receive_damaged = receive_damaged,
    .is_quiet = is_quiet,
    .mac = model.mac,
    .wire = &model.wire,
    .set_link = set_link,
    .spoil_mac = spoil_mac,
    .mbps = 1000,
    .tx_slots = 63,
};
