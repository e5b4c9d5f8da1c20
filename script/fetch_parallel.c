/*
 * --parallel: each argument of imgfetch, initrd and module is a URI of its own, and all are fetched at the same
 * time, one task each. All of them become images, in the order of the arguments, or none does. Without the option
 * the words behind the first are the image's arguments; here `imgargs` gives them afterwards.
 */
#include "pm/lib/fail.h"
#include "pm/lib/task.h"
#include "script/download.h"
#include "script/progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define AT_ONCE 6 /* connections; each has a task's stack and a receive ring */

struct batch {
    const struct download *common;
    struct download *downloads;
    struct fetch_job *jobs;
    int count, started, finished;
    struct progress progress;
    char label[80];
};

/* An image replaces another of its name: two of a batch must not. */
static int check_name(const struct batch *b, int i)
{
    for (int k = 0; k < i; k++)
        if (strcmp(b->jobs[k].name, b->jobs[i].name) == 0)
            return fail(EINVAL, "two of the images would be called \"%s\"", b->jobs[i].name);
    return 0;
}

static int start_next(struct batch *b, char *uri)
{
    int i = b->started++;
    b->downloads[i] = *b->common;
    b->downloads[i].uri = uri;
    int rc = fetch_start(&b->jobs[i], &b->downloads[i]);
    return rc < 0 ? rc : check_name(b, i);
}

/* ---- progress: of the sum, with the names of those that run ----------------------------------------------- */

static void show(struct batch *b)
{
    u64 done = 0, total = 0;
    bool is_known = b->started == b->count;
    const char *note = "";
    size_t at = 0;
    b->label[0] = '\0';
    for (int i = 0; i < b->started; i++) {
        const struct fetch_job *job = &b->jobs[i];
        const struct task *t = job->task;
        done += t ? t->done : job->body.len;
        total += t ? t->total : job->body.len;
        is_known = is_known && (!t || t->total);
        if (t && *t->note)
            note = t->note;
        if (t && at < sizeof(b->label))
            at += (size_t)snprintf(b->label + at, sizeof(b->label) - at, "%s%s", at ? "," : "", job->name);
    }
    progress_update(&b->progress, done, is_known ? total : 0, note);
}

static void tell_success(struct batch *b, const struct fetch_job *job)
{
    char *shown = fetch_shown_uri(job->uri);
    if (shown)
        progress_success(&b->progress, shown, job->body.len);
    free(shown);
}

/* ---- running ------------------------------------------------------------------------------------------- */

/* Take leave of tasks that have ended. The first failure counts. */
static int reap(struct batch *b)
{
    for (int i = 0; i < b->started; i++) {
        struct fetch_job *job = &b->jobs[i];
        if (!job->task || !job->task->finished)
            continue;
        int rc = task_join(job->task);
        job->task = NULL;
        b->finished++;
        if (rc < 0)
            return rc;
        if (!b->common->quiet)
            tell_success(b, job);
    }
    return 0;
}

static int run(struct batch *b, char **uris)
{
    int rc = 0;
    progress_start(&b->progress, b->label);
    while (rc == 0 && b->finished < b->count) {
        while (rc == 0 && b->started < b->count && b->started - b->finished < AT_ONCE)
            rc = start_next(b, uris[b->started]);
        if (rc == 0)
            rc = task_pause(NEVER);
        if (rc == 0)
            rc = reap(b);
        if (rc == 0 && b->finished < b->count && !b->common->quiet)
            show(b);
    }
    progress_clear(&b->progress);
    return rc;
}

static int register_all(struct batch *b, void (*registered)(struct image *img))
{
    int rc = 0;
    for (int i = 0; i < b->count && rc == 0; i++) {
        struct image *img = fetch_register(&b->jobs[i]);
        if (img)
            registered(img);
        else
            rc = -ENOMEM;
        for (int k = 0; !img && k < i; k++)
            image_remove(image_find(b->jobs[k].name));
    }
    return rc;
}

static int fetch_all(const struct download *d, int argc, char **uris, void (*registered)(struct image *img))
{
    struct batch b = {.common = d, .count = argc};
    char text[FAIL_TEXT_MAX] = "";
    int rc = 0;
    if (d->name && argc > 1)
        return fail(EINVAL, "--name is for one image, not for %d", argc);
    b.jobs = calloc((size_t)argc, sizeof(*b.jobs));
    b.downloads = calloc((size_t)argc, sizeof(*b.downloads));
    if (b.jobs && b.downloads)
        rc = run(&b, uris);
    else
        rc = fail(ENOMEM, "no memory for %d downloads", argc);
    if (rc == 0)
        rc = register_all(&b, registered);
    if (rc < 0) /* those that are stopped now have nothing to add */
        snprintf(text, sizeof(text), "%s", fail_text(rc));
    for (int i = 0; i < b.started; i++)
        fetch_end(&b.jobs[i]);
    free(b.jobs);
    free(b.downloads);
    return rc < 0 ? fail(-rc, "%s", text) : 0;
}

const struct fetch_feature fetch_parallel = {.option = FETCH_OPTIONS_COUNT, .all = fetch_all};
