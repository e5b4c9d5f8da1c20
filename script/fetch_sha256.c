/*
 * --sha256 HEX, and "#sha256=HEX" at the end of any URI: a file with another digest never becomes an image. Both are
 * looked at when both are given.
 */
#include "pm/lib/digest.h"
#include "pm/lib/fail.h"
#include "pm/lib/task.h"
#include "script/download.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define DIGITS 64u
#define STEP   (256u << 10) /* bytes between looks at the keyboard */

/* The pin as "#sha256=" has it ends at the next '#'. */
static int check_form(const char *pin)
{
    size_t len = strcspn(pin, "#"), digits = 0;
    while (isxdigit((unsigned char)pin[digits]))
        digits++;
    if (digits == DIGITS && len == DIGITS)
        return 0;
    return fail(EINVAL, "a SHA-256 digest has %u hex digits: \"%.*s\" has %zu%s", DIGITS, (int)MIN(len, 80), pin,
                digits, digits < len ? " and other characters" : "");
}

static int hash(const struct blob *body, char hex[DIGEST_HEX_MAX])
{
    struct digest d;
    int rc = 0;
    digest_start(&d, &digest_sha256);
    for (size_t at = 0, n; at < body->len && rc == 0; at += n) {
        n = MIN(body->len - at, STEP);
        digest_add(&d, body->data + at, n);
        rc = task_pause(NEVER);
    }
    digest_end_hex(&d, hex);
    return rc;
}

static int compare(const struct fetch_job *job, const char *pin)
{
    char hex[DIGEST_HEX_MAX];
    int rc = check_form(pin);
    if (rc == 0) {
        char *note = task_current()->note;
        snprintf(note, sizeof(task_current()->note), "checking its digest");
        rc = hash(&job->body, hex);
        *note = '\0';
    }
    if (rc == 0 && strncasecmp(hex, pin, DIGITS) != 0)
        rc = fail(EBADMSG, "%s is not the file that was meant: its SHA-256 is %s, wanted was %.64s", job->name,
                  hex, pin);
    return rc;
}

static int with_pins(const struct fetch_job *job, const struct option_value *given,
                     int (*act)(const struct fetch_job *job, const char *pin))
{
    const char *pin = fetch_fragment(job->uri, "sha256");
    int rc = given->given ? act(job, given->string) : 0;
    return rc == 0 && pin ? act(job, pin) : rc;
}

static int check_job(const struct fetch_job *job, const char *pin)
{
    (void)job;
    return check_form(pin);
}

static int prepare(struct fetch_job *job, const struct option_value *given)
{
    return with_pins(job, given, check_job);
}

static int arrived(struct fetch_job *job, const struct option_value *given)
{
    return with_pins(job, given, compare);
}

const struct fetch_feature fetch_sha256 = {
    .option = FETCH_SHA256,
    .on = {[FETCH_PREPARE] = prepare, [FETCH_ARRIVED] = arrived},
};
