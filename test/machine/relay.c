/*
 * A line that can be made bad, between a tap and QEMU's stream netdev (frames, each after its length in four bytes).
 *
 *     relay TAP SOCKET        prints "ready"; ends when its standard input does
 *
 * A line "loss=1 seed=3" on standard input sets the line anew; "?" only asks. Each is answered by what was counted
 * since the last that set it, as a line of JSON: {"down": to the guest, "up": from it}. What is not named has its
 * default. Each direction has everything for itself, and random numbers of its own: the same seed does the same to the
 * same row of frames.
 *
 * It is in C so that it is not what a fast line waits for: a full frame takes 123 us at 100 Mbit/s. What it is not: a
 * switch. It learns nothing and speaks no protocol.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define FRAME_LEAST    60 /* Ethernet pads */
#define ETHERNET_EXTRA 24 /* preamble, checksum and gap, which take time on the line but are not in the frame */
#define FRAME_MOST     65535
#define NS_PER_MS      1e6
#define NEVER          INT64_MAX

/* Each that does something to frames is counted by its name. */
enum {
    LOSS, DUPLICATE, REORDER, CORRUPT, FORGE, TRUNCATE, CUT, MTU, QUEUE, COUNTED,
    REORDER_MS = COUNTED, DELAY, JITTER, KBPS, CATCH_UP, SEED, SETTINGS,
};

static const struct {
    const char *name;
    double value;
} defaults[SETTINGS] = {
    /* percent of the frames */
    [LOSS] = {"loss", 0},
    [DUPLICATE] = {"duplicate", 0},
    [REORDER] = {"reorder", 0},
    [CORRUPT] = {"corrupt", 0}, /* one bit anywhere */
    [FORGE] = {"forge", 0},     /* one bit of what a large packet carries, and its checksum is made right again */
    [TRUNCATE] = {"truncate", 0},
    /* others */
    [CUT] = {"cut", 0},       /* 1 = nothing gets through */
    [MTU] = {"mtu", 1500},    /* what is larger is dropped */
    [QUEUE] = {"queue", 128}, /* frames that wait for the line; what comes then is dropped */
    [KBPS] = {"kbps", 0},     /* 0 = as fast as it goes */
    [SEED] = {"seed", 1},
    /* ms */
    [REORDER_MS] = {"reorder_ms", 4}, /* how late a frame is that is overtaken */
    [DELAY] = {"delay", 0},           /* each way; jitter comes on top, anything from 0 to this */
    [JITTER] = {"jitter", 0},
    [CATCH_UP] = {"catch_up", 1}, /* how late we may be and still make up for it by a burst: 8 frames at 100 Mbit/s */
};

struct frame {
    TAILQ_ENTRY(frame) entry;
    int64_t due;
    size_t size;
    uint8_t data[];
};
TAILQ_HEAD(frames, frame);

/* One direction. Waiting frames go onto the line in order; those on it fly, and are delivered when they are due. */
struct way {
    bool (*can_take)(void);
    void (*give)(const struct frame *f);
    double line[SETTINGS];
    uint64_t random;
    struct frames waiting, flying; /* flying: by the time they are due */
    unsigned queued;
    int64_t free_at; /* when the line is */
    struct {
        unsigned frames, done[COUNTED];
        uint64_t tcp, tftp;  /* bytes of payload that arrived */
        int64_t first, last; /* when payload was seen */
    } counts;
};

static _Noreturn void die(const char *what)
{
    perror(what);
    exit(1);
}

static int64_t now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000ll + t.tv_nsec;
}

static unsigned get16(const uint8_t *p)
{
    return (unsigned)p[0] << 8 | p[1];
}

static void put16(uint8_t *p, unsigned value)
{
    p[0] = (uint8_t)(value >> 8);
    p[1] = (uint8_t)value;
}

/* ---- the two ends ------------------------------------------------------------------------------------------------ */

static int tap;

/* QEMU's end. There is one at a time; the next may connect when it has gone. */
static struct {
    int listener, fd;         /* fd -1: nobody */
    uint8_t arrived[1 << 18]; /* frames with their lengths; perhaps the last is not all here */
    size_t size;
    uint8_t unsent[FRAME_MOST + 4];
    size_t unsent_from, unsent_to;
} guest = {.fd = -1};

static void open_tap(const char *name)
{
    struct ifreq request = {.ifr_flags = IFF_TAP | IFF_NO_PI};

    snprintf(request.ifr_name, IFNAMSIZ, "%s", name);
    tap = open("/dev/net/tun", O_RDWR | O_NONBLOCK);
    if (tap < 0 || ioctl(tap, TUNSETIFF, &request) < 0)
        die(name);
}

static bool tap_can_take(void)
{
    return true;
}

static void give_tap(const struct frame *f)
{
    if (write(tap, f->data, f->size) < 0)
        return; /* it is full, or this is no frame */
}

static void listen_for_guest(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
    guest.listener = socket(AF_UNIX, SOCK_STREAM, 0);
    if (bind(guest.listener, (struct sockaddr *)&address, sizeof(address)) < 0 || listen(guest.listener, 1) < 0)
        die(path);
}

static void guest_comes(void)
{
    int few = 16384; /* what waits here is queued beyond the queue that is counted */

    guest.fd = accept4(guest.listener, NULL, NULL, SOCK_NONBLOCK);
    if (guest.fd < 0 || setsockopt(guest.fd, SOL_SOCKET, SO_SNDBUF, &few, sizeof(few)) < 0)
        die("accept");
    guest.size = 0;
}

static void guest_leaves(void)
{
    close(guest.fd);
    guest.fd = -1;
    guest.unsent_from = guest.unsent_to = 0;
}

static bool guest_can_take(void)
{
    return guest.unsent_from == guest.unsent_to;
}

static void guest_flush(void)
{
    ssize_t n = send(guest.fd, guest.unsent + guest.unsent_from, guest.unsent_to - guest.unsent_from, MSG_NOSIGNAL);

    if (n >= 0)
        guest.unsent_from += (size_t)n;
    else if (errno != EAGAIN)
        guest_leaves();
}

static void give_guest(const struct frame *f)
{
    if (guest.fd < 0)
        return;
    put16(guest.unsent, 0);
    put16(guest.unsent + 2, (unsigned)f->size);
    memcpy(guest.unsent + 4, f->data, f->size);
    guest.unsent_from = 0;
    guest.unsent_to = f->size + 4;
    guest_flush();
}

static struct way down = {
    .can_take = guest_can_take,
    .give = give_guest,
    .waiting = TAILQ_HEAD_INITIALIZER(down.waiting),
    .flying = TAILQ_HEAD_INITIALIZER(down.flying),
};

static struct way up = {
    .can_take = tap_can_take,
    .give = give_tap,
    .waiting = TAILQ_HEAD_INITIALIZER(up.waiting),
    .flying = TAILQ_HEAD_INITIALIZER(up.flying),
};

/* ---- chance ------------------------------------------------------------------------------------------------------ */

/* 0 <= it < 1; the generator is splitmix64 (Steele, Lea, Flood 2014): any seed will do. */
static double chance(struct way *w)
{
    uint64_t z = w->random += 0x9e3779b97f4a7c15;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return (double)((z ^ z >> 31) >> 11) * 0x1p-53;
}

static size_t below(struct way *w, size_t limit)
{
    return (size_t)(chance(w) * (double)limit);
}

static bool happens(struct way *w, int what)
{
    if (w->line[what] == 0 || chance(w) * 100 >= w->line[what])
        return false;
    w->counts.done[what]++;
    return true;
}

/* ---- what frames carry ------------------------------------------------------------------------------------------- */

enum { IP4 = 0x0800, TCP = 6, UDP = 17, TFTP_DATA = 3 };

/* TCP or UDP, and where its header is; 0 = neither, or too short to tell. */
static int protocol(const struct frame *f, size_t *at)
{
    if (f->size < 42 || get16(f->data + 12) != IP4)
        return 0;
    *at = 14 + (f->data[14] & 15) * 4u;
    return f->size < *at + 13 ? 0 : f->data[23];
}

/* The checksum is mended as RFC 1624 says. */
static void forge(struct way *w, struct frame *f)
{
    size_t at, sum_at;
    int what = protocol(f, &at);

    if (f->size < 1000 || (what != TCP && what != UDP))
        return;
    sum_at = at + (what == TCP ? 16 : 6);
    at = (600 + below(w, f->size - 2 - 600)) & ~(size_t)1;
    unsigned old = get16(f->data + at), new = old ^ 1u << below(w, 16);
    unsigned sum = (~get16(f->data + sum_at) & 0xffff) + (~old & 0xffff) + new;
    sum = (sum & 0xffff) + (sum >> 16);
    sum = ~((sum & 0xffff) + (sum >> 16)) & 0xffff;
    put16(f->data + at, new);
    put16(f->data + sum_at, sum ? sum : 0xffff);
}

static void count(struct way *w, const struct frame *f, int64_t now)
{
    size_t at;
    int what = protocol(f, &at);
    size_t end, start; /* of the payload, as the headers tell */

    w->counts.frames++;
    if (what == TCP)
        start = at + (f->data[at + 12] >> 4) * 4u;
    else if (what == UDP && get16(f->data + at + 8) == TFTP_DATA)
        start = at + 12;
    else
        return;
    end = 14 + get16(f->data + 16);
    if (end <= start)
        return;
    *(what == TCP ? &w->counts.tcp : &w->counts.tftp) += end - start;
    w->counts.first = w->counts.first ? w->counts.first : now;
    w->counts.last = now;
}

/* ---- the line ---------------------------------------------------------------------------------------------------- */

static struct frame *frame_of(const uint8_t *data, size_t size)
{
    struct frame *f = malloc(sizeof(*f) + size);

    if (!f)
        die("memory");
    f->size = size;
    memcpy(f->data, data, size);
    return f;
}

static void fly(struct way *w, struct frame *f, int64_t now)
{
    double late = w->line[DELAY] + w->line[JITTER] * (w->line[JITTER] > 0 ? chance(w) : 0);
    struct frame *before;

    late += happens(w, REORDER) ? w->line[REORDER_MS] : 0;
    f->due = now + (int64_t)(late * NS_PER_MS);
    TAILQ_FOREACH_REVERSE(before, &w->flying, frames, entry)
        if (before->due <= f->due)
            break;
    if (before)
        TAILQ_INSERT_AFTER(&w->flying, before, f, entry);
    else
        TAILQ_INSERT_HEAD(&w->flying, f, entry);
}

static void spoil(struct way *w, struct frame *f, int64_t now)
{
    if (happens(w, CORRUPT) && f->size) {
        size_t bit = below(w, f->size * 8);

        f->data[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    if (happens(w, FORGE))
        forge(w, f);
    if (happens(w, TRUNCATE) && f->size > 14)
        f->size = 14 + below(w, f->size - 14);
    if (w->line[KBPS] == 0) {
        fly(w, f, now);
    } else if (w->queued < w->line[QUEUE]) {
        TAILQ_INSERT_TAIL(&w->waiting, f, entry);
        w->queued++;
    } else {
        w->counts.done[QUEUE]++;
        free(f);
    }
}

/* One end sends this frame. */
static void take(struct way *w, const uint8_t *data, size_t size, int64_t now)
{
    if (w->line[CUT] != 0)
        w->counts.done[CUT]++;
    else if (size > w->line[MTU] + 14)
        w->counts.done[MTU]++;
    else if (!happens(w, LOSS))
        for (int copies = 1 + happens(w, DUPLICATE); copies; copies--)
            spoil(w, frame_of(data, size), now);
}

/* How long the line is busy with it. */
static int64_t takes(const struct way *w, const struct frame *f)
{
    size_t size = (f->size < FRAME_LEAST ? FRAME_LEAST : f->size) + ETHERNET_EXTRA;

    return w->line[KBPS] > 0 ? (int64_t)((double)size * 8 / w->line[KBPS] * NS_PER_MS) : 0;
}

/* Give the other end what is due. */
static void step(struct way *w, int64_t now)
{
    struct frame *f;

    while ((f = TAILQ_FIRST(&w->waiting)) && w->free_at <= now && w->can_take()) {
        int64_t late_most = (int64_t)(w->line[CATCH_UP] * NS_PER_MS);

        TAILQ_REMOVE(&w->waiting, f, entry);
        w->queued--;
        w->free_at = (w->free_at > now - late_most ? w->free_at : now - late_most) + takes(w, f);
        fly(w, f, w->free_at);
    }
    while ((f = TAILQ_FIRST(&w->flying)) && f->due <= now && w->can_take()) {
        TAILQ_REMOVE(&w->flying, f, entry);
        count(w, f, now);
        w->give(f);
        free(f);
    }
}

/* When step() has something to do. */
static int64_t next_at(const struct way *w)
{
    const struct frame *f = TAILQ_FIRST(&w->flying);
    int64_t at = f ? f->due : NEVER;

    if (!w->can_take())
        return NEVER;
    return TAILQ_EMPTY(&w->waiting) || at < w->free_at ? at : w->free_at;
}

/* ---- what comes in ----------------------------------------------------------------------------------------------- */

static void from_guest(int64_t now)
{
    ssize_t n = read(guest.fd, guest.arrived + guest.size, sizeof(guest.arrived) - guest.size);
    size_t at = 0;

    if (n <= 0) {
        guest_leaves();
        return;
    }
    guest.size += (size_t)n;
    while (guest.size - at >= 4) {
        const uint8_t *p = guest.arrived + at;
        size_t size = get16(p + 2);

        if (get16(p) != 0) { /* larger than any frame: this is not QEMU */
            guest_leaves();
            return;
        }
        if (guest.size - at < size + 4)
            break;
        take(&up, p + 4, size, now);
        at += size + 4;
    }
    guest.size -= at;
    memmove(guest.arrived, guest.arrived + at, guest.size);
}

/* Without a pace the tap's own queue is the line's: what the guest cannot take stays there. */
static bool may_read_tap(void)
{
    return down.line[KBPS] > 0 || guest_can_take();
}

static void from_tap(int64_t now)
{
    static uint8_t data[FRAME_MOST];

    for (int i = 0; i < 64 && may_read_tap(); i++) { /* then the others have their turn */
        ssize_t n = read(tap, data, sizeof(data));

        if (n < 0)
            return;
        take(&down, data, (size_t)n, now);
        step(&down, now);
    }
}

static void read_setting(const char *word, double line[SETTINGS])
{
    const char *equals = strchrnul(word, '=');
    int i = 0;

    while (i < SETTINGS && (strncmp(word, defaults[i].name, (size_t)(equals - word)) != 0 ||
                            defaults[i].name[equals - word] != '\0'))
        i++;
    if (i == SETTINGS || *equals != '=') {
        fprintf(stderr, "relay: what is %s?\n", word);
        exit(1);
    }
    line[i] = strtod(equals + 1, NULL);
}

/* What is under way stays under way. */
static void set_way(struct way *w, const double line[SETTINGS], unsigned number)
{
    memcpy(w->line, line, sizeof(w->line));
    memset(&w->counts, 0, sizeof(w->counts));
    w->random = (uint64_t)line[SEED] * 2 + number;
    w->free_at = 0;
}

static void set(char *text)
{
    double line[SETTINGS];

    for (int i = 0; i < SETTINGS; i++)
        line[i] = defaults[i].value;
    for (char *word = strtok(text, " \n"); word; word = strtok(NULL, " \n"))
        read_setting(word, line);
    set_way(&down, line, 0);
    set_way(&up, line, 1);
}

static void tell(const char *name, const struct way *w, const char *end)
{
    const char *comma = "";

    printf("\"%s\": {\"frames\": %u, \"tcp\": %llu, \"tftp\": %llu, \"first\": %.9f, \"last\": %.9f, \"done\": {",
           name, w->counts.frames, (unsigned long long)w->counts.tcp, (unsigned long long)w->counts.tftp,
           (double)w->counts.first / 1e9, (double)w->counts.last / 1e9);
    for (int i = 0; i < COUNTED; i++) {
        if (w->counts.done[i]) {
            printf("%s\"%s\": %u", comma, defaults[i].name, w->counts.done[i]);
            comma = ", ";
        }
    }
    printf("}}%s", end);
}

static void command(void)
{
    static char text[1024];

    if (!fgets(text, sizeof(text), stdin))
        exit(0);
    printf("{");
    tell("down", &down, ", ");
    tell("up", &up, "}\n");
    if (text[0] != '?')
        set(text);
}

/* Wait for what can be done, until the next frame is due at the latest, and do it. */
static void turn(void)
{
    int64_t at = next_at(&down) < next_at(&up) ? next_at(&down) : next_at(&up), now = now_ns();
    int64_t left = at > now ? at - now : 0;
    struct timespec timeout = {left / 1000000000, left % 1000000000};
    bool is_there = guest.fd >= 0;
    struct pollfd fds[] = {
        {STDIN_FILENO, POLLIN, 0},
        {is_there ? guest.fd : guest.listener, (short)(POLLIN | (guest_can_take() ? 0 : POLLOUT)), 0},
        {may_read_tap() ? tap : -1, POLLIN, 0},
    };

    if (ppoll(fds, 3, at == NEVER ? NULL : &timeout, NULL) < 0)
        return; /* a signal */
    now = now_ns();
    if (fds[1].revents & POLLOUT)
        guest_flush();
    if (fds[2].revents)
        from_tap(now);
    if (fds[1].revents & ~POLLOUT && !is_there)
        guest_comes();
    else if (fds[1].revents & ~POLLOUT && guest.fd >= 0)
        from_guest(now);
    if (fds[0].revents)
        command();
    step(&down, now);
    step(&up, now);
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: relay TAP SOCKET\n");
        return 2;
    }
    prctl(PR_SET_TIMERSLACK, 1ul); /* ns; the kernel would let us sleep 50 us longer */
    setlinebuf(stdout);
    open_tap(argv[1]);
    listen_for_guest(argv[2]);
    set((char[]){""});
    puts("ready");
    for (;;)
        turn();
}
