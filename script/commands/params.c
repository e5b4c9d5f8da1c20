/*
 * Parameter lists (ipxe-behaviour.md K42, K43; scripts-in-the-wild.md 30): what a URI that ends in "##params" or
 * "##params=NAME" sends along. A list serves one URI and is gone then; a URI whose list is not there is a plain GET.
 */
#include "script/command.h"
#include "script/download.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct param {
    struct param *next;
    bool is_header;
    char *key, *value;
};

struct params {
    struct params *next;
    char *name;         /* "" = the list without a name */
    const char *method; /* NULL = POST when there is a form */
    struct param *first;
};

static struct params *lists;

static struct params **find(const char *name, size_t len)
{
    struct params **at = &lists;
    while (*at && (strncmp((*at)->name, name, len) != 0 || (*at)->name[len]))
        at = &(*at)->next;
    return at;
}

static void free_param(struct param *p)
{
    free(p->key);
    free(p->value);
    free(p);
}

static void free_list(struct params *list)
{
    while (list->first) {
        struct param *p = list->first;
        list->first = p->next;
        free_param(p);
    }
    free(list->name);
    free(list);
}

static void unlink_list(struct params **at)
{
    struct params *list = *at;
    if (!list)
        return;
    *at = list->next;
    free_list(list);
}

void params_reset(void)
{
    while (lists)
        unlink_list(&lists);
}

/* ---- what is sent ------------------------------------------------------------------------------------------ */

/* Put text behind text, which is malloc'd; false when memory is out. */
static bool PRINTF_LIKE(2, 3) append(char **text, const char *fmt, ...)
{
    char *more = NULL, *both = NULL;
    va_list args;
    va_start(args, fmt);
    if (vasprintf(&more, fmt, args) < 0 || asprintf(&both, "%s%s", *text ? *text : "", more) < 0)
        both = NULL;
    va_end(args);
    free(more);
    if (!both)
        return false;
    free(*text);
    *text = both;
    return true;
}

/* key=value, percent-encoded, behind an & when others stand before it. */
static bool append_field(char **text, const struct param *p)
{
    char *key = uri_encode(p->key, strlen(p->key)), *value = uri_encode(p->value, strlen(p->value));
    bool ok = key && value && append(text, "%s%s=%s", *text ? "&" : "", key, value);
    free(key);
    free(value);
    return ok;
}

static bool has_content(const char *method)
{
    return strcmp(method, "POST") == 0 || strcmp(method, "PUT") == 0;
}

/* A form that goes with GET or HEAD is the query. */
static bool move_to_query(struct fetch_job *job)
{
    char *uri, *fragment = strchr(job->uri, '#');
    if (fragment)
        *fragment = '\0';
    if (asprintf(&uri, "%s%c%s%s%s", job->uri, strchr(job->uri, '?') ? '&' : '?', job->form_content,
                 fragment ? "#" : "", fragment ? fragment + 1 : "") < 0)
        return false;
    free(job->uri);
    job->uri = uri;
    free(job->form_content);
    job->form_content = NULL;
    return true;
}

static int make_form(struct fetch_job *job, const struct params *list)
{
    bool ok = append(&job->form_lines, "%s", "");
    for (const struct param *p = list->first; p && ok; p = p->next)
        ok = p->is_header ? append(&job->form_lines, "%s: %s\r\n", p->key, p->value)
                          : append_field(&job->form_content, p);
    const char *method = list->method ? list->method : job->form_content ? "POST" : "GET";
    if (ok && job->form_content && !has_content(method))
        ok = move_to_query(job);
    else if (ok && job->form_content)
        ok = append(&job->form_lines, "Content-Type: application/x-www-form-urlencoded\r\n");
    if (!ok)
        return fail(ENOMEM, "no memory for the parameters");
    job->form = (struct fetch_form){
        .method = method,
        .lines = job->form_lines,
        .content = job->form_content,
        .len = job->form_content ? strlen(job->form_content) : 0,
    };
    job->request.form = &job->form;
    return 0;
}

static int prepare(struct fetch_job *job, const struct option_value *given)
{
    (void)given;
    const char *at = strstr(job->uri, "##params");
    if (!at)
        return 0;
    at += strlen("##params");
    if (*at && *at != '=' && *at != '#')
        return 0;
    at += *at == '=';
    struct params **list = find(at, strcspn(at, "#"));
    if (!*list)
        return 0;
    int rc = make_form(job, *list);
    unlink_list(list);
    return rc;
}

static int done(struct fetch_job *job, const struct option_value *given)
{
    (void)given;
    free(job->form_lines);
    free(job->form_content);
    return 0;
}

const struct fetch_feature fetch_params = {.option = FETCH_OPTIONS_COUNT,
                                           .on = {[FETCH_PREPARE] = prepare, [FETCH_DONE] = done}};

/* ---- the commands ------------------------------------------------------------------------------------------ */

enum { PARAMS_NAME, PARAMS_METHOD, PARAMS_DELETE };

static const struct option params_options[] = {
    [PARAMS_NAME] = {'n', "name", OPTION_STRING, "NAME"},
    [PARAMS_METHOD] = {'m', "method", OPTION_STRING, "HEAD|GET|POST|PUT"},
    [PARAMS_DELETE] = {'d', "delete", OPTION_FLAG, NULL},
    {0},
};

static const char *find_method(const char *name)
{
    static const char *const methods[] = {"HEAD", "GET", "POST", "PUT"};
    for (unsigned i = 0; i < ARRAY_SIZE(methods); i++)
        if (strcasecmp(name, methods[i]) == 0)
            return methods[i];
    fail(EINVAL, "--method %.20s: there are HEAD, GET, POST and PUT", name);
    return NULL;
}

static int run_params(const struct command *self, const struct parsed *p)
{
    (void)self;
    const char *name = p->option[PARAMS_NAME].given ? p->option[PARAMS_NAME].string : "", *method = NULL;
    if (p->option[PARAMS_METHOD].given && !(method = find_method(p->option[PARAMS_METHOD].string)))
        return -EINVAL;
    unlink_list(find(name, strlen(name)));
    if (p->option[PARAMS_DELETE].given)
        return 0;
    struct params *list = calloc(1, sizeof(*list));
    if (!list || !(list->name = strdup(name))) {
        free(list);
        return fail(ENOMEM, "no memory for a parameter list");
    }
    list->method = method;
    list->next = lists;
    lists = list;
    return 0;
}

const struct command command_params = {
    .name = "params",
    .topic = "images",
    .synopsis = "",
    .options = params_options,
    .run = run_params,
};

const struct help_text help_params = {
    .says = "Begin a list of parameters for a URI that ends in ##params.",
    .options = {"call the list so; its URI ends in ##params=NAME", "HEAD, GET, POST or PUT", "only remove the list"},
    .example = "params && param mac ${net0/mac} && chain http://srv/boot.php##params\nparams --name n --method PUT",
};

enum { PARAM_LIST, PARAM_HEADER };

static const struct option param_options[] = {
    [PARAM_LIST] = {'p', "params", OPTION_STRING, "NAME"},
    [PARAM_HEADER] = {'H', "header", OPTION_FLAG, NULL},
    {0},
};

/* Nothing that could end the line or stand for another header. */
static int check_header(const char *key, const char *value)
{
    for (const char *c = key; *c; c++)
        if (!isalnum((unsigned char)*c) && !strchr("!#$%&'*+-.^_`|~", *c))
            return fail(EINVAL, "\"%.40s\" cannot be the name of an HTTP header", key);
    for (const char *c = value; *c; c++)
        if ((unsigned char)*c < ' ' || *c == 0x7f)
            return fail(EINVAL, "header %.40s: a control character (0x%02x) in the value", key, (unsigned char)*c);
    return *key ? 0 : fail(EINVAL, "an HTTP header needs a name");
}

static int add(struct params *list, const char *key, char *value, bool is_header)
{
    struct param *p = calloc(1, sizeof(*p)), **at = &list->first;
    if (!p || !(p->key = strdup(key))) {
        free(p);
        free(value);
        return fail(ENOMEM, "no memory for a parameter");
    }
    p->value = value;
    p->is_header = is_header;
    while (*at)
        at = &(*at)->next;
    *at = p;
    return 0;
}

static int run_param(const struct command *self, const struct parsed *p)
{
    (void)self;
    const char *name = p->option[PARAM_LIST].given ? p->option[PARAM_LIST].string : "";
    struct params *list = *find(name, strlen(name));
    if (!list)
        return *name ? fail(ENOENT, "there is no parameter list \"%s\"; `params --name %s` begins it", name, name)
                     : fail(ENOENT, "there is no parameter list; `params` begins one");
    char *value = command_join(p->argc - 1, p->argv + 1);
    if (!value)
        return -ENOMEM;
    int rc = p->option[PARAM_HEADER].given ? check_header(p->argv[0], value) : 0;
    if (rc < 0) {
        free(value);
        return rc;
    }
    return add(list, p->argv[0], value, p->option[PARAM_HEADER].given);
}

const struct command command_param = {
    .name = "param",
    .topic = "images",
    .synopsis = "<key> [<value>...]",
    .options = param_options,
    .min_args = 1,
    .max_args = -1,
    .run = run_param,
};

const struct help_text help_param = {
    .says = "Add a form field or a header to the list of parameters.",
    .options = {"add it to the list of that name", "send it as an HTTP header, not as a form field"},
    .example = "param serial ${serial}\nparam --header X-Token ${token}",
};
