/*
 * Commands about how the screen looks: console colour cpair (ipxe-behaviour.md K39-K41). There are text modes only:
 * what asks for a framebuffer gets a word and succeeds, since scripts go on with text then (and not all guard it).
 */
#include "pm/console.h"
#include "script/canvas.h"
#include "script/command.h"

#include <stdio.h>

/* ---- console --------------------------------------------------------------------------------------- */

enum { CONSOLE_X, CONSOLE_Y, CONSOLE_LEFT, CONSOLE_RIGHT, CONSOLE_TOP, CONSOLE_BOTTOM, CONSOLE_DEPTH,
       CONSOLE_PICTURE, CONSOLE_KEEP };

static const struct option console_options[] = {
    [CONSOLE_X] = {'x', "x", OPTION_NUMBER, "PIXELS"},
    [CONSOLE_Y] = {'y', "y", OPTION_NUMBER, "PIXELS"},
    [CONSOLE_LEFT] = {'l', "left", OPTION_NUMBER, "PIXELS"},
    [CONSOLE_RIGHT] = {'r', "right", OPTION_NUMBER, "PIXELS"},
    [CONSOLE_TOP] = {'t', "top", OPTION_NUMBER, "PIXELS"},
    [CONSOLE_BOTTOM] = {'b', "bottom", OPTION_NUMBER, "PIXELS"},
    [CONSOLE_DEPTH] = {'d', "depth", OPTION_NUMBER, "BITS"},
    [CONSOLE_PICTURE] = {'p', "picture", OPTION_STRING, "URI"},
    [CONSOLE_KEEP] = {'k', "keep", OPTION_FLAG, NULL},
    {0},
};

static int run_console(const struct command *self, const struct parsed *p)
{
    (void)self;
    bool wants_pixels = p->option[CONSOLE_X].given || p->option[CONSOLE_Y].given;
    if (p->option[CONSOLE_PICTURE].given)
        printf("console: no pictures in this version of Puck; this one is not shown\n");
    else if (wants_pixels)
        printf("console: only text modes in this version of Puck; staying at %u x %u characters\n",
               console_columns(), console_rows());
    return 0;
}

const struct command command_console = {
    .name = "console",
    .topic = "menus",
    .synopsis = "",
    .options = console_options,
    .run = run_console,
};

const struct help_text help_console = {
    .says = "Set the screen mode: text only in this version.",
    .options = {
        [CONSOLE_X] = "width; as all that follows, accepted and without effect",
        [CONSOLE_Y] = "height",
        [CONSOLE_LEFT] = "margin",
        [CONSOLE_RIGHT] = "margin",
        [CONSOLE_TOP] = "margin",
        [CONSOLE_BOTTOM] = "margin",
        [CONSOLE_DEPTH] = "colour depth",
        [CONSOLE_PICTURE] = "background picture",
        [CONSOLE_KEEP] = "keep the picture registered",
    },
    .example = "console --x 1024 --y 768 --picture logo.png ||",
};

/* ---- colour ---------------------------------------------------------------------------------------- */

/* A number in [0, end); false with text. */
static bool small_number(const char *what, const char *text, unsigned end, unsigned *out)
{
    long n;
    if (command_number(text, &n) && n >= 0 && n < (long)end) {
        *out = (unsigned)n;
        return true;
    }
    fail(EINVAL, "\"%.40s\" is no %s: 0 to %u", text, what, end - 1);
    return false;
}

enum { COLOUR_BASIC, COLOUR_RGB };

static const struct option colour_options[] = {
    [COLOUR_BASIC] = {'b', "basic", OPTION_NUMBER, "N"},
    [COLOUR_RGB] = {'r', "rgb", OPTION_NUMBER, "RRGGBB"},
    {0},
};

/* On VGA the palette changes; a terminal is sent the basic colour, since one that does not know rgb shows rubbish. */
static int run_colour(const struct command *self, const struct parsed *p)
{
    (void)self;
    unsigned index;
    long rgb = p->option[COLOUR_RGB].number, basic = p->option[COLOUR_BASIC].number;
    if (!small_number("colour", p->argv[0], CANVAS_COLOURS, &index))
        return -EINVAL;
    if (rgb < 0 || rgb > 0xffffff)
        return fail(EINVAL, "--rgb: a colour is 0x000000 to 0xffffff");
    if (index == COLOUR_DEFAULT) {
        printf("colour: %u is the screen's own colour and stays as it is\n", COLOUR_DEFAULT);
        return 0;
    }
    if (p->option[COLOUR_BASIC].given && (basic < 0 || !canvas_set_basic(index, (unsigned)basic)))
        return fail(EINVAL, "--basic: 0 to 7 black red green yellow blue magenta cyan white; 9 as by itself");
    if (p->option[COLOUR_RGB].given && canvas_basic(index) != COLOUR_DEFAULT)
        console_palette(canvas_basic(index), (u32)rgb);
    return 0;
}

const struct command command_colour = {
    .name = "colour",
    .topic = "menus",
    .synopsis = "<index>",
    .options = colour_options,
    .min_args = 1,
    .max_args = 1,
    .run = run_colour,
};

const struct help_text help_colour = {
    .says = "Define one of the colours 0 to 15 that cpair uses.",
    .options = {
        [COLOUR_BASIC] = "what terminals show: 0 black, 1 red, 2 green ... 7 white",
        [COLOUR_RGB] = "what VGA shows, 0xRRGGBB",
    },
    .example = "colour --rgb 0x103060 4\ncolour --basic 4 --rgb 0x103060 8",
};

/* ---- cpair ----------------------------------------------------------------------------------------- */

enum { CPAIR_FOREGROUND, CPAIR_BACKGROUND };

static const struct option cpair_options[] = {
    [CPAIR_FOREGROUND] = {'f', "foreground", OPTION_NUMBER, "COLOUR"},
    [CPAIR_BACKGROUND] = {'b', "background", OPTION_NUMBER, "COLOUR"},
    {0},
};

/* The colour of an option, -1 when it is not given; false with text. */
static bool colour_option(const struct parsed *p, unsigned option, int *out)
{
    unsigned n;
    *out = -1;
    if (!p->option[option].given)
        return true;
    if (!small_number("colour", p->option[option].string, CANVAS_COLOURS, &n))
        return false;
    *out = (int)n;
    return true;
}

static int run_cpair(const struct command *self, const struct parsed *p)
{
    (void)self;
    unsigned pair;
    int foreground, background;
    if (!small_number("colour pair", p->argv[0], CANVAS_PAIRS, &pair) ||
        !colour_option(p, CPAIR_FOREGROUND, &foreground) || !colour_option(p, CPAIR_BACKGROUND, &background))
        return -EINVAL;
    canvas_set_pair(pair, foreground, background);
    return 0;
}

const struct command command_cpair = {
    .name = "cpair",
    .topic = "menus",
    .synopsis = "<pair>",
    .options = cpair_options,
    .min_args = 1,
    .max_args = 1,
    .run = run_cpair,
};

const struct help_text help_cpair = {
    .says = "Set colours: 0 text 1 menu 2 selected 3 heading 4 edit 5 alert.",
    .options = {
        [CPAIR_FOREGROUND] = "0 to 15; 9 is the screen's own",
        [CPAIR_BACKGROUND] = "the same",
    },
    .example = "cpair --foreground 7 --background 4 1\ncpair --foreground 0 --background 7 2",
};
