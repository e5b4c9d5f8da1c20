/*
 * TFTP packets: requests, option answers that grant too much, and the receiver's window under loss,
 * duplication and reordering.
 */
#include "tcpip/tftp_packet.h"

#include "pm/lib/fail.h"

#include <string.h>

#include "test/host/test.h"

static const struct tftp_options asked = {.blksize = 1468, .windowsize = 32};

static void test_rrq(void **state)
{
    (void)state;
    static u8 buf[TFTP_RRQ_MAX];
    static char name[TFTP_RRQ_MAX];
    static const char full[] = "\0\1a/b\0octet\0tsize\0000\0blksize\0001468\0windowsize\00032";
    static const char plain[] = "\0\1a/b\0octet";
    struct tftp_options no_window = {.blksize = 512, .windowsize = 1};
    assert_int_equal(tftp_write_rrq(buf, sizeof(buf), "a/b", &asked), sizeof(full));
    assert_memory_equal(buf, full, sizeof(full));
    assert_int_equal(tftp_write_rrq(buf, sizeof(buf), "a/b", NULL), sizeof(plain));
    assert_memory_equal(buf, plain, sizeof(plain));
    size_t len = tftp_write_rrq(buf, sizeof(buf), "a", &no_window);
    assert_null(memmem(buf, len, "windowsize", 10));

    memset(name, 'n', sizeof(name));
    name[sizeof(name) - 1] = '\0';
    assert_int_equal(tftp_write_rrq(buf, sizeof(buf), name, NULL), 0);
}

static int oack(const char *text, size_t len, struct tftp_options *out)
{
    fail_clear();
    return tftp_read_oack(reader_of(text, len), &asked, out);
}
#define OACK(text, out) oack(text, sizeof(text), out)

static void test_good_oack(void **state)
{
    (void)state;
    struct tftp_options got;
    assert_int_equal(OACK("blksize\0001024\0TSIZE\00012345678901\0WindowSize\0008", &got), 0);
    assert_int_equal(got.blksize, 1024);
    assert_int_equal(got.windowsize, 8);
    assert_true(got.size_known);
    assert_true(got.size == 12345678901ull);
    assert_int_equal(OACK("blksize\0001468\0windowsize\00032", &got), 0);
    assert_false(got.size_known);
    assert_int_equal(OACK("tsize\0000", &got), 0); /* our 0 sent back: says nothing */
    assert_false(got.size_known);
    assert_int_equal(got.blksize, 512);
    assert_int_equal(got.windowsize, 1);
    assert_int_equal(oack("", 0, &got), 0);
}

static void test_bad_oack(void **state)
{
    (void)state;
    struct tftp_options got;
    assert_int_equal(OACK("blksize\0001469", &got), -EPROTO);
    assert_non_null(strstr(fail_text(0), "blksize 1469"));
    assert_int_equal(OACK("blksize\00060000", &got), -EPROTO);
    assert_int_equal(OACK("blksize\0000", &got), -EPROTO);
    assert_int_equal(OACK("blksize\0007", &got), -EPROTO);
    assert_int_equal(OACK("blksize\000-8", &got), -EPROTO);
    assert_int_equal(OACK("blksize\000512x", &got), -EPROTO);
    assert_int_equal(OACK("blksize\0", &got), -EPROTO);
    assert_int_equal(OACK("windowsize\00033", &got), -EPROTO);
    assert_int_equal(OACK("windowsize\0000", &got), -EPROTO);
    assert_int_equal(OACK("tsize\00099999999999999999999", &got), -EPROTO);
    assert_int_equal(OACK("tsize\000-1", &got), -EPROTO);
    assert_int_equal(OACK("timeout\0001", &got), -EPROTO);
    assert_int_equal(oack("blksize\000512", 11, &got), -EPROTO); /* no NUL at the end */
    assert_int_equal(oack("blksize", 8, &got), -EPROTO);         /* no value */
    assert_int_equal(OACK("\033[2J\0x", &got), -EPROTO);
    assert_non_null(strstr(fail_text(0), "?[2J"));

    struct tftp_options no_window = {.blksize = 512, .windowsize = 1};
    assert_int_equal(tftp_read_oack(reader_of("windowsize\0001", 13), &no_window, &got), -EPROTO);
}

static void test_lock_step(void **state)
{
    (void)state;
    struct tftp_window w = {.size = 1, .blksize = 512};
    assert_int_equal(tftp_window_put(&w, 1, 512), TFTP_TAKE_ACK);
    assert_int_equal(tftp_window_put(&w, 1, 512), TFTP_IGNORE);
    assert_int_equal(tftp_window_put(&w, 3, 512), TFTP_IGNORE);
    assert_int_equal(tftp_window_put(&w, 2, 513), TFTP_IGNORE); /* overlong: as if it were not there */
    assert_int_equal(tftp_window_put(&w, 2, 0), TFTP_TAKE_ACK);
    assert_true(w.is_done);
    assert_int_equal(tftp_window_put(&w, 3, 512), TFTP_IGNORE);
    assert_int_equal(tftp_window_put(&w, 2, 0), TFTP_IGNORE);
}

static void test_window(void **state)
{
    (void)state;
    struct tftp_window w = {.size = 4, .blksize = 512};
    for (u16 block = 1; block <= 12; block++)
        assert_int_equal(tftp_window_put(&w, block, 512), block % 4 ? TFTP_TAKE : TFTP_TAKE_ACK);
    assert_int_equal(tftp_window_put(&w, 13, 100), TFTP_TAKE_ACK); /* the last one, at once */
}

static void test_loss_in_window(void **state)
{
    (void)state;
    struct tftp_window w = {.size = 4, .blksize = 512};
    assert_int_equal(tftp_window_put(&w, 1, 512), TFTP_TAKE);
    assert_int_equal(tftp_window_put(&w, 3, 512), TFTP_LOST); /* 2 is missing: one ACK of 1 */
    assert_int_equal(tftp_window_put(&w, 4, 512), TFTP_IGNORE);
    /* The server goes back to 2 and sends four: 2 is lost again. */
    assert_int_equal(tftp_window_put(&w, 3, 512), TFTP_LOST);
    assert_int_equal(tftp_window_put(&w, 4, 512), TFTP_IGNORE);
    assert_int_equal(tftp_window_put(&w, 5, 512), TFTP_IGNORE);
    for (u16 block = 2; block <= 4; block++)
        assert_int_equal(tftp_window_put(&w, block, 512), TFTP_TAKE);
    assert_int_equal(tftp_window_put(&w, 5, 512), TFTP_TAKE_ACK);
    assert_int_equal(tftp_window_put(&w, 1, 512), TFTP_IGNORE); /* a late copy */
    assert_int_equal(tftp_window_put(&w, 5, 512), TFTP_IGNORE);
    assert_int_equal(tftp_window_put(&w, 10, 512), TFTP_IGNORE); /* beyond the window */
}

static void test_rollover(void **state)
{
    (void)state;
    struct tftp_window w = {.size = 4, .blksize = 512, .last = 65534};
    assert_int_equal(tftp_window_put(&w, 65535, 512), TFTP_TAKE);
    assert_int_equal(tftp_window_put(&w, 1, 512), TFTP_LOST);
    assert_int_equal(tftp_window_put(&w, 0, 512), TFTP_TAKE);
    assert_int_equal(tftp_window_put(&w, 1, 512), TFTP_TAKE);
    assert_int_equal(tftp_window_put(&w, 2, 512), TFTP_TAKE);
    assert_int_equal(tftp_window_put(&w, 65535, 512), TFTP_IGNORE);
    assert_int_equal(tftp_window_put(&w, 3, 511), TFTP_TAKE_ACK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rrq),      cmocka_unit_test(test_good_oack),
        cmocka_unit_test(test_bad_oack), cmocka_unit_test(test_lock_step),
        cmocka_unit_test(test_window),   cmocka_unit_test(test_loss_in_window),
        cmocka_unit_test(test_rollover),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
