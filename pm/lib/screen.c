/* The text screen of screen.h. What a server sends may end up here: every number is bounded. */
#include "pm/lib/screen.h"
#include "pm/lib/utf8.h"

#include <string.h>

#define PARAM_MAX 999u
#define GREY      7

void screen_init(struct screen *s, u16 *cell, unsigned columns, unsigned rows)
{
    *s = (struct screen){.cell = cell, .columns = columns, .rows = rows, .foreground = GREY};
}

static u16 attribute(const struct screen *s)
{
    u8 front = s->reverse ? s->background : s->foreground;
    u8 back = s->reverse ? s->foreground : s->background;
    return (u16)((back << 4 | front | (s->bold ? 8 : 0)) << 8);
}

static void blank(struct screen *s, unsigned from, unsigned to)
{
    u16 space = attribute(s) | ' ';
    for (; from < to; from++)
        s->cell[from] = space;
}

static void line_feed(struct screen *s)
{
    unsigned last = (s->rows - 1) * s->columns;
    s->column = 0;
    if (++s->row < s->rows)
        return;
    s->row = s->rows - 1;
    memmove(s->cell, s->cell + s->columns, last * sizeof(*s->cell));
    blank(s, last, last + s->columns);
}

static void put_glyph(struct screen *s, u8 c)
{
    if (s->column >= s->columns)
        line_feed(s);
    s->cell[s->row * s->columns + s->column++] = attribute(s) | c;
}

/* What looked like UTF-8 and is not. */
static void put_raw(struct screen *s)
{
    for (unsigned i = 0; i < s->raws; i++)
        put_glyph(s, (u8)s->raw[i]);
    s->raws = s->more = 0;
}

static void put_utf8(struct screen *s)
{
    put_glyph(s, fonts[0]->glyph(utf8_decode(s->raw)));
    s->raws = 0;
}

/* True when the byte belongs to a character of several. */
static bool is_utf8(struct screen *s, u8 c)
{
    if (s->more && utf8_continues((char)c)) {
        s->raw[s->raws++] = (char)c;
        if (--s->more == 0)
            put_utf8(s);
        return true;
    }
    put_raw(s);
    s->more = utf8_more((char)c);
    if (s->more)
        s->raw[s->raws++] = (char)c;
    return s->more;
}

static void put_text(struct screen *s, u8 c)
{
    if (fonts[0] && is_utf8(s, c))
        return;
    switch (c) {
    case '\n':
        line_feed(s);
        break;
    case '\r':
        s->column = 0;
        break;
    case '\b':
        if (s->column)
            s->column = MIN(s->column, s->columns) - 1;
        break;
    case '\t':
        s->column = MIN((s->column | 7) + 1, s->columns - 1);
        break;
    case 0x1b:
        s->state = SCREEN_ESC;
        break;
    default:
        if (c >= 0x20 && c != 0x7f)
            put_glyph(s, c);
    }
}

/* The n-th parameter; absent or 0 means `missing`. */
static unsigned param(const struct screen *s, unsigned n, unsigned missing)
{
    return n < s->params && s->param[n] ? s->param[n] : missing;
}

static void move_to(struct screen *s, int row, int column)
{
    s->row = (unsigned)MAX(0, MIN(row, (int)s->rows - 1));
    s->column = (unsigned)MAX(0, MIN(column, (int)s->columns - 1));
}

static void move_by(struct screen *s, int rows, int columns)
{
    int n = (int)param(s, 0, 1), column = (int)MIN(s->column, s->columns - 1);
    move_to(s, (int)s->row + rows * n, column + columns * n);
}

/* 0: from the cursor to the end, 1: from the start to the cursor, 2: everything. */
static void erase(struct screen *s, unsigned start, unsigned end)
{
    unsigned cursor = s->row * s->columns + MIN(s->column, s->columns - 1);
    unsigned what = param(s, 0, 0);
    blank(s, what == 0 ? cursor : start, what == 1 ? cursor + 1 : end);
}

/* ANSI counts red as 1 and blue as 4, VGA the other way round. */
static u8 vga_colour(unsigned ansi)
{
    return (u8)((ansi & 1) << 2 | (ansi & 2) | (ansi & 4) >> 2);
}

static void set_rendition(struct screen *s, unsigned n)
{
    if (n == 0) {
        s->foreground = GREY;
        s->background = 0;
        s->bold = s->reverse = false;
    } else if (n == 1 || n == 22) {
        s->bold = n == 1;
    } else if (n == 7 || n == 27) {
        s->reverse = n == 7;
    } else if (n >= 30 && n <= 37) {
        s->foreground = vga_colour(n - 30);
    } else if (n == 39) {
        s->foreground = GREY;
    } else if (n >= 40 && n <= 47) {
        s->background = vga_colour(n - 40);
    } else if (n == 49) {
        s->background = 0;
    } else if (n >= 90 && n <= 97) {
        s->foreground = vga_colour(n - 90);
        s->bold = true;
    }
}

static void run_sequence(struct screen *s, u8 final)
{
    if (s->is_private) {
        if (s->param[0] == 25 && (final == 'h' || final == 'l'))
            s->cursor_hidden = final == 'l';
        return;
    }
    switch (final) {
    case 'H':
    case 'f':
        move_to(s, (int)param(s, 0, 1) - 1, (int)param(s, 1, 1) - 1);
        break;
    case 'A':
        move_by(s, -1, 0);
        break;
    case 'B':
        move_by(s, 1, 0);
        break;
    case 'C':
        move_by(s, 0, 1);
        break;
    case 'D':
        move_by(s, 0, -1);
        break;
    case 'J':
        erase(s, 0, s->rows * s->columns);
        break;
    case 'K':
        erase(s, s->row * s->columns, (s->row + 1) * s->columns);
        break;
    case 'm':
        for (unsigned i = 0; i < s->params; i++)
            set_rendition(s, s->param[i]);
        break;
    }
}

static void csi_byte(struct screen *s, u8 c)
{
    unsigned *last = &s->param[s->params - 1];
    if (c >= '0' && c <= '9') {
        *last = MIN(*last * 10 + (c - '0'), PARAM_MAX);
    } else if (c == ';') {
        s->params = MIN(s->params + 1, SCREEN_PARAMS); /* those too many overwrite the last */
        s->param[s->params - 1] = 0;
    } else if (c == '?') {
        s->is_private = true;
    } else if (c >= 0x40) {
        s->state = SCREEN_TEXT;
        run_sequence(s, c);
    }
}

void screen_put(struct screen *s, u8 c)
{
    if (c < 0x20) /* a control character ends a sequence */
        s->state = SCREEN_TEXT;
    switch (s->state) {
    case SCREEN_TEXT:
        put_text(s, c);
        break;
    case SCREEN_ESC:
        s->state = c == '[' ? SCREEN_CSI : SCREEN_TEXT;
        s->is_private = false;
        s->params = 1;
        s->param[0] = 0;
        break;
    case SCREEN_CSI:
        csi_byte(s, c);
        break;
    }
}
