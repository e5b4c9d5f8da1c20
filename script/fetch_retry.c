/*
 * --retry N: a download that failed for a reason that may pass is tried again up to N times, after 1 s, then twice
 * as long each time. A file that is not there, or a password that is wrong, is not tried again.
 */
#include "pm/lib/clock.h"
#include "pm/lib/fail.h"
#include "pm/lib/task.h"
#include "script/download.h"

#include <stdio.h>

#define FIRST_S 1u
#define MAX_S   30u

static bool may_pass(int rc)
{
    switch (-rc) {
    case ECANCELED:
    case EINVAL:
    case ENOENT:
    case EACCES:
    case ENOMEM:
    case EFBIG:
    case ELOOP:
    case ENAMETOOLONG:
    case EPROTONOSUPPORT:
        return false;
    default:
        return true;
    }
}

static unsigned pause_s(int tries)
{
    unsigned s = FIRST_S;
    while (--tries > 0 && s < MAX_S)
        s *= 2;
    return MIN(s, MAX_S);
}

static int wait_s(unsigned seconds)
{
    int rc = task_wait_noting(seconds, "next try in");
    return rc < 0 ? rc : FETCH_AGAIN;
}

static int failed(struct fetch_job *job, const struct option_value *given)
{
    if (!given->given || !may_pass(job->rc))
        return 0;
    if (job->tries > given->number)
        return job->tries > 1 ? fail_in(job->rc, "after %d tries: ", job->tries) : 0;
    unsigned s = pause_s(job->tries);
    printf("\r%-79s\n  try %d of %ld in %u s\n", fail_text(job->rc), job->tries + 1, given->number + 1, s);
    return wait_s(s);
}

static int prepare(struct fetch_job *job, const struct option_value *given)
{
    (void)job;
    if (given->number >= 0)
        return 0;
    return fail(EINVAL, "--retry %ld: how often to try again cannot be negative", given->number);
}

const struct fetch_feature fetch_retry = {
    .option = FETCH_RETRY,
    .on = {[FETCH_PREPARE] = prepare, [FETCH_FAILED] = failed},
};
