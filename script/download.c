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

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct job {
    char *uri;       /* absolute */
    char *final_uri; /* after redirects */
    struct blob body;
    msec_t idle_ms;
};

static int run(void *arg)
{
    struct job *job = arg;
    return fetch(job->uri, &job->body, &job->final_uri, job->idle_ms);
}

/* For people: without password, without a query that may hold one, without control characters. */
static char *shown_uri(const char *uri)
{
    struct uri *u = uri_parse(uri);
    char *text = u ? uri_text(u, true) : strdup("?");
    free(u);
    if (!text)
        return NULL;
    text[strcspn(text, "?#")] = '\0';
    for (char *c = text; *c; c++)
        if (!isprint((unsigned char)*c))
            *c = '?';
    return text;
}

static int fetch_showing(struct job *job, const char *label, const char *shown)
{
    struct progress p;
    struct task *t = task_start("download", run, job);
    if (!t)
        return -ENOMEM;
    progress_start(&p, label);
    while (!t->finished && task_pause(NEVER) == 0)
        if (shown)
            progress_update(&p, t->done, t->total);
    int rc = task_join(t);
    if (rc < 0)
        progress_clear(&p);
    else if (shown)
        progress_success(&p, shown, job->body.len);
    return rc;
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

/* Everything but strings: they are job's and the caller's. */
static int fetch_image(const struct download *d, struct job *job, const char *name, struct image **out)
{
    char *shown = shown_uri(job->uri);
    if (!shown)
        return fail(ENOMEM, "no memory for a URI");
    int rc = fetch_showing(job, name, d->quiet ? NULL : shown);
    free(shown);
    if (rc < 0)
        return rc;
    *out = image_add(name, job->final_uri, d->cmdline ? d->cmdline : "", &job->body, d->role);
    if (*out)
        return 0;
    blob_free(&job->body);
    return -ENOMEM;
}

int image_fetch(const struct download *d, struct image **out)
{
    /* initrds lie one behind the other, ready to be used; what is copied anyway must not come between */
    struct job job = {.body.where = d->role == IMAGE_INITRD ? PAGES_UP : PAGES_TOP, .idle_ms = d->idle_ms};
    char *name = NULL;
    int rc = -ENOMEM;

    job.uri = resolve(d->uri);
    if (job.uri)
        name = d->name ? strdup(d->name) : uri_basename(job.uri);
    if (name && !*name) {
        free(name);
        name = strdup("unnamed");
    }
    if (name)
        rc = fetch_image(d, &job, name, out);
    else
        fail(ENOMEM, "no memory for a URI");
    free(name);
    free(job.final_uri);
    free(job.uri);
    return rc;
}

int image_acquire(const struct download *d, struct image **out, bool *fresh)
{
    *out = image_find(d->uri);
    *fresh = !*out;
    if (*fresh)
        return image_fetch(d, out);
    return d->cmdline && *d->cmdline ? image_set_cmdline(*out, d->cmdline) : 0;
}

struct image *image_download(const char *uri, const char *name, const char *cmdline,
                             enum image_role role, msec_t idle_ms)
{
    struct download d = {uri, name, cmdline, role, idle_ms, false};
    struct image *img;
    return image_fetch(&d, &img) < 0 ? NULL : img;
}
