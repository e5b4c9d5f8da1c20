/*
 * Downloading an image (download.h): the fetch runs in a task of its own, and whoever waits for it
 * shows how far it is.
 */
#include "script/download.h"
#include "pm/lib/fail.h"
#include "pm/lib/task.h"
#include "script/progress.h"
#include "script/script.h"
#include "script/settings.h"
#include "tcpip/fetch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Every feature has its say; the first that returns anything but 0 decides. */
static int tell(struct fetch_job *job, enum fetch_event event)
{
    static const struct option_value none;
    const struct option_value *options = job->d->options;
    int rc = 0;
    for (const struct fetch_feature *const *f = fetch_features; *f && rc == 0; f++) {
        bool is_given = options && (*f)->option < FETCH_OPTIONS_COUNT;
        if ((*f)->on[event])
            rc = (*f)->on[event](job, is_given ? &options[(*f)->option] : &none);
    }
    return rc;
}

const char *fetch_fragment(const char *uri, const char *key)
{
    size_t len = strlen(key);
    while ((uri = strchr(uri, '#')) != NULL) {
        uri++;
        if (strncmp(uri, key, len) == 0 && uri[len] == '=')
            return uri + len + 1;
    }
    return NULL;
}

/* What was asked for must not be left undone in silence: an image may lack the feature. */
static int check_features(const struct fetch_job *job)
{
    const struct option_value *options = job->d->options;
    bool wanted[FETCH_OPTIONS_COUNT];
    for (unsigned i = 0; i < FETCH_OPTIONS_COUNT; i++)
        wanted[i] = options && options[i].given;
    wanted[FETCH_SHA256] |= fetch_fragment(job->uri, "sha256") != NULL;
    for (const struct fetch_feature *const *f = fetch_features; *f; f++)
        if ((*f)->option < FETCH_OPTIONS_COUNT)
            wanted[(*f)->option] = false;
    if (!wanted[FETCH_SHA256] && !wanted[FETCH_RETRY])
        return 0;
    return fail(EOPNOTSUPP, "this image has neither sha256 nor retry");
}

/* ---- one download -------------------------------------------------------------------------------------- */

static void drop(struct fetch_job *job)
{
    blob_free(&job->body);
    free(job->final_uri);
    job->final_uri = NULL;
}

static int run(void *arg)
{
    struct fetch_job *job = arg;
    for (job->tries = 1;; job->tries++) {
        job->rc = fetch(job->uri, &job->request, &job->body, &job->final_uri);
        if (job->rc == 0)
            job->rc = tell(job, FETCH_ARRIVED);
        if (job->rc == 0)
            return 0;
        drop(job);
        int rc = tell(job, FETCH_FAILED);
        if (rc <= 0)
            return rc ? rc : job->rc;
    }
}

/* For people: without password, without a query that may hold one, without control characters. */
char *fetch_shown_uri(const char *uri)
{
    struct uri *u = uri_parse(uri);
    char *text = u ? uri_text(u, true) : strdup("?");
    free(u);
    if (text)
        text[strcspn(text, "?#")] = '\0';
    return text;
}

/*
 * What a relative name is relative to. Outside of scripts that came from somewhere it is the TFTP
 * server that DHCP named, as for the ROM that fetched us.
 */
static char *resolve(const char *reference)
{
    char *server = NULL, *base = NULL;
    if (!*script_base_uri() && (server = setting_get("next-server")) != NULL &&
        asprintf(&base, "tftp://%s/", server) < 0)
        base = NULL;
    char *uri = uri_resolve(base ? base : script_base_uri(), reference);
    free(server);
    free(base);
    return uri;
}

int fetch_start(struct fetch_job *job, const struct download *d)
{
    /* initrds lie one behind the other, ready to be used; what is copied anyway must not come between */
    *job = (struct fetch_job){
        .d = d,
        .request.idle_ms = d->idle_ms,
        .body.where = d->role == IMAGE_INITRD ? PAGES_UP : PAGES_TOP,
    };
    job->uri = resolve(d->uri);
    if (job->uri)
        job->name = d->name ? strdup(d->name) : uri_basename(job->uri);
    if (job->name && !*job->name) {
        free(job->name);
        job->name = strdup("unnamed");
    }
    if (!job->name)
        return fail(ENOMEM, "no memory for a URI");
    int rc = check_features(job);
    if (rc == 0)
        rc = tell(job, FETCH_PREPARE);
    if (rc < 0)
        return rc;
    job->task = task_start("download", run, job);
    return job->task ? 0 : -ENOMEM;
}

static int wait_showing(struct fetch_job *job, const char *shown)
{
    struct progress p;
    struct task *t = job->task;
    progress_start(&p, job->name);
    while (!t->finished && task_pause(NEVER) == 0)
        if (shown)
            progress_update(&p, t->done, t->total, t->note);
    int rc = task_join(t);
    job->task = NULL;
    if (rc < 0)
        progress_clear(&p);
    else if (shown)
        progress_success(&p, shown, job->body.len);
    return rc;
}

struct image *fetch_register(struct fetch_job *job)
{
    const struct download *d = job->d;
    struct image *img = image_add(job->name, job->final_uri, d->cmdline ? d->cmdline : "", &job->body, d->role);
    if (img)
        img->autofree = d->autofree;
    return img;
}

void fetch_end(struct fetch_job *job)
{
    if (job->task) {
        task_cancel(job->task);
        task_join(job->task);
    }
    tell(job, FETCH_DONE);
    drop(job);
    free(job->name);
    free(job->uri);
}

int image_fetch(const struct download *d, struct image **out)
{
    struct fetch_job job;
    char *shown = NULL;
    int rc = fetch_start(&job, d);
    if (rc == 0 && !d->quiet)
        shown = fetch_shown_uri(job.uri);
    if (rc == 0)
        rc = wait_showing(&job, shown);
    if (rc == 0 && !(*out = fetch_register(&job)))
        rc = -ENOMEM;
    free(shown);
    fetch_end(&job);
    return rc;
}

int images_fetch(const struct download *d, int argc, char **uris, void (*registered)(struct image *img))
{
    for (const struct fetch_feature *const *f = fetch_features; *f; f++)
        if ((*f)->all)
            return (*f)->all(d, argc, uris, registered);
    return fail(EOPNOTSUPP, "this image cannot fetch in parallel");
}

/* An image that is here already must keep what the options promise, too. */
static int check(const struct download *d, struct image *img)
{
    char *uri = strdup(d->uri); /* not the image's: a pin that it was fetched with is of what was packed */
    struct fetch_job job = {.d = d, .uri = uri, .name = img->name, .body = img->body};
    int rc = uri ? tell(&job, FETCH_ARRIVED) : fail(ENOMEM, "no memory for a URI");
    free(uri);
    if (rc < 0)
        image_remove(img);
    return rc;
}

int image_acquire(const struct download *d, struct image **out, bool *fresh)
{
    *out = image_find(d->uri);
    *fresh = !*out;
    if (*fresh)
        return image_fetch(d, out);
    int rc = check(d, *out);
    return rc == 0 && d->cmdline && *d->cmdline ? image_set_cmdline(*out, d->cmdline) : rc;
}

struct image *image_download(const char *uri, const char *name, const char *cmdline,
                             enum image_role role, msec_t idle_ms)
{
    struct download d = {.uri = uri, .name = name, .cmdline = cmdline, .role = role, .idle_ms = idle_ms};
    struct image *img;
    return image_fetch(&d, &img) < 0 ? NULL : img;
}
