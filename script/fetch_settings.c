/*
 * Settings that downloads obey: username and password for servers whose URI names none, http-proxy, http-connections.
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
    long n = setting_get_long("http-connections", 1);
    job->request.connections = (unsigned)n;
    return n >= 1 && n <= 4 ? 0 : fail(EINVAL, "http-connections can be 1 to 4, not %ld", n);
}

static int done(struct fetch_job *job, const struct option_value *given)
{
    (void)given;
    free(job->user);
    free(job->password);
    free(job->proxy);
    return 0;
}

const struct fetch_feature fetch_settings = {.option = FETCH_OPTIONS_COUNT,
                                             .on = {[FETCH_PREPARE] = prepare, [FETCH_DONE] = done}};
