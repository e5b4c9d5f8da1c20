/*
 * How addresses and identifiers are written: IPv4, IPv6 (RFC 4291 2.2, RFC 5952), UUID and GUID (RFC
 * 9562), base64 (RFC 4648), PCI addresses, DNS search lists (RFC 3397).
 */
#include "script/setting_types.h"
#include "pm/lib/reader.h"
#include "pm/lib/writer.h"
#include "tcpip/net.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- IPv4 ------------------------------------------------------------------------------------------ */

/* Of several addresses in one option only the first is shown. */
char *format_ipv4(const u8 *raw, size_t len)
{
    struct reader r = reader_of(raw, len);
    u32 ip = get32be(&r);
    return reader_ok(&r) ? text_copy(ip4_text(ip)) : NULL;
}

int parse_ipv4(const char *text, u8 **raw, size_t *len)
{
    u32 ip;
    if (!ip4_parse(text, &ip))
        return fail(EINVAL, "\"%.64s\" is not an IPv4 address", text);
    u8 be[4] = {(u8)(ip >> 24), (u8)(ip >> 16), (u8)(ip >> 8), (u8)ip};
    return give_raw(be, sizeof be, raw, len);
}

/* ---- IPv6 ------------------------------------------------------------------------------------------ */

/* The longest run of at least two zero groups becomes "::", the first of equals (RFC 5952 4.2). */
static unsigned longest_zeros(const u16 group[8], unsigned *count)
{
    unsigned best = 8;
    *count = 1;
    for (unsigned i = 0; i < 8; i++) {
        unsigned n = 0;
        while (i + n < 8 && group[i + n] == 0)
            n++;
        if (n > *count) {
            *count = n;
            best = i;
        }
    }
    return best;
}

char *format_ipv6(const u8 *raw, size_t len)
{
    struct reader r = reader_of(raw, len);
    u16 group[8];
    unsigned zeros;
    for (unsigned i = 0; i < 8; i++)
        group[i] = get16be(&r);
    char *text = reader_ok(&r) ? text_room(40) : NULL, *at = text;
    if (!text)
        return NULL;
    unsigned gap = longest_zeros(group, &zeros);
    for (unsigned i = 0; i < 8;) {
        if (i == gap) {
            at += snprintf(at, 3, "::");
            i += zeros;
        } else {
            at += snprintf(at, 6, "%s%x", i && i != gap + zeros ? ":" : "", group[i]);
            i++;
        }
    }
    return text;
}

/* One group of up to four digits; -1 when there is none. */
static long parse_group(const char **p)
{
    long n = -1;
    for (unsigned digits = 0; digits < 4 && hex_digit(**p) >= 0; digits++, (*p)++)
        n = (n < 0 ? 0 : n) << 4 | hex_digit(**p);
    return n;
}

#define NO_GAP 17u

int parse_ipv6(const char *text, u8 **raw, size_t *len)
{
    u8 address[16] = {0};
    unsigned n = 0, gap = NO_GAP;
    const char *p = text;
    if (p[0] == ':' && p[1] == ':') {
        gap = 0;
        p += 2;
    }
    while (*p && n < 16) {
        long group = parse_group(&p);
        if (group < 0)
            break;
        address[n++] = (u8)(group >> 8);
        address[n++] = (u8)group;
        if (p[0] == ':' && p[1] == ':' && gap == NO_GAP) {
            gap = n;
            p += 2;
        } else if (p[0] == ':' && p[1]) {
            p++;
        } else {
            break;
        }
    }
    if (*p || (gap == NO_GAP) != (n == 16))
        return fail(EINVAL, "\"%.64s\" is not an IPv6 address", text);
    if (gap != NO_GAP) {
        memmove(address + 16 - (n - gap), address + gap, n - gap);
        memset(address + gap, 0, 16 - n);
    }
    return give_raw(address, sizeof address, raw, len);
}

/* ---- UUID, GUID ------------------------------------------------------------------------------------ */

/* A GUID stores its first three fields little-endian. */
static const u8 uuid_order[16] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
static const u8 guid_order[16] = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};

static char *format_id(const u8 *raw, size_t len, const u8 order[16])
{
    char *text = len == 16 ? text_room(36) : NULL, *at = text;
    if (!text)
        return NULL;
    for (unsigned i = 0; i < 16; i++)
        at += snprintf(at, 4, "%s%02x", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "", raw[order[i]]);
    return text;
}

static int parse_id(const char *text, const u8 order[16], u8 **raw, size_t *len)
{
    u8 id[16];
    const char *p = text;
    for (unsigned i = 0; i < 16; i++) {
        p += *p == '-' && (i == 4 || i == 6 || i == 8 || i == 10);
        int high = hex_digit(p[0]);
        int low = high < 0 ? -1 : hex_digit(p[1]);
        if (low < 0)
            return fail(EINVAL, "\"%.64s\" is not a UUID of 32 hexadecimal digits", text);
        id[order[i]] = (u8)(high << 4 | low);
        p += 2;
    }
    if (*p)
        return fail(EINVAL, "\"%.64s\" is longer than a UUID", text);
    return give_raw(id, sizeof id, raw, len);
}

char *format_uuid(const u8 *raw, size_t len)
{
    return format_id(raw, len, uuid_order);
}

int parse_uuid(const char *text, u8 **raw, size_t *len)
{
    return parse_id(text, uuid_order, raw, len);
}

char *format_guid(const u8 *raw, size_t len)
{
    return format_id(raw, len, guid_order);
}

int parse_guid(const char *text, u8 **raw, size_t *len)
{
    return parse_id(text, guid_order, raw, len);
}

/* ---- base64 ---------------------------------------------------------------------------------------- */

static const char base64_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

char *format_base64(const u8 *raw, size_t len)
{
    char *text = text_room((len + 2) / 3 * 4), *at = text;
    if (!text)
        return NULL;
    for (size_t i = 0; i < len; i += 3) {
        u32 three = (u32)raw[i] << 16;
        three |= i + 1 < len ? (u32)raw[i + 1] << 8 : 0;
        three |= i + 2 < len ? raw[i + 2] : 0;
        *at++ = base64_digits[three >> 18];
        *at++ = base64_digits[three >> 12 & 63];
        *at++ = i + 1 < len ? base64_digits[three >> 6 & 63] : '=';
        *at++ = i + 2 < len ? base64_digits[three & 63] : '=';
    }
    *at = '\0';
    return text;
}

int parse_base64(const char *text, u8 **raw, size_t *len)
{
    u8 *out = (u8 *)text_room(strlen(text));
    size_t n = 0;
    u32 bits = 0;
    unsigned have = 0;
    const char *p = text;
    if (!out)
        return -ENOMEM;
    for (const char *digit; *p && (digit = strchr(base64_digits, *p)); p++) {
        bits = bits << 6 | (u32)(digit - base64_digits);
        have += 6;
        if (have >= 8) {
            have -= 8;
            out[n++] = (u8)(bits >> have);
        }
    }
    while (*p == '=')
        p++;
    if (*p || (p - text) % 4) {
        free(out);
        return fail(EINVAL, "\"%.64s\" is not base64", text);
    }
    *raw = out;
    *len = n;
    return 0;
}

/* ---- PCI address, DNS search list ---------------------------------------------------------------------- */

/* Segment, bus, device, function packed as PCI does; missing upper bytes are zero. */
char *format_busdevfn(const u8 *raw, size_t len)
{
    long n;
    char *text = raw_number(raw, len, false, &n) ? text_room(15) : NULL;
    if (text)
        snprintf(text, 16, "%04x:%02x:%02x.%x", (unsigned)(n >> 16 & 0xffff), (unsigned)(n >> 8 & 0xff),
                 (unsigned)(n >> 3 & 31), (unsigned)(n & 7));
    return text;
}

/*
 * One name with its dots, following compression pointers backwards only (they may not loop). False when
 * the bytes are no name or out is full.
 */
static bool dnssl_name(struct reader *list, const u8 *start, struct writer *out)
{
    struct reader r = *list;
    unsigned jumps = 0;
    const u8 *limit = r.p;
    for (bool first = true;; first = false) {
        u8 n = get8(&r);
        if (n >= 0xc0) {
            size_t offset = (size_t)(n & 0x3f) << 8 | get8(&r);
            if (!reader_ok(&r) || offset >= (size_t)(limit - start) || jumps > 16)
                return false;
            if (jumps++ == 0)
                *list = r;
            limit = start + offset;
            r = reader_of(limit, (size_t)(r.end - limit));
            continue;
        }
        const u8 *label = reader_bytes(&r, n);
        if (!reader_ok(&r) || n > 63)
            return false;
        if (n == 0)
            break;
        if (!first)
            put8(out, '.');
        put_bytes(out, label, n);
    }
    if (jumps == 0)
        *list = r;
    return writer_ok(out);
}

/* Names separated by blanks. */
char *format_dnssl(const u8 *raw, size_t len)
{
    char text[512];
    struct writer out = writer_of(text, sizeof text - 1);
    struct reader list = reader_of(raw, len);
    while (reader_left(&list) > 0) {
        if (writer_len(&out))
            put8(&out, ' ');
        if (!dnssl_name(&list, raw, &out))
            return NULL;
    }
    text[writer_len(&out)] = '\0';
    return text_copy(text);
}
