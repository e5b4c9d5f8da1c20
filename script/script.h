/*
 * The interpreter (ipxe-behaviour.md 1.1): lines, labels, operators, expansion, and the stack of
 * running scripts. Blocks (commands do).
 */
#pragma once

#include "loaders/image.h"

/*
 * Run one command line: words, ${} expansion, && || ; operators. Returns the status of the last
 * command run. Prints failures with where: "boot.ipxe:7: kernel: ..." inside a script.
 */
int script_line(const char *line);

/* Run a script image to its end, exit, or first failing line. Its loader's exec. */
int script_exec(struct image *img);

/* Run text as if it were a script image (embedded script, command line). */
int script_text(const char *name, const char *text, size_t len);

/* goto, exit and chain --replace act on the innermost script; -EINVAL with text outside of one. */
int script_goto(const char *label);
int script_exit(int status);
int script_replace(struct image *img);
bool script_is_running(void);

/* Expand ${...} in a word: malloc'd text; NULL with fail() text on a loop or no memory. */
char *script_expand(const char *word);

/* Base of relative URIs: the URI of the running script, "" outside. */
const char *script_base_uri(void);

/* The interactive shell: prompt, line editor, until `exit`. Returns the last status. */
int shell_run(void);

/*
 * Resolve a reference against the base URI, download it with progress shown on the consoles, and
 * register the image. NULL with fail() text. `name` NULL = last path segment.
 */
struct image *image_download(const char *uri, const char *name, const char *cmdline,
                             enum image_role role, msec_t idle_ms);
