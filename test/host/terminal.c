/* The terminal of host tests (terminal.h). */
#include "test/host/terminal.h"
#include "test/host/console.h"

#include <assert.h>
#include <string.h>

#define COLUMNS 132u
#define ROWS    60u

static struct {
    struct screen screen;
    u16 cell[COLUMNS * ROWS];
} terminal;

void terminal_play(unsigned columns, unsigned rows)
{
    assert(columns <= COLUMNS && rows <= ROWS);
    for (unsigned i = 0; i < COLUMNS * ROWS; i++)
        terminal.cell[i] = 0x0720;
    screen_init(&terminal.screen, terminal.cell, columns, rows);
    for (const char *s = console_text(); *s; s++)
        screen_put(&terminal.screen, (u8)*s);
}

const char *terminal_row(unsigned row)
{
    static char text[COLUMNS + 1];
    unsigned end = 0;
    for (unsigned i = 0; i < terminal.screen.columns; i++) {
        text[i] = (char)terminal.cell[row * terminal.screen.columns + i];
        if (text[i] != ' ')
            end = i + 1;
    }
    text[end] = '\0';
    return text;
}

int terminal_find(const char *text)
{
    for (unsigned row = 0; row < terminal.screen.rows; row++)
        if (strstr(terminal_row(row), text))
            return (int)row;
    return -1;
}

unsigned terminal_attribute(unsigned row, unsigned column)
{
    return terminal.cell[row * terminal.screen.columns + column] >> 8;
}

const struct screen *terminal_screen(void)
{
    return &terminal.screen;
}
