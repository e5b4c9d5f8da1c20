/* Any text as printable ASCII (ascii.h). Texts come from servers: every length is checked. */
#include "script/ascii.h"
#include "pm/lib/fail.h"

#include <stdlib.h>
#include <string.h>

/* U+00A0 to U+00FF. */
static const char latin1[] = " !cLoY|S\"Ca<--R-o+23'uP.,1o>123?AAAAAAACEEEEIIIIDNOOOOOxOUUUUYTsaaaaaaaceeeeiiiidnooooo/ouuuuyty";

/* Characters that people put into menus, in ranges. */
static const struct {
    u16 first, last;
    char plain;
} ranges[] = {
    {0x2010, 0x2015, '-'}, {0x2018, 0x201b, '\''}, {0x201c, 0x201f, '"'}, {0x2020, 0x2023, '*'},
    {0x2024, 0x2027, '.'}, {0x2190, 0x2190, '<'},  {0x2191, 0x2191, '^'}, {0x2192, 0x2192, '>'},
    {0x2193, 0x2193, 'v'}, {0x2500, 0x2501, '-'},  {0x2502, 0x2503, '|'}, {0x2504, 0x250b, '-'},
    {0x250c, 0x254b, '+'}, {0x2550, 0x2550, '='},  {0x2551, 0x2551, '|'}, {0x2552, 0x256c, '+'},
    {0x2580, 0x259f, '#'}, {0x25a0, 0x25ff, '*'},  {0x2713, 0x2714, '+'},
};

static char plain_of(u32 point)
{
    if (point >= 0xa0 && point <= 0xff)
        return latin1[point - 0xa0];
    for (size_t i = 0; i < ARRAY_SIZE(ranges); i++)
        if (point >= ranges[i].first && point <= ranges[i].last)
            return ranges[i].plain;
    return '?';
}

/* One UTF-8 sequence of two to four bytes; a byte that begins none is taken alone. */
static char utf8_char(const char **at)
{
    const u8 *s = (const u8 *)*at;
    unsigned more = s[0] >= 0xf0 ? 3 : s[0] >= 0xe0 ? 2 : s[0] >= 0xc0 ? 1 : 0;
    u32 point = s[0] & (0x3fu >> more);
    for (unsigned i = 1; i <= more; i++) {
        if ((s[i] & 0xc0) != 0x80) {
            more = 0;
            break;
        }
        point = point << 6 | (s[i] & 0x3f);
    }
    *at += more + 1;
    return more ? plain_of(point) : '?';
}

/* Behind an ANSI sequence: ESC [ parameters final. */
static const char *behind_sequence(const char *s)
{
    if (s[1] != '[')
        return s + 1;
    for (s += 2; *s >= 0x20 && *s < 0x40; s++)
        continue;
    return s + (*s >= 0x40 && *s < 0x7f);
}

char *ascii_copy(const char *text)
{
    char *copy = malloc(strlen(text) + 1), *to = copy;
    if (!copy) {
        fail(ENOMEM, "no memory for a text of %u bytes", (unsigned)strlen(text));
        return NULL;
    }
    while (*text) {
        if (*text == 0x1b)
            text = behind_sequence(text);
        else if ((u8)*text >= 0x80)
            *to++ = utf8_char(&text);
        else if (*text == '\t')
            *to++ = ' ', text++;
        else
            *to++ = *text >= ' ' && *text < 0x7f ? *text : '?', text++;
    }
    *to = '\0';
    return copy;
}
