/*
 * The interpreter (ipxe-behaviour.md G6, G11-G16): command lines with operators, and the stack of
 * running scripts and shells.
 *
 * Messages: a command that fails says why at once, with its place in front ("boot.ipxe:7: kernel: ..."),
 * also when || deals with the failure. Commands that answer a question (isset, iseq, prompt) are
 * silent. A script that ends because of a failing line leaves a text saying so, which whoever started it
 * prints: the chain command of another script, or main.
 */
#include "script/command.h"
#include "script/interpreter.h"
#include "pm/lib/clock.h"
#include "pm/lib/task.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define POLL_MS 20    /* a script lets the network run and looks for Ctrl-C this often... */
#define POLL_LINES 64 /* ... and at the latest after this many lines */

static struct {
    struct frame *top;
    unsigned depth;
    u32 last_error;
    msec_t polled;
    unsigned lines;
    char report[FAIL_TEXT_MAX + 160]; /* the last failure as it was printed */
} state;

const char *script_last_report(void)
{
    return state.report;
}

u32 script_errno(void)
{
    return state.last_error;
}

int frame_push(struct frame *f)
{
    if (state.depth >= SCRIPT_DEPTH_MAX)
        return fail(ELOOP, "scripts run within each other %u deep: does one chain itself? (chain --replace "
                           "does not nest)", SCRIPT_DEPTH_MAX);
    state.depth++;
    f->outer = state.top;
    state.top = f;
    return 0;
}

void frame_pop(struct frame *f)
{
    state.top = f->outer;
    state.depth--;
}

void script_reset(void)
{
    memset(&state, 0, sizeof state);
}

/* ---- messages -------------------------------------------------------------------------------------- */

void print_safely(const char *text)
{
    for (; *text; text++)
        putchar(*text == '\n' || (u8)*text >= ' ' ? *text : '?');
    putchar('\n');
}

static void report(int rc, const char *name, char **words, int count)
{
    const char *hint = hint_words(words, count);
    int n = 0;
    if (state.top && state.top->img)
        n = snprintf(state.report, sizeof state.report, "%.100s:%u: ", state.top->img->name, state.top->lines.number);
    snprintf(state.report + n, sizeof state.report - (size_t)n, "%.60s: %s", name, fail_text(rc));
    print_safely(state.report);
    if (hint)
        printf("  hint: %s\n", hint);
}

/* ---- one line -------------------------------------------------------------------------------------- */

static char **expand_words(char **words, int count)
{
    char **argv = calloc((size_t)count + 1, sizeof *argv);
    if (!argv)
        fail(ENOMEM, "no memory for %d words", count);
    for (int i = 0; argv && i < count; i++) {
        argv[i] = script_expand(words[i]);
        if (argv[i])
            continue;
        while (i-- > 0)
            free(argv[i]);
        free(argv);
        return NULL;
    }
    return argv;
}

/* A command between operators. An empty one succeeds. */
static int run_command(char **words, int count)
{
    if (count == 0)
        return 0;
    char **argv = expand_words(words, count);
    int rc = -EINVAL;
    if (argv) {
        fail_clear();
        rc = command_run(count, argv);
    }
    if (rc != 0) {
        state.last_error = (u32)(rc < 0 ? -rc : rc);
        if (!command_was_silent())
            report(rc, argv ? argv[0] : words[0], words, count);
    }
    for (int i = 0; argv && i < count; i++)
        free(argv[i]);
    free(argv);
    return rc;
}

/* goto, exit or Ctrl-C: what follows on the line is not run. */
static bool leaves_line(void)
{
    const struct frame *f = state.top;
    return task_current()->cancelled || (f && (f->leave_line || f->ended));
}

/*
 * From left to right without precedence: an operator decides from the status of the last command that
 * ran whether the next one runs.
 */
static int run_words(char **words, int count)
{
    enum operator before = ALWAYS;
    int rc = 0;
    for (int i = 0;; i++) {
        int start = i;
        enum operator after = NO_OPERATOR;
        while (i < count && (after = line_operator(words[i])) == NO_OPERATOR)
            i++;
        if (before == ALWAYS || (before == IF_OK) == (rc == 0))
            rc = run_command(words + start, i - start);
        if (leaves_line() || i >= count)
            return rc;
        before = after;
    }
}

int script_line(const char *line)
{
    int count;
    char **words = line_words(line, &count);
    if (!words) {
        report(-ENOMEM, "this line", NULL, 0);
        return -ENOMEM;
    }
    if (state.top)
        state.top->leave_line = false;
    int rc = run_words(words, count);
    free(words);
    return rc;
}

/* ---- a script -------------------------------------------------------------------------------------- */

/* A loop of gotos must neither starve the network nor be deaf for Ctrl-C. */
static int breathe(void)
{
    if (task_current()->cancelled)
        return fail(ECANCELED, "interrupted");
    if (++state.lines < POLL_LINES && clock_now() < state.polled + POLL_MS)
        return 0;
    int rc = task_pause(0);
    state.lines = 0;
    state.polled = clock_now();
    return rc == -ECANCELED ? rc : 0;
}

/* Run the next line. False when the script is over, with its status in *rc. */
static bool run_next_line(struct frame *f, int *rc)
{
    char *line;
    const char *label;
    size_t len;
    *rc = breathe();
    if (*rc == 0)
        *rc = lines_next(&f->lines, &line);
    if (*rc < 0)
        fail_in(*rc, "%s stopped at line %u: ", f->img->name, f->lines.number);
    if (*rc <= 0)
        return false;
    const char *command = line_label(line, &label, &len);
    *rc = script_line(command);
    if (f->ended)
        *rc = f->status;
    else if (*rc != 0)
        fail(EINVAL, "%s stopped at line %u: %.100s", f->img->name, f->lines.number,
             command + strspn(command, " \t"));
    free(line);
    return *rc == 0 && !f->ended;
}

/* Run one script to its end. */
static int run_script(struct image *img, struct image **replacement)
{
    struct frame f = {.img = img};
    f.lines = (struct lines){.text = (const char *)img->body.data, .len = img->body.len, .next = 1};
    int rc = frame_push(&f);
    if (rc < 0)
        return rc;
    while (run_next_line(&f, &rc))
        continue;
    labels_free(&f.labels);
    frame_pop(&f);
    *replacement = f.replacement;
    if (f.status)
        fail(EINVAL, "%s ended with exit status %d", img->name, f.status);
    return rc;
}

/* A script that is replaced is gone before the other starts: a thousand replacements do not nest. */
int script_exec(struct image *img)
{
    struct image *replacement = NULL;
    int rc = run_script(img, &replacement);
    if (replacement)
        image_exec_next(replacement);
    return rc;
}

int script_text(const char *name, const char *text, size_t len)
{
    struct image *replacement = NULL;
    struct image img = {
        .name = (char *)name,
        .uri = (char *)"",
        .cmdline = (char *)"",
        .body = {.data = (u8 *)text, .len = len},
        .loader = &loader_script,
    };
    int rc = run_script(&img, &replacement);
    return replacement ? image_exec(replacement) : rc;
}

/* BOOT_IMAGE= and initrd= are words of the loader that started us (SYSLINUX, GRUB). */
static bool is_foreign_word(const char *word)
{
    return strncmp(word, "BOOT_IMAGE=", 11) == 0 || strncmp(word, "initrd=", 7) == 0;
}

bool script_cmdline(const char *cmdline, int *status)
{
    int count;
    char **words = line_words(cmdline, &count);
    *status = -ENOMEM;
    if (!words)
        return true;
    int kept = 0;
    for (int i = 0; i < count; i++)
        if (!is_foreign_word(words[i]))
            words[kept++] = words[i];
    char *line = command_join(kept, words);
    free(words);
    if (line && kept)
        *status = script_text("command line", line, strlen(line));
    free(line);
    return !line || kept;
}

static int script_probe(const struct image *img)
{
    const char *p = (const char *)img->body.data;
    bool is_script = img->body.len >= 7 && (memcmp(p, "#!ipxe", 6) == 0 || memcmp(p, "#!gpxe", 6) == 0) &&
                     isspace((unsigned char)p[6]);
    return is_script ? 0 : -ENOEXEC;
}

const struct loader loader_script = {.name = "script", .probe = script_probe, .exec = script_exec};

/* ---- what commands ask for ------------------------------------------------------------------------- */

bool script_is_running(void)
{
    return state.top && state.top->img;
}

int script_goto(const char *label)
{
    if (!script_is_running())
        return fail(EINVAL, "there is no script here to jump in");
    int rc = labels_find(&state.top->labels, &state.top->lines, label);
    if (rc == 0)
        state.top->leave_line = true;
    return rc;
}

int script_exit(int status)
{
    if (!state.top)
        return fail(EINVAL, "there is nothing to leave");
    state.top->ended = true;
    state.top->status = status;
    return 0;
}

int script_replace(struct image *img)
{
    if (!script_is_running())
        return fail(EINVAL, "--replace: there is no script here to replace");
    state.top->ended = true;
    state.top->replacement = img;
    return 0;
}

const char *script_base_uri(void)
{
    for (const struct frame *f = state.top; f; f = f->outer)
        if (f->img && *f->img->uri)
            return f->img->uri;
    return "";
}
