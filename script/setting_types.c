/*
 * Types of settings: text, numbers, hexadecimal, and the table of all 18 (ipxe-behaviour.md 2.1).
 * Raw values are bytes in network order; a type only says how they are shown and read.
 */
#include "script/setting_types.h"
#include "tcpip/uri.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *text_room(size_t n)
{
    char *text = malloc(n + 1);
    if (!text)
        fail(ENOMEM, "no memory for %u bytes of text", (unsigned)n);
    return text;
}

char *text_copy(const char *text)
{
    char *copy = text_room(strlen(text));
    return copy ? memcpy(copy, text, strlen(text) + 1) : NULL;
}

int value_give(struct value *out, enum type_id type, const void *data, size_t n)
{
    out->type = &setting_types[type];
    return give_raw(data, n, &out->raw, &out->len);
}

int value_give_text(struct value *out, const char *text)
{
    return text ? value_give(out, TYPE_STRING, text, strlen(text)) : -ENOENT;
}

int value_give_u32(struct value *out, enum type_id type, u32 n)
{
    u8 be[4] = {(u8)(n >> 24), (u8)(n >> 16), (u8)(n >> 8), (u8)n};
    return value_give(out, type, be, sizeof be);
}

int give_raw(const void *data, size_t n, u8 **raw, size_t *len)
{
    *raw = (u8 *)text_room(n);
    if (!*raw)
        return -ENOMEM;
    memcpy(*raw, data, n);
    *len = n;
    return 0;
}

/* ---- text ------------------------------------------------------------------------------------------ */

/* Up to the first NUL: servers pad options with it. */
static char *format_string(const u8 *raw, size_t len)
{
    const u8 *nul = memchr(raw, 0, len);
    size_t n = nul ? (size_t)(nul - raw) : len;
    char *text = text_room(n);
    if (text) {
        memcpy(text, raw, n);
        text[n] = '\0';
    }
    return text;
}

static int parse_string(const char *text, u8 **raw, size_t *len)
{
    return give_raw(text, strlen(text), raw, len);
}

static char *format_uristring(const u8 *raw, size_t len)
{
    char *plain = format_string(raw, len);
    char *text = plain ? uri_encode(plain, strlen(plain)) : NULL;
    if (!text)
        fail(ENOMEM, "no memory for a value");
    free(plain);
    return text;
}

static int parse_uristring(const char *text, u8 **raw, size_t *len)
{
    int rc = give_raw(text, strlen(text) + 1, raw, len);
    if (rc == 0)
        *len = uri_decode((char *)*raw);
    return rc;
}

/* ---- numbers --------------------------------------------------------------------------------------- */

bool text_number(const char *text, long long *out)
{
    char *end;
    const char *digits = text + (*text == '-');
    if (!isdigit((unsigned char)*digits))
        return false;
    unsigned long long magnitude = strtoull(digits, &end, 0);
    *out = digits == text ? (long long)magnitude : -(long long)magnitude;
    return *end == '\0' && magnitude >> 62 == 0;
}

bool raw_number(const u8 *raw, size_t len, bool is_signed, long *out)
{
    u8 fill = is_signed && len && raw[0] & 0x80 ? 0xff : 0;
    u32 n = fill ? ~0u : 0;
    for (size_t i = 0; i < len; i++) {
        if (i + 4 < len && raw[i] != fill)
            return false;
        n = n << 8 | raw[i];
    }
    *out = (s32)n;
    return true;
}

static char *format_number(const u8 *raw, size_t len, bool is_signed)
{
    long n;
    if (!raw_number(raw, len, is_signed, &n))
        return NULL;
    char *text = text_room(11);
    if (text)
        snprintf(text, 12, is_signed ? "%d" : "0x%x", (int)n);
    return text;
}

static char *format_int(const u8 *raw, size_t len)
{
    return format_number(raw, len, true);
}

static char *format_uint(const u8 *raw, size_t len)
{
    return format_number(raw, len, false);
}

/* iPXE cuts what is too large without a word (ipxe-behaviour.md Q3). Hexadecimal tells bits: 0xff is an int8. */
static int parse_number(const char *text, enum type_id type, u8 **raw, size_t *len)
{
    long long n, least, most;
    if (!text_number(text, &n))
        return fail(EINVAL, "\"%.64s\" is not a number (10, 0xa and 012 are)", text);
    unsigned bytes = type_range(&setting_types[type], &least, &most);
    bool is_bits = n > most && text[0] == '0' && n <= most - least;
    if (!is_bits && (n < least || n > most))
        return fail(ERANGE, "%.64s does not fit %s, which reaches from %lld to %lld", text, setting_types[type].name,
                    least, most);
    u32 u = (u32)n;
    u8 be[4] = {(u8)(u >> 24), (u8)(u >> 16), (u8)(u >> 8), (u8)u};
    return give_raw(be + 4 - bytes, bytes, raw, len);
}

#define PARSE_INTEGER(name, type)                                                                            \
    static int name(const char *text, u8 **raw, size_t *len)                                                 \
    {                                                                                                        \
        return parse_number(text, type, raw, len);                                                           \
    }

PARSE_INTEGER(parse_int8, TYPE_INT8)
PARSE_INTEGER(parse_int16, TYPE_INT16)
PARSE_INTEGER(parse_int32, TYPE_INT32)
PARSE_INTEGER(parse_uint8, TYPE_UINT8)
PARSE_INTEGER(parse_uint16, TYPE_UINT16)
PARSE_INTEGER(parse_uint32, TYPE_UINT32)

/* ---- hexadecimal ----------------------------------------------------------------------------------- */

int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static char *format_hex_with(const u8 *raw, size_t len, const char *separator)
{
    char *text = text_room(len * 3), *at = text;
    if (!text)
        return NULL;
    *at = '\0';
    for (size_t i = 0; i < len; i++)
        at += snprintf(at, 4, "%s%02x", i ? separator : "", raw[i]);
    return text;
}

static int not_hex(const char *text, const char *example)
{
    return fail(EINVAL, "\"%.64s\" is not hexadecimal of the form %s", text, example);
}

/* Bytes of one or two digits between separators. */
static int parse_hex_with(const char *text, char separator, const char *example, u8 **raw, size_t *len)
{
    const char *p = text;
    u8 *out = (u8 *)text_room(strlen(text));
    size_t n = 0;
    if (!out)
        return -ENOMEM;
    for (;;) {
        int digit = hex_digit(*p);
        if (digit < 0)
            break;
        int low = hex_digit(*++p);
        if (low >= 0)
            p++;
        out[n++] = (u8)(low < 0 ? digit : digit << 4 | low);
        if (*p != separator)
            break;
        p++;
    }
    if (*p || n == 0 || p[-1] == separator) {
        free(out);
        return not_hex(text, example);
    }
    *raw = out;
    *len = n;
    return 0;
}

static char *format_hex(const u8 *raw, size_t len)
{
    return format_hex_with(raw, len, ":");
}

static int parse_hex(const char *text, u8 **raw, size_t *len)
{
    return parse_hex_with(text, ':', "0a:1b", raw, len);
}

static char *format_hexhyp(const u8 *raw, size_t len)
{
    return format_hex_with(raw, len, "-");
}

static int parse_hexhyp(const char *text, u8 **raw, size_t *len)
{
    return parse_hex_with(text, '-', "0a-1b", raw, len);
}

static char *format_hexraw(const u8 *raw, size_t len)
{
    return format_hex_with(raw, len, "");
}

static int parse_hexraw(const char *text, u8 **raw, size_t *len)
{
    size_t n = strlen(text) / 2;
    u8 *out = (u8 *)text_room(n);
    if (!out)
        return -ENOMEM;
    for (size_t i = 0; i < n; i++) {
        int high = hex_digit(text[2 * i]), low = hex_digit(text[2 * i + 1]);
        if (high < 0 || low < 0 || text[2 * n]) {
            free(out);
            return not_hex(text, "0a1b");
        }
        out[i] = (u8)(high << 4 | low);
    }
    if (n == 0) {
        free(out);
        return not_hex(text, "0a1b");
    }
    *raw = out;
    *len = n;
    return 0;
}

/* ---- the table ------------------------------------------------------------------------------------- */

static int parse_nothing(const char *text, u8 **raw, size_t *len)
{
    (void)raw;
    (void)len;
    return fail(EOPNOTSUPP, "\"%.64s\": values of this type can be shown but not set", text);
}

const struct setting_type setting_types[TYPE_COUNT] = {
    [TYPE_STRING] = {"string", format_string, parse_string},
    [TYPE_URISTRING] = {"uristring", format_uristring, parse_uristring},
    [TYPE_IPV4] = {"ipv4", format_ipv4, parse_ipv4},
    [TYPE_IPV6] = {"ipv6", format_ipv6, parse_ipv6},
    [TYPE_INT8] = {"int8", format_int, parse_int8},
    [TYPE_INT16] = {"int16", format_int, parse_int16},
    [TYPE_INT32] = {"int32", format_int, parse_int32},
    [TYPE_UINT8] = {"uint8", format_uint, parse_uint8},
    [TYPE_UINT16] = {"uint16", format_uint, parse_uint16},
    [TYPE_UINT32] = {"uint32", format_uint, parse_uint32},
    [TYPE_HEX] = {"hex", format_hex, parse_hex},
    [TYPE_HEXHYP] = {"hexhyp", format_hexhyp, parse_hexhyp},
    [TYPE_HEXRAW] = {"hexraw", format_hexraw, parse_hexraw},
    [TYPE_BASE64] = {"base64", format_base64, parse_base64},
    [TYPE_UUID] = {"uuid", format_uuid, parse_uuid},
    [TYPE_GUID] = {"guid", format_guid, parse_guid},
    [TYPE_BUSDEVFN] = {"busdevfn", format_busdevfn, parse_nothing},
    [TYPE_DNSSL] = {"dnssl", format_dnssl, parse_nothing},
};

const struct setting_type *setting_type_find(const char *name)
{
    for (size_t i = 0; i < TYPE_COUNT; i++)
        if (strcmp(setting_types[i].name, name) == 0)
            return &setting_types[i];
    return NULL;
}

unsigned type_range(const struct setting_type *type, long long *least, long long *most)
{
    static const u8 width[] = {1, 2, 4};
    unsigned i = (unsigned)(type - setting_types) - TYPE_INT8;
    if (i > TYPE_UINT32 - TYPE_INT8)
        return 0;
    unsigned bytes = width[i % 3];
    *most = (1ll << 8 * bytes) - 1;
    *least = 0;
    if (i < 3) {
        *most >>= 1;
        *least = -*most - 1;
    }
    return bytes;
}
