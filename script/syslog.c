/*
 * What is printed goes to a syslog server, too (RFC 5424 over UDP, RFC 5426), once the setting "syslog" names one: by
 * DHCP option 7 or by hand. Lines that were printed before wait in a queue, so that the server sees the machine from
 * its start. Lines that are drawn over again (progress) are sent as they stand when their line ends.
 *
 * Not here: TCP and TLS transport, levels: every line is facility local0, level informational.
 */
#include "pm/console.h"
#include "pm/lib/fail.h"
#include "pm/lib/task.h"
#include "pm/lib/walltime.h"
#include "script/service.h"
#include "script/settings.h"
#include "tcpip/ip4.h"
#include "tcpip/net.h"
#include "tcpip/udp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SYSLOG_PORT     514
#define PRIORITY        (16 * 8 + 6)
#define LINE_MAX        400u
#define MESSAGE_MAX     (LINE_MAX + 100u)
#define QUEUE_SIZE      4096u
#define MS_BETWEEN      ((msec_t)5) /* a server is not flooded, and ARP keeps only a few packets */
#define HOST_MAX        64

static struct {
    char line[LINE_MAX]; /* being printed */
    size_t len;
    bool is_over;        /* \r came: the next character begins the line again */
    enum { TEXT, ESCAPE, SEQUENCE } state;
    char queue[QUEUE_SIZE]; /* lines with \n behind each */
    size_t queued;
    unsigned lost; /* lines that found no room */
    u32 server;    /* 0 = none */
    char host[HOST_MAX];
    struct udp_socket socket;
    bool is_open;
    msec_t next; /* no message before */
    struct console_listener listener;
} syslog;

/* ---- lines ------------------------------------------------------------------------------------------------ */

static void end_line(void)
{
    size_t len = syslog.len;
    while (len && syslog.line[len - 1] == ' ')
        len--;
    syslog.len = 0;
    syslog.is_over = false;
    if (!len)
        return;
    if (len + 1 > QUEUE_SIZE - syslog.queued) {
        syslog.lost++;
        return;
    }
    memcpy(syslog.queue + syslog.queued, syslog.line, len);
    syslog.queued += len;
    syslog.queue[syslog.queued++] = '\n';
}

static void add(char c)
{
    if (syslog.is_over)
        syslog.len = 0;
    syslog.is_over = false;
    if (syslog.len < LINE_MAX)
        syslog.line[syslog.len++] = c;
}

static void control(char c)
{
    if (c == '\n')
        end_line();
    else if (c == '\r')
        syslog.is_over = true;
    else if (c == '\b' && syslog.len)
        syslog.len--;
    else if (c == '\t')
        add(' ');
    else if (c == 27)
        syslog.state = ESCAPE;
}

/* ANSI sequences are left out: ESC and one character, or ESC [ up to a letter. */
static void listen(const char *s, size_t len)
{
    for (; len; s++, len--) {
        if (syslog.state == ESCAPE)
            syslog.state = *s == '[' ? SEQUENCE : TEXT;
        else if (syslog.state == SEQUENCE)
            syslog.state = *s >= '@' && *s <= '~' ? TEXT : SEQUENCE;
        else if ((unsigned char)*s < ' ' || *s == 127)
            control(*s);
        else
            add(*s);
    }
}

/* ---- messages --------------------------------------------------------------------------------------------- */

/* The host's name in the header may hold no blanks: the name, else an address, else "-". */
static void note_host(void)
{
    char *name = setting_get("hostname");
    if (!name || !*name) {
        free(name);
        name = setting_get("ip");
    }
    snprintf(syslog.host, sizeof syslog.host, "%s", name && *name ? name : "-");
    for (char *c = syslog.host; *c; c++)
        if (*c <= ' ' || *c > '~')
            *c = '?';
    free(name);
}

static void apply(void)
{
    char *server = setting_get("syslog:ipv4");
    u32 ip = 0;
    if (server && !ip4_parse(server, &ip))
        ip = 0;
    free(server);
    syslog.server = ip4_is_unicast(ip) ? ip : 0;
    note_host();
}

static void send_text(const char *text, size_t len)
{
    char message[MESSAGE_MAX];
    u64 now = walltime_ms();
    int n = snprintf(message, sizeof message, "<%u>1 %s %s puck - - - %.*s", PRIORITY, now ? walltime_text(now) : "-",
                     syslog.host, (int)len, text);
    udp_send(&syslog.socket, syslog.server, SYSLOG_PORT, message, MIN((size_t)n, sizeof message - 1));
}

static void send_next(void)
{
    size_t len = (size_t)((char *)memchr(syslog.queue, '\n', syslog.queued) - syslog.queue);
    if (syslog.lost) {
        char text[64];
        int n = snprintf(text, sizeof text, "(%u lines were lost)", syslog.lost);
        send_text(text, (size_t)n);
        syslog.lost = 0;
        return;
    }
    send_text(syslog.queue, len);
    syslog.queued -= len + 1;
    memmove(syslog.queue, syslog.queue + len + 1, syslog.queued);
}

/* Within task_pause() of whoever is running: what he has to say about a failure of his own stays. */
static void poll(msec_t now)
{
    struct ip4_path path;
    if (!syslog.server || (!syslog.queued && !syslog.lost) || now < syslog.next)
        return;
    syslog.next = now + MS_BETWEEN;
    if (ip4_path(syslog.server, NULL, &path) < 0)
        return;
    char text[FAIL_TEXT_MAX];
    memcpy(text, task_current()->fail_text, sizeof text);
    if (!syslog.is_open)
        syslog.is_open = udp_open(&syslog.socket, 0, NULL) == 0;
    if (syslog.is_open)
        send_next();
    pkt_queue_clear(&syslog.socket.rx);
    memcpy(task_current()->fail_text, text, sizeof text);
}

static void start(void)
{
    memset(&syslog, 0, sizeof syslog);
    syslog.listener.listen = listen;
    console_add_listener(&syslog.listener);
    settings_add_applier(apply);
    apply();
    char *version = setting_get("version"), line[40]; /* the banner is older than we */
    int n = snprintf(line, sizeof line, "Puck %.20s starts\n", version ? version : "");
    listen(line, (size_t)n);
    free(version);
}

const struct service service_syslog = {.start = start, .poll = poll};
