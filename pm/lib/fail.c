/*
 * Errors in words (fail.h). The text lives in the running task, so two downloads that fail at the
 * same time keep their own causes.
 */
#include "pm/lib/fail.h"
#include "pm/lib/task.h"

#include <stdio.h>
#include <string.h>

/*
 * Fixed-size texts rather than pointers: a table of pointers would need a relocation for each
 * entry, while the padding compresses to nothing.
 */
static const struct {
    u8 code;
    char text[43];
} names[] = {
    {ENOENT, "No such file or directory"},
    {EIO, "Input/output error"},
    {ENXIO, "No such device or address"},
    {E2BIG, "Argument list too long"},
    {ENOEXEC, "Exec format error"},
    {EAGAIN, "Try again"},
    {ENOMEM, "Not enough memory"},
    {EACCES, "Permission denied"},
    {ENODEV, "No such device"},
    {EINVAL, "Invalid argument"},
    {EFBIG, "File too large"},
    {ENOSPC, "No space left"},
    {ERANGE, "Result too large"},
    {ENAMETOOLONG, "Name too long"},
    {ELOOP, "Too many levels of nesting"},
    {EPROTO, "Protocol error"},
    {EBADMSG, "Bad message"},
    {EMSGSIZE, "Message too long"},
    {EPROTONOSUPPORT, "Protocol not supported"},
    {EOPNOTSUPP, "Operation not supported"},
    {EADDRINUSE, "Address already in use"},
    {ENETDOWN, "Network is down"},
    {ENETUNREACH, "Network unreachable"},
    {ECONNRESET, "Connection reset"},
    {ENOBUFS, "No buffer space"},
    {ETIMEDOUT, "Timed out"},
    {ECONNREFUSED, "Connection refused"},
    {EHOSTUNREACH, "Host unreachable"},
    {ECANCELED, "Interrupted"},
};

const char *error_name(int rc)
{
    int code = rc < 0 ? -rc : rc;
    for (size_t i = 0; i < ARRAY_SIZE(names); i++)
        if (names[i].code == code)
            return names[i].text;
    return code ? "Unknown error" : "Success";
}

/* Formatted aside first: the arguments may well contain the text that is being replaced. */
static void store(const char *fmt, va_list args, const char *tail)
{
    char text[FAIL_TEXT_MAX];
    int len = vsnprintf(text, sizeof(text), fmt, args);
    if (len >= 0 && (size_t)len < sizeof(text))
        snprintf(text + len, sizeof(text) - (size_t)len, "%s", tail);
    memcpy(task_current()->fail_text, text, sizeof(text));
}

int fail(int code, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    store(fmt, args, "");
    va_end(args);
    return -code;
}

int fail_in(int rc, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    store(fmt, args, fail_text(rc));
    va_end(args);
    return rc;
}

const char *fail_text(int rc)
{
    const char *text = task_current()->fail_text;
    return *text ? text : error_name(rc);
}

void fail_clear(void)
{
    task_current()->fail_text[0] = '\0';
}
