/* What a switch says about its port, spanning tree and LACP: what we note, what we answer, what we ignore. */
#include "tcpip/eth.h"

#include "pm/lib/clock.h"
#include "pm/lib/fail.h"
#include "tcpip/net.h"
#include "tcpip/wire.h"
#include "test/host/simnet.h"

#include <string.h>

#include "test/host/test.h"

#define STP_GROUP  "\x01\x80\xc2\0\0\0"
#define SLOW_GROUP "\x01\x80\xc2\0\0\x02"
#define PEER_MAC   "\x02\0\0\0\0\x09"

static u8 seen[8][1600];
static unsigned seen_count;

static bool record(const u8 *frame, size_t len, void *arg)
{
    (void)arg;
    if (seen_count < 8)
        memcpy(seen[seen_count], frame, len);
    seen_count++;
    return true;
}

static int start(void **state)
{
    (void)state;
    simnet_start(1);
    sim_tap(record, NULL);
    seen_count = 0;
    fail_clear();
    return 0;
}

static int stop(void **state)
{
    (void)state;
    return (int)simnet_stop();
}

static const char *words(void)
{
    return netdev_port_words(simnet_device(), clock_now());
}

/* ---- spanning tree ---------------------------------------------------------------------------------- */

/* A BPDU of 802.1D 9.3 in its LLC frame, cut to cut bytes of it. */
static void bpdu(u8 type, u8 flags, u16 hello, size_t cut)
{
    u8 f[60] = STP_GROUP PEER_MAC "\0\x27\x42\x42\x03";
    f[19] = 2; /* version */
    f[20] = type;
    f[21] = flags;
    store16(f + 14 + 3 + 31, hello); /* protocol 2, version 1, type 1, flags 1, 8, 4, 8, 2, age 2, maximum 2 */
    sim_inject_frame(f, MIN(sizeof(f), 14 + cut));
    simnet_run(2);
}

#define WHOLE 46

static void test_rstp_says_blocked(void **state)
{
    (void)state;
    assert_null(words());
    bpdu(2, 0x0e, 512, WHOLE); /* designated, discarding, proposal */
    assert_string_equal(words(), "blocked by spanning tree (STP)");
    bpdu(2, 0x1c, 512, WHOLE); /* learning is not forwarding */
    assert_non_null(words());
    bpdu(2, 0x3c, 512, WHOLE);
    assert_null(words());
    assert_int_equal(seen_count, 0); /* we are no bridge */
}

/* Two hellos of silence, and nothing is believed; a hello of no time or of hours counts as 1 and as 10 s. */
static void test_rstp_is_forgotten(void **state)
{
    (void)state;
    static const struct { u16 hello; msec_t lasts; } c[] = {{512, 4000}, {0, 2000}, {0xffff, 20000}};
    for (unsigned i = 0; i < ARRAY_SIZE(c); i++) {
        bpdu(2, 0x0c, c[i].hello, WHOLE);
        simnet_run(c[i].lasts - 100);
        assert_non_null(words());
        simnet_run(200);
        assert_null(words());
    }
}

static void test_what_is_no_rstp(void **state)
{
    (void)state;
    bpdu(0, 0, 512, WHOLE);    /* the old protocol does not tell the port's state */
    bpdu(0x80, 0, 512, WHOLE); /* a change of topology */
    for (size_t cut = 0; cut < 3 + 33; cut++)
        bpdu(2, 0x0c, 512, cut);
    u8 f[60] = STP_GROUP PEER_MAC "\0\x27\xaa\xaa\x03\0\0\x02\x02\x0c"; /* another protocol's LLC */
    sim_inject_frame(f, sizeof(f));
    simnet_run(2);
    assert_null(words());
}

/* ---- LACP ------------------------------------------------------------------------------------------- */

static u8 pdu[124];

/* A LACPDU of a switch in this state, version 1, with recognisable fields. */
static void make_lacpdu(u8 state)
{
    memset(pdu, 0, sizeof(pdu));
    memcpy(pdu, SLOW_GROUP PEER_MAC "\x88\x09\x01\x01\x01\x14\x80\0\x02\0\0\0\0\x09\0\x2a\x70\0\0\x07", 32);
    pdu[32] = state;
    pdu[36] = 2;
    pdu[37] = 20;
    pdu[56] = 3;
    pdu[57] = 16;
}

static void inject(size_t len)
{
    sim_inject_frame(pdu, len);
    simnet_run(2);
}

static void test_lacp_agrees(void **state)
{
    (void)state;
    make_lacpdu(0x47); /* active, short, aggregation, defaulted: not in sync */
    inject(sizeof(pdu));
    assert_string_equal(words(), "not yet in its bundle of links (LACP)");
    assert_int_equal(seen_count, 1);
    assert_memory_equal(seen[0], SLOW_GROUP SIM_MAC "\x88\x09\x01\x01\x01\x14\xff\xff" SIM_MAC "\0\x01\xff\xff\0\x01", 32);
    assert_int_equal(seen[0][32], 0x3e);             /* passive, short as the switch, all the rest */
    assert_memory_equal(seen[0] + 36, "\x02\x14\x80\0" PEER_MAC "\0\x2a\x70\0\0\x07\x47", 17);
    assert_memory_equal(seen[0] + 56, "\x03\x10\0\0", 4);
    make_lacpdu(0x3d); /* long intervals, in the bundle */
    inject(sizeof(pdu));
    assert_null(words());
    assert_int_equal(seen[1][32], 0x3c);
}

static void test_lacp_is_forgotten(void **state)
{
    (void)state;
    make_lacpdu(0x07);
    inject(sizeof(pdu));
    simnet_run(2900);
    assert_non_null(words());
    simnet_run(200);
    assert_null(words());
    make_lacpdu(0x05);
    inject(sizeof(pdu));
    simnet_run(89900);
    assert_non_null(words());
    simnet_run(200);
    assert_null(words());
}

/* A flood gets three answers a second, and our own frame that comes back none. */
static void test_lacp_flood_and_loop(void **state)
{
    (void)state;
    make_lacpdu(0x3d);
    for (unsigned i = 0; i < 100; i++)
        inject(sizeof(pdu));
    assert_int_equal(seen_count, 3);
    simnet_run(1000);
    inject(sizeof(pdu));
    assert_int_equal(seen_count, 4);
    simnet_run(1000);
    memcpy(pdu + 20, SIM_MAC, 6);
    inject(sizeof(pdu));
    assert_int_equal(seen_count, 4);
}

static void test_marker(void **state)
{
    (void)state;
    make_lacpdu(0);
    memcpy(pdu + 14, "\x02\x01\x01\x10\0\x07\x02\0\0\0\0\x09\xde\xad\xbe\xef", 16);
    inject(sizeof(pdu));
    assert_int_equal(seen_count, 1);
    assert_memory_equal(seen[0], SLOW_GROUP SIM_MAC "\x88\x09\x02\x01\x02\x10\0\x07\x02\0\0\0\0\x09\xde\xad\xbe\xef", 30);
    pdu[16] = 2; /* a response is not answered */
    inject(sizeof(pdu));
    assert_int_equal(seen_count, 1);
}

static void test_what_is_no_lacpdu(void **state)
{
    (void)state;
    make_lacpdu(0x07);
    for (size_t len = 14; len < sizeof(pdu); len++)
        inject(len);
    pdu[17] = 19; /* the first party's length */
    inject(sizeof(pdu));
    pdu[17] = 20;
    pdu[14] = 10; /* another slow protocol */
    inject(sizeof(pdu));
    assert_int_equal(seen_count, 0);
    assert_null(words());
}

#define T(name) cmocka_unit_test_setup_teardown(test_##name, start, stop)

/* The main program gives way when nothing came; what a switch says is a frame, too. */
static void test_poll_tells_of_frames(void **state)
{
    u8 frame[60] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 9, 0x88, 0xb5};

    (void)state;
    simnet_run(10);
    assert_false(net_poll(clock_now()));
    sim_inject_frame(frame, sizeof(frame));
    assert_true(net_poll(clock_now()));
    assert_false(net_poll(clock_now()));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(rstp_says_blocked), T(rstp_is_forgotten), T(what_is_no_rstp),      T(lacp_agrees),
        T(lacp_is_forgotten), T(lacp_flood_and_loop), T(marker),             T(what_is_no_lacpdu),
        T(poll_tells_of_frames),
    };
    return cmocka_run_group_tests_name("switch", tests, NULL, NULL);
}
