/*
 * The VGA text screen, written directly (pxe.md 6.5): no BIOS call and so no mode switch for output. The
 * BIOS data area keeps mode, size and cursor; ours is put there after each write and fetched before, so that
 * text of the BIOS and of boot programs lands where it should, and ours behind it. Not: graphics modes.
 */
#include "pm/devices.h"
#include "pm/io.h"
#include "pm/lib/screen.h"
#include "pm/rm.h"

enum {
    BDA_MODE = 0x449,
    BDA_COLUMNS = 0x44a,
    BDA_PAGE_START = 0x44e, /* bytes from the start of the video memory */
    BDA_CURSOR = 0x450,     /* a word for each page: column, row << 8 */
    BDA_PAGE = 0x462,
    BDA_CRTC = 0x463,
    BDA_LAST_ROW = 0x484, /* EGA and later */

    MODE_MONO = 7,
    CRTC_CURSOR_START = 0x0a,
    CRTC_CURSOR_HIGH = 0x0e,
    CRTC_CURSOR_LOW = 0x0f,
    CURSOR_OFF = 0x20,
};

static struct {
    struct screen screen;
    u16 cursor; /* as we left it in the BIOS data area */
    bool is_hidden;
    bool is_present;
} state;

static u8 mode(void)
{
    return readb(BDA_MODE) & 0x7f;
}

static bool is_text_mode(void)
{
    return (mode() <= 3 || mode() == MODE_MONO) && readw(BDA_COLUMNS) >= 40 && readw(BDA_COLUMNS) <= 132;
}

static void set_mode_3(void)
{
    struct rm_regs regs = {.eax = 0x0003};
    rm_int(0x10, &regs);
}

/* Without a card nothing answers there, and nothing keeps what is written. */
static bool keeps(uintptr_t cell)
{
    u16 before = readw(cell);
    writew(cell, before ^ 0x0155);
    bool kept = readw(cell) == (before ^ 0x0155);
    writew(cell, before);
    return kept;
}

static uintptr_t cursor_place(void)
{
    return BDA_CURSOR + 2 * (readb(BDA_PAGE) & 7);
}

/* The BIOS or a boot program may have printed since. */
static void fetch_cursor(void)
{
    u16 now = readw(cursor_place());
    if (now == state.cursor)
        return;
    state.screen.column = MIN(now & 0xffu, state.screen.columns - 1);
    state.screen.row = MIN((unsigned)now >> 8, state.screen.rows - 1);
    state.cursor = now;
}

static void crtc_write(u8 reg, u8 value)
{
    u16 port = readw(BDA_CRTC) ? readw(BDA_CRTC) : 0x3d4;
    outb(port, reg);
    outb(port + 1, value);
}

static void show_cursor(bool hidden)
{
    u16 port = readw(BDA_CRTC) ? readw(BDA_CRTC) : 0x3d4;
    if (hidden == state.is_hidden)
        return;
    state.is_hidden = hidden;
    outb(port, CRTC_CURSOR_START);
    u8 shape = inb(port + 1) & ~CURSOR_OFF;
    outb(port + 1, hidden ? shape | CURSOR_OFF : shape);
}

static void store_cursor(void)
{
    const struct screen *s = &state.screen;
    unsigned column = MIN(s->column, s->columns - 1);
    u16 at = (u16)(readw(BDA_PAGE_START) / 2 + s->row * s->columns + column);
    /* With the line full the cursor shows on its last character, and we remember that it belongs behind. */
    state.cursor = (u16)(s->row << 8 | column);
    writew(cursor_place(), state.cursor);
    crtc_write(CRTC_CURSOR_HIGH, (u8)(at >> 8));
    crtc_write(CRTC_CURSOR_LOW, (u8)at);
    show_cursor(s->cursor_hidden);
}

void vga_init(void)
{
    if (!is_text_mode())
        set_mode_3();
    uintptr_t memory = (mode() == MODE_MONO ? 0xb0000 : 0xb8000) + readw(BDA_PAGE_START);
    state.is_present = is_text_mode() && keeps(memory);
    if (!state.is_present)
        return;
    u8 last_row = readb(BDA_LAST_ROW); /* 0 on what came before EGA */
    screen_init(&state.screen, (u16 *)memory, readw(BDA_COLUMNS),
                last_row >= 24 && last_row < 60 ? last_row + 1u : 25);
    state.cursor = (u16)~readw(cursor_place());
    state.is_hidden = false;
    fetch_cursor();
}

void vga_write(const char *s, size_t len)
{
    if (!state.is_present)
        return;
    fetch_cursor();
    for (size_t i = 0; i < len; i++)
        screen_put(&state.screen, (u8)s[i]);
    store_cursor();
}

unsigned vga_columns(void)
{
    return state.is_present ? state.screen.columns : 0;
}

unsigned vga_rows(void)
{
    return state.is_present ? state.screen.rows : 0;
}

void (*vga_restore_palette)(void);

const void *vga_cells(size_t *size)
{
    *size = (size_t)vga_rows() * vga_columns() * sizeof *state.screen.cell;
    return state.is_present ? state.screen.cell : NULL;
}

void vga_shutdown(void)
{
    if (!state.is_present)
        return;
    show_cursor(false);
    if (vga_restore_palette)
        vga_restore_palette();
}
