/*
 * The grid of cells and its differences (canvas.h). A cell is a u32: a Unicode
 * character, bold in bit 21, foreground from bit 24 on, background from bit 28 on.
 * The last cell of the last row is never written: some terminals would scroll.
 */
#include "script/canvas.h"
#include "pm/console.h"
#include "pm/lib/fail.h"
#include "script/cells.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OUT_MAX   256
#define CTRL_L    0x0c
#define BLANK     (LOOK(COLOUR_DEFAULT, COLOUR_DEFAULT, 0) | ' ')
#define BOLD      (1u << 21)
#define CHARACTER (BOLD - 1)
#define ERASE_MIN 4u /* blanks at the end of a row that are worth a sequence */
#define STEP_MAX  4u /* characters that are no longer than a sequence */
#define NOWHERE   (~0u)

/* The bits of a cell without its character. */
#define LOOK(foreground, background, bold) ((u32)(foreground) << 24 | (u32)(background) << 28 | (bold))

struct pair {
    u8 foreground, background;
};

static const struct pair first_pairs[CANVAS_PAIRS] = {
    [PAIR_DEFAULT] = {COLOUR_DEFAULT, COLOUR_DEFAULT},
    [PAIR_NORMAL] = {COLOUR_DEFAULT, COLOUR_DEFAULT},
    [PAIR_SELECT] = {15, 4},
    [PAIR_SEPARATOR] = {6, COLOUR_DEFAULT},
    [PAIR_EDIT] = {15, 4},
    [PAIR_ALERT] = {15, 1},
    [PAIR_URL] = {6, COLOUR_DEFAULT},
    [PAIR_PXE] = {0, 7},
};

static struct {
    u32 *want, *shown;
    unsigned columns, rows;
    unsigned row, column; /* of the consoles' cursor; NOWHERE = not known */
    u32 look;             /* in force there, in the bits of a cell */
    bool cursor_is_wanted, cursor_is_shown;
    unsigned cursor_row, cursor_column;
    char out[OUT_MAX];
    size_t out_len;
    bool has_colours;
    struct pair pair[CANVAS_PAIRS];
    u8 basic[CANVAS_COLOURS];
} state;

/* ---- colours --------------------------------------------------------------------------------------- */

static void prepare_colours(void)
{
    if (state.has_colours)
        return;
    memcpy(state.pair, first_pairs, sizeof state.pair);
    for (unsigned i = 0; i < CANVAS_COLOURS; i++)
        state.basic[i] = (u8)i;
    state.has_colours = true;
}

static u32 look_of(unsigned look)
{
    const struct pair *p = &state.pair[look % CANVAS_PAIRS];
    return LOOK(p->foreground, p->background, look & CANVAS_BOLD ? BOLD : 0);
}

unsigned canvas_basic(unsigned colour)
{
    prepare_colours();
    return state.basic[colour % CANVAS_COLOURS];
}

/* ---- what goes to the consoles --------------------------------------------------------------------- */

static void flush(void)
{
    if (state.out_len)
        console_write(state.out, state.out_len);
    state.out_len = 0;
}

static void send(const char *s, size_t len)
{
    if (len > OUT_MAX - state.out_len)
        flush();
    memcpy(state.out + state.out_len, s, len);
    state.out_len += len;
}

static void PRINTF_LIKE(1, 2) sequence(const char *fmt, ...)
{
    char text[48];
    va_list args;
    va_start(args, fmt);
    int n = vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    send(text, (size_t)n);
}

/* A colour as a parameter of SGR: base is 30 or 40. The default colour is what 0 left. */
static void sequence_colour(unsigned index, unsigned base)
{
    unsigned colour = state.basic[index];
    if (colour == COLOUR_DEFAULT)
        return;
    if (colour >= 8 && base == 30)
        base = 90; /* VGA has no bright backgrounds */
    sequence(";%u", base + colour % 8);
}

/* Would this cell come out right as it is? The foreground of a blank does not show. */
static bool has_look(u32 cell)
{
    return (cell & ~CHARACTER) == state.look || ((cell & CHARACTER) == ' ' && cell >> 28 == state.look >> 28);
}

static void set_look(u32 cell)
{
    u32 look = cell & ~CHARACTER;
    if (has_look(cell))
        return;
    sequence("\033[0%s", look & BOLD ? ";1" : "");
    sequence_colour(look >> 24 & 15, 30);
    sequence_colour(look >> 28, 40);
    sequence("m");
    state.look = look;
}

/* Right of the last column terminals disagree about where the cursor is. */
static void put_cell(u32 cell)
{
    char c[UTF8_MAX];
    set_look(cell);
    send(c, utf8_put(c, cell & CHARACTER));
    if (++state.column >= state.columns)
        state.row = NOWHERE;
}

/* A few cells ahead in the row: writing what stands there is shorter than a sequence. */
static bool step_to(unsigned row, unsigned column)
{
    const u32 *shown = state.shown + row * state.columns;
    if (row != state.row || column < state.column || column - state.column > STEP_MAX)
        return false;
    for (unsigned i = state.column; i < column; i++)
        if (!has_look(shown[i]))
            return false;
    while (state.column < column)
        put_cell(shown[state.column]);
    return true;
}

static void move_to(unsigned row, unsigned column)
{
    if (step_to(row, column))
        return;
    if (row == state.row && column > state.column)
        sequence("\033[%uC", column - state.column);
    else
        sequence("\033[%u;%uH", row + 1, column + 1);
    state.row = row;
    state.column = column;
}

static void show_cursor(void)
{
    if (state.cursor_is_wanted)
        move_to(state.cursor_row, state.cursor_column);
    if (state.cursor_is_wanted != state.cursor_is_shown)
        sequence("\033[?25%c", state.cursor_is_wanted ? 'h' : 'l');
    state.cursor_is_shown = state.cursor_is_wanted;
}

/* Where the blanks at the end of a row begin. */
static unsigned tail_of(const u32 *row)
{
    unsigned tail = state.columns;
    while (tail > 0 && row[tail - 1] == BLANK)
        tail--;
    return tail + ERASE_MIN > state.columns ? state.columns : tail;
}

static void show_row(unsigned row)
{
    const u32 *want = state.want + row * state.columns;
    u32 *shown = state.shown + row * state.columns;
    unsigned end = state.columns - (row + 1 == state.rows);
    unsigned tail = tail_of(want);
    for (unsigned i = 0; i < end; i++) {
        if (want[i] == shown[i])
            continue;
        move_to(row, i);
        if (i >= tail) {
            set_look(BLANK);
            sequence("\033[K");
            memcpy(shown + i, want + i, (state.columns - i) * sizeof *shown);
            return;
        }
        put_cell(want[i]);
        shown[i] = want[i];
    }
}

void canvas_show(void)
{
    for (unsigned row = 0; row < state.rows; row++)
        show_row(row);
    show_cursor();
    flush();
}

/* Everything that is shown is forgotten. */
static void erase_screen(void)
{
    sequence("\033[0m\033[2J\033[H\033[?25l");
    state.look = BLANK & ~CHARACTER;
    state.row = state.column = 0;
    state.cursor_is_shown = false;
    for (unsigned i = 0; i < state.columns * state.rows; i++)
        state.shown[i] = BLANK;
}

int canvas_key(msec_t deadline)
{
    for (;;) {
        canvas_show();
        int key = console_wait_key(deadline);
        if (key != CTRL_L)
            return key;
        erase_screen();
    }
}

/* ---- what is wanted -------------------------------------------------------------------------------- */

int canvas_open(void)
{
    prepare_colours();
    state.columns = console_columns();
    state.rows = console_rows();
    size_t cells = (size_t)state.columns * state.rows;
    state.want = malloc(2 * cells * sizeof *state.want);
    if (!state.want)
        return fail(ENOMEM, "no memory for a screen of %u x %u", state.columns, state.rows);
    state.shown = state.want + cells;
    erase_screen();
    canvas_clear();
    return 0;
}

/* Text that follows has the colours of pair 0. */
static void use_default_pair(void)
{
    state.look = 0;
    set_look(look_of(PAIR_DEFAULT));
}

void canvas_close(void)
{
    use_default_pair();
    sequence("\033[2J\033[H\033[?25h");
    flush();
    free(state.want);
    state.want = NULL;
    state.columns = state.rows = 0;
}

unsigned canvas_columns(void)
{
    return state.columns;
}

unsigned canvas_rows(void)
{
    return state.rows;
}

static void put(unsigned row, unsigned column, u32 look, u32 c)
{
    if (row >= state.rows || column >= state.columns)
        return;
    if (c == ' ') /* what a blank would look like otherwise does not matter */
        look = LOOK(COLOUR_DEFAULT, look >> 28, 0);
    state.want[row * state.columns + column] = look | c;
}

void canvas_clear(void)
{
    u32 look = look_of(PAIR_NORMAL);
    for (unsigned row = 0; row < state.rows; row++)
        for (unsigned column = 0; column < state.columns; column++)
            put(row, column, look, ' ');
    state.cursor_is_wanted = false;
}

unsigned canvas_put(unsigned row, unsigned column, unsigned look, const char *text)
{
    while (*text)
        put(row, column++, look_of(look), cell_next(&text));
    return column;
}

void canvas_text(unsigned row, unsigned column, unsigned width, unsigned look, const char *text)
{
    for (; width > 0; width--)
        put(row, column++, look_of(look), *text ? cell_next(&text) : ' ');
}

void canvas_rule(unsigned row)
{
    for (unsigned column = 1; column + 1 < state.columns; column++)
        put(row, column, look_of(PAIR_SEPARATOR), '-');
}

void canvas_cursor(unsigned row, unsigned column)
{
    state.cursor_is_wanted = true;
    state.cursor_row = MIN(row, state.rows - 1);
    state.cursor_column = MIN(column, state.columns - 1);
}

/* ---- what scripts change --------------------------------------------------------------------------- */

bool canvas_set_pair(unsigned pair, int foreground, int background)
{
    prepare_colours();
    if (pair >= CANVAS_PAIRS || foreground >= (int)CANVAS_COLOURS || background >= (int)CANVAS_COLOURS)
        return false;
    if (foreground >= 0)
        state.pair[pair].foreground = (u8)foreground;
    if (background >= 0)
        state.pair[pair].background = (u8)background;
    if (pair == PAIR_DEFAULT)
        use_default_pair();
    flush();
    return true;
}

bool canvas_set_basic(unsigned colour, unsigned basic)
{
    prepare_colours();
    if (colour >= CANVAS_COLOURS || basic > COLOUR_DEFAULT || basic == 8)
        return false;
    state.basic[colour] = (u8)basic;
    return true;
}

void canvas_reset(void)
{
    state.has_colours = false;
    prepare_colours();
}
