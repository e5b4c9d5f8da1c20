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

/*
 * Run a script image to its end, exit, or first failing line. Its loader's exec. Returns the status
 * of that line or of exit (which may be positive: `exit 3`), with fail() text that says where it
 * stopped (the causes are printed already); whoever called prints it.
 */
int script_exec(struct image *img);
extern const struct loader loader_script;

/* Run text as if it were a script image (embedded script, command line). */
int script_text(const char *name, const char *text, size_t len);

/*
 * Run the command line of a .lkrn (or of an NBP) as a script of one line, without its words
 * BOOT_IMAGE=... and initrd=.... False when nothing is left to run; else true with the status.
 */
bool script_cmdline(const char *cmdline, int *status);

/* goto, exit and chain --replace act on the innermost script; -EINVAL with text outside of one. */
int script_goto(const char *label);
int script_exit(int status);
int script_replace(struct image *img);
bool script_is_running(void);

/* The last failure of a command as it was printed, with its place in front; "" before the first. */
const char *script_last_report(void);

/* Expand ${...} in a word: malloc'd text; NULL with fail() text on a loop or no memory. */
char *script_expand(const char *word);

/*
 * Base of relative URIs: the URI of the innermost running script that has one, "" outside. Relative
 * names in an embedded script then mean the DHCP server's next-server, as the caller arranges.
 */
const char *script_base_uri(void);

/* Forget the running scripts, the last error and its report (tests). */
void script_reset(void);

/* The interactive shell: prompt, line editor, until `exit`. Returns the last status. */
int shell_run(void);
void shell_reset(void); /* forget the history (tests) */

/*
 * Resolve a reference against the base URI, download it with progress shown on the consoles, and
 * register the image. NULL with fail() text. `name` NULL = last path segment.
 */
struct image *image_download(const char *uri, const char *name, const char *cmdline,
                             enum image_role role, msec_t idle_ms);
