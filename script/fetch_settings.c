/*
 * Settings that downloads obey: username and password for servers whose URI names none, http-proxy.
 */
#include "pm/lib/fail.h"
#include "script/download.h"
#include "script/settings.h"

#include <stdlib.h>

static int prepare(struct fetch_job *job, const struct option_value *given)
{
    (void)given;
    job->request.user = job->user = setting_get("username");
    job->request.password = job->password = setting_get("password");
    job->request.proxy = job->proxy = setting_get("http-proxy");
    return 0;
}

static int done(struct fetch_job *job, const struct option_value *given)
{
    (void)given;
    free(job->user);
    free(job->password);
    free(job->proxy);
    return 0;
}

const struct fetch_feature fetch_settings = {.option = FETCH_OPTIONS_COUNT, .on = {[FETCH_PREPARE] = prepare, [FETCH_DONE] = done}};
