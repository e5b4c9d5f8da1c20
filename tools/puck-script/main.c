/*
 * puck-script: Puck's interpreter for people at a desk. `check` reads scripts, `run` executes one in a described world.
 */
#include "tools/puck-script/check.h"
#include "tools/puck-script/tool.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "puck-script check [--image puck|undionly] [--strict] FILE...\n"
    "    Look for mistakes in scripts. Files that are given together know each other's settings.\n"
    "    The exit status is 1 when there are errors (with --strict, warnings too), 2 when a file cannot be "
    "read.\n"
    "puck-script run [OPTION]... FILE\n"
    "    Execute a script against a described world; puck-script run --help tells the options.\n";

void stop(const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    fputs("puck-script: ", stderr);
    vfprintf(stderr, fmt, args);
    fputc('\n', stderr);
    va_end(args);
    exit(TOOL_MISUSED);
}

char *read_file(const char *path, size_t *len)
{
    FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
    char *text = NULL;
    size_t size = 0, n = 1;
    *len = 0;
    while (f && n > 0) {
        if (*len + 1 >= size) {
            size = size ? size * 2 : 65536;
            text = realloc(text, size);
            if (!text)
                abort();
        }
        n = fread(text + *len, 1, size - *len - 1, f);
        *len += n;
    }
    bool failed = !f || ferror(f);
    if (f && f != stdin)
        fclose(f);
    if (failed) {
        free(text);
        return NULL;
    }
    text[*len] = '\0';
    return text;
}

/* ---- check ------------------------------------------------------------------------------------------- */

static const struct {
    const char *image, *list, *name;
} features[] = {
#define FEATURE(image, list, name) {#image, #list, #name},
#include "features.inc"
};

static bool image_exists(const char *image)
{
    for (unsigned i = 0; i < ARRAY_SIZE(features); i++)
        if (strcmp(features[i].image, image) == 0)
            return true;
    return false;
}

static bool has(const char *image, const char *list, const char *name)
{
    for (unsigned i = 0; i < ARRAY_SIZE(features); i++)
        if (strcmp(features[i].image, image) == 0 && strcmp(features[i].list, list) == 0 &&
            strcmp(features[i].name, name) == 0)
            return true;
    return false;
}

static void say_count(const struct checker *c)
{
    if (c->errors || c->warnings)
        fprintf(stderr, "%u error%s, %u warning%s\n", c->errors, c->errors == 1 ? "" : "s", c->warnings,
                c->warnings == 1 ? "" : "s");
}

int tool_check(int argc, char **argv)
{
    struct checker c = {.out = stdout, .image = "puck", .has = has};
    bool is_strict = false;
    int i = 0;
    for (; i < argc && argv[i][0] == '-' && argv[i][1]; i++) {
        if (strcmp(argv[i], "--strict") == 0)
            is_strict = true;
        else if (strcmp(argv[i], "--image") == 0 && i + 1 < argc)
            c.image = argv[++i];
        else
            stop("check: unknown option %s\n%s", argv[i], usage);
    }
    if (!image_exists(c.image))
        stop("check: there is no image \"%s\": puck and undionly are possible", c.image);
    if (i == argc)
        stop("check: no file\n%s", usage);
    struct source *source = calloc((size_t)(argc - i), sizeof *source);
    if (!source)
        abort();
    for (int n = i; n < argc; n++) {
        size_t len;
        char *text = read_file(argv[n], &len);
        if (!text)
            stop("%s: %s", argv[n], strerror(errno));
        check_read(&c, &source[n - i], argv[n], text, len);
    }
    for (int n = 0; n < argc - i; n++)
        check_source(&c, &source[n]);
    for (int n = 0; n < argc - i; n++)
        source_free(&source[n]);
    free(source);
    say_count(&c);
    bool found = c.errors || (is_strict && c.warnings);
    checker_free(&c);
    return found ? TOOL_FOUND_ERRORS : 0;
}

/* ---- the program --------------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
} tools[] = {{"check", tool_check}, {"run", tool_run}};

int main(int argc, char **argv)
{
    if (argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
        fputs(usage, stdout);
        return 0;
    }
    for (unsigned i = 0; argc > 1 && i < ARRAY_SIZE(tools); i++)
        if (strcmp(argv[1], tools[i].name) == 0)
            return tools[i].run(argc - 2, argv + 2);
    fputs(usage, stderr);
    return TOOL_MISUSED;
}
