/* The Intel code as igb: an i350 in its model. */
#define INTEL_DRIVER    driver_igb
#define INTEL_DEVICE_ID 0x1521
#define INTEL_FAMILY    FAMILY_IGB
#include "test/model/intel_suite.h"

static void test_the_address_comes_after_the_reset(void **state)
{
    (void)state;
    model.reset_loads_mac = false;
    struct netdev *dev = nic_test_probe(&driver_igb);

    assert_memory_equal(dev->mac, model.eeprom_mac, 6);
    assert_string_equal(dev->chip, "i350");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {NIC_SUITE, TEST(test_the_address_comes_after_the_reset)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
