/* The real-time clock's registers as seconds: every mode of the clock, dates at the edges, and nonsense. */
#include "pm/lib/rtc.h"

#include "test/host/test.h"

enum { BCD_24 = 2, BINARY_24 = 6, BCD_12 = 0, BINARY_12 = 4 };

static u32 at(u8 century, u8 year, u8 month, u8 day, u8 hours, u8 minutes, u8 seconds, u8 status_b)
{
    const struct rtc_registers r = {seconds, minutes, hours, day, month, year, century, status_b};
    return rtc_to_unix(&r);
}

static void test_modes(void **state)
{
    (void)state;
    assert_int_equal(at(0x20, 0x26, 0x11, 0x28, 0x03, 0x09, 0x07, BCD_24), 1795835347);
    assert_int_equal(at(20, 26, 11, 28, 3, 9, 7, BINARY_24), 1795835347);
    assert_int_equal(at(0x20, 0x26, 0x11, 0x28, 0x03, 0x09, 0x07, BCD_12), 1795835347);
    assert_int_equal(at(0x20, 0x26, 0x11, 0x28, 0x83, 0x09, 0x07, BCD_12), 1795835347 + 12 * 3600);
    assert_int_equal(at(20, 26, 11, 28, 0x83, 9, 7, BINARY_12), 1795835347 + 12 * 3600);
    assert_int_equal(at(0x20, 0x26, 0x11, 0x28, 0x12, 0x09, 0x07, BCD_12), 1795835347 - 3 * 3600); /* midnight */
    assert_int_equal(at(0x20, 0x26, 0x11, 0x28, 0x92, 0x09, 0x07, BCD_12), 1795835347 + 9 * 3600); /* noon */
}

/* What `date -u -d ... +%s` says. */
static void test_dates(void **state)
{
    (void)state;
    assert_int_equal(at(0x20, 0x00, 0x01, 0x01, 0, 0, 0, BCD_24), 946684800);
    assert_int_equal(at(0x20, 0x00, 0x02, 0x29, 0, 0, 0, BCD_24), 951782400);
    assert_int_equal(at(0x20, 0x24, 0x02, 0x29, 0x23, 0x59, 0x59, BCD_24), 1709251199);
    assert_int_equal(at(0x20, 0x24, 0x03, 0x01, 0, 0, 0, BCD_24), 1709251200);
    assert_int_equal(at(0x20, 0x38, 0x01, 0x19, 0x03, 0x14, 0x08, BCD_24), 2147483648u);
    assert_int_equal(at(0x20, 0x99, 0x12, 0x31, 0, 0, 0, BCD_24), 4102358400u);
    assert_int_equal(at(0x21, 0x01, 0x01, 0x01, 0, 0, 0, BCD_24), 4133980800u); /* 2100 had 365 days */
    assert_int_equal(at(0x00, 0x26, 0x11, 0x28, 0x03, 0x09, 0x07, BCD_24), 1795835347); /* no century kept */
    assert_int_equal(at(0x19, 0x26, 0x11, 0x28, 0x03, 0x09, 0x07, BCD_24), 1795835347); /* nor carried on */
    assert_int_equal(at(0x19, 0x80, 0x01, 0x01, 0, 0, 0, BCD_24), 315532800); /* an empty battery */
    assert_int_equal(at(0x00, 0x80, 0x01, 0x01, 0, 0, 0, BCD_24), 315532800);
    assert_int_equal(at(0x19, 0x99, 0x12, 0x31, 0, 0, 0, BCD_24), 946598400);
    assert_int_equal(at(0x20, 0x80, 0x01, 0x01, 0, 0, 0, BCD_24), 3471292800u);
}

static void test_nonsense(void **state)
{
    (void)state;
    assert_int_equal(at(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff), 0); /* no clock at all */
    assert_int_equal(at(0, 0, 0, 0, 0, 0, 0, BCD_24), 0);
    assert_int_equal(at(0x20, 0x26, 0x13, 0x01, 0, 0, 0, BCD_24), 0);
    assert_int_equal(at(0x20, 0x26, 0x02, 0x29, 0, 0, 0, BCD_24), 0);
    assert_int_equal(at(0x20, 0x26, 0x04, 0x31, 0, 0, 0, BCD_24), 0);
    assert_int_equal(at(0x20, 0x26, 0x04, 0x1a, 0, 0, 0, BCD_24), 0);
    assert_int_equal(at(0x20, 0x26, 0x04, 0x01, 0x24, 0, 0, BCD_24), 0);
    assert_int_equal(at(0x20, 0x26, 0x04, 0x01, 0x13, 0, 0, BCD_12), 0);
    assert_int_equal(at(0x20, 0x26, 0x04, 0x01, 0x00, 0, 0, BCD_12), 0);
    assert_int_equal(at(0x20, 0x26, 0x04, 0x01, 0, 0x60, 0, BCD_24), 0);
    assert_int_equal(at(0x20, 0x26, 0x04, 0x01, 0, 0, 0x60, BCD_24), 0);
    assert_int_equal(at(0x21, 0x06, 0x01, 0x01, 0, 0, 0, BCD_24), 0); /* behind what 32 bits tell */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_modes),
        cmocka_unit_test(test_dates),
        cmocka_unit_test(test_nonsense),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
