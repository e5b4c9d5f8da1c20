/*
 * Errors in words. A function that fails returns a negative errno code, and whoever knows the
 * cause says it once, where it arises:
 *
 *     return fail(EPROTO, "chunk size of %u digits is too long", n);
 *
 * The text belongs to the current task (pm/lib/task.h). The shell prints it after the script line.
 */
#pragma once

#include "pm/lib/types.h"

#include <errno.h>

#define FAIL_TEXT_MAX 320 /* bytes, with the NUL; a longer text is cut */

/* Store the text of a cause and return -code (code > 0, for example ENOENT). */
int fail(int code, const char *fmt, ...) PRINTF_LIKE(2, 3);

/*
 * Put words in front of the text that is there ("http://srv/x: " + old text) and return rc
 * unchanged. With no text stored yet, errno's own text follows the words.
 */
int fail_in(int rc, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* The text stored for the current task; for an empty one, the plain words for rc. Never NULL. */
const char *fail_text(int rc);

/* Forget the text: a command starts afresh. */
void fail_clear(void);

/* "No such file or directory" for ENOENT or -ENOENT. */
const char *error_name(int rc);
