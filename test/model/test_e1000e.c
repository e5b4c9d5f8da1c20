/* The Intel code as e1000e: an 82574L and an I219 in their model. */
#define INTEL_DRIVER    driver_e1000e
#define INTEL_DEVICE_ID 0x10d3
#define INTEL_FAMILY    FAMILY_E1000E
#include "test/model/intel_suite.h"

static void test_an_i219_does_not_hang(void **state)
{
    (void)state;
    machine_reset();
    intel_model_init(&model, 0x156f, FAMILY_E1000E);
    model.hangs = true;
    struct netdev *dev = nic_test_open(&driver_e1000e);

    assert_string_equal(dev->chip, "I219-LM");
    netdev_close(dev);
    assert_int_equal(model.resets, 2);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {NIC_SUITE, TEST(test_an_i219_does_not_hang)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
