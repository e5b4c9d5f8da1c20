/* Text as cells (cells.h). Texts come from servers: every length is checked. */
#include "script/cells.h"
#include "pm/lib/fail.h"
#include "pm/lib/screen.h"
#include "pm/lib/utf8.h"

#include <stdlib.h>
#include <string.h>

/* Signs that people put into menus and the font lacks, in ranges. */
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

#define SOFT_HYPHEN 0xadu /* some terminals give it no place */

static u32 printable(u32 code)
{
    if (code < 0x80)
        return code >= ' ' && code < 0x7f ? code : '?';
    if (code == SOFT_HYPHEN)
        return '-';
    if (code >= 0xa0 && fonts[0] && fonts[0]->glyph(code) != '?')
        return code;
    for (size_t i = 0; i < ARRAY_SIZE(ranges); i++)
        if (code >= ranges[i].first && code <= ranges[i].last)
            return (u8)ranges[i].plain;
    return '?';
}

u32 cell_next(const char **at)
{
    const char *s = *at;
    size_t n = utf8_step(s);
    *at += n;
    bool is_character = n == 1 + utf8_more(*s) && (n > 1 || (u8)*s < 0x80);
    return is_character ? printable(utf8_decode(s)) : '?';
}

unsigned cells_of(const char *text, size_t len)
{
    unsigned n = 0;
    for (const char *end = text + len; text < end && *text; n++)
        cell_next(&text);
    return n;
}

size_t utf8_put(char out[UTF8_MAX], u32 code)
{
    static const u8 mark[] = {0, 0, 0xc0, 0xe0, 0xf0};
    size_t len = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (size_t i = len; i-- > 1; code >>= 6)
        out[i] = (char)(0x80 | (code & 0x3f));
    out[0] = (char)(mark[len] | code);
    return len;
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

char *cells_copy(const char *text)
{
    char *copy = malloc(strlen(text) + 1), *to = copy; /* nothing gets longer */
    if (!copy) {
        fail(ENOMEM, "no memory for a text of %u bytes", (unsigned)strlen(text));
        return NULL;
    }
    while (*text) {
        if (*text == 0x1b)
            text = behind_sequence(text);
        else if (*text == '\t')
            *to++ = ' ', text++;
        else
            to += utf8_put(to, cell_next(&text));
    }
    *to = '\0';
    return copy;
}
