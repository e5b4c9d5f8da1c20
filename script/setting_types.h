/*
 * The 18 types of settings (ipxe-behaviour.md 2.1): a table in setting_types.c, the formats of
 * addresses and identifiers in setting_formats.c. Inside of script/ only.
 */
#pragma once

#include "script/settings.h"

/* A whole C number ("10", "-3", "0x1f", "017") of less than 62 bits. */
bool text_number(const char *text, long long *out);

/* Big-endian bytes as a number; false when it needs more than 32 bits. No bytes are 0. */
bool raw_number(const u8 *raw, size_t len, bool is_signed, long *out);

/* How many bytes an integer type has, and its range; 0 for any other type. */
unsigned type_range(const struct setting_type *type, long long *least, long long *most);

/* Room for a text of n bytes and its NUL; NULL with fail() text. */
char *text_room(size_t n);

/* A malloc'd copy of a text; NULL with fail() text. */
char *text_copy(const char *text);

/* A malloc'd copy of bytes as the result of a parse. */
int give_raw(const void *data, size_t n, u8 **raw, size_t *len);

/*
 * The number that names a value of a computed scope: C numbers between dots, each 8 bits above the next
 * ("1.8.16" is 0x10810; the first may be longer: "0x318.0.2"). False when it is no such name.
 */
bool setting_tag(const char *name, u64 *tag);

/* Value of a hex digit, -1 for another character. */
int hex_digit(char c);

/*
 * A format leaves a fail() text when memory is short, and none when the bytes are not of its type.
 */
char *format_ipv4(const u8 *raw, size_t len);
int parse_ipv4(const char *text, u8 **raw, size_t *len);
char *format_ipv6(const u8 *raw, size_t len);
int parse_ipv6(const char *text, u8 **raw, size_t *len);
char *format_uuid(const u8 *raw, size_t len);
int parse_uuid(const char *text, u8 **raw, size_t *len);
char *format_guid(const u8 *raw, size_t len);
int parse_guid(const char *text, u8 **raw, size_t *len);
char *format_base64(const u8 *raw, size_t len);
int parse_base64(const char *text, u8 **raw, size_t *len);
char *format_busdevfn(const u8 *raw, size_t len);
char *format_dnssl(const u8 *raw, size_t len);
