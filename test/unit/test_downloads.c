/*
 * What downloads can do beyond fetching (boot/puck.list "fetch"), and the commands that work on an image's bytes:
 * over a scheme of the test's own, whose files can fail, be slow, and tell what was asked of them.
 */
#include "loaders/image.h"
#include "pm/lib/clock.h"
#include "pm/lib/digest.h"
#include "pm/lib/fail.h"
#include "pm/lib/task.h"
#include "script/command.h"
#include "script/download.h"
#include "script/script.h"
#include "script/settings.h"
#include "test/host/clock.h"
#include "test/host/console.h"
#include "test/host/machine.h"
#include "test/host/memory.h"
#include "tcpip/fetch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test/host/test.h"

/* ---- the server -------------------------------------------------------------------------------------- */

struct file {
    const char *name;
    const void *data;
    size_t len;
    int failures;   /* so many openings fail with rc */
    int rc;
    size_t per_turn; /* bytes between two looks at the world; 0 = all at once */
    bool never_ends; /* nothing comes, for ever */
    msec_t closing;  /* takes so long */
};

static struct file files[16];
static unsigned files_count, opened, open_now, most_open;
static char last_uri[256], last_form[512], last_login[64];

struct test_stream {
    struct stream s;
    const struct file *f;
    size_t at;
};

static long test_read(struct stream *s, void *buf, size_t len)
{
    struct test_stream *t = container_of(s, struct test_stream, s);
    const struct file *f = t->f;
    do {
        int rc = f->per_turn || f->never_ends ? task_pause(NEVER) : 0;
        if (rc < 0)
            return rc;
    } while (f->never_ends);
    len = MIN(len, f->len - t->at);
    len = f->per_turn ? MIN(len, f->per_turn) : len;
    memcpy(buf, (const char *)f->data + t->at, len);
    t->at += len;
    return (long)len;
}

static void test_close(struct stream *s)
{
    struct test_stream *t = container_of(s, struct test_stream, s);
    clock_advance(t->f->closing);
    open_now--;
    free(t);
}

static const struct stream_ops test_ops = {.read = test_read, .close = test_close};

static void remember(const struct uri *u, const struct fetch_request *r)
{
    char *text = uri_text(u, false);
    snprintf(last_uri, sizeof(last_uri), "%s", text);
    free(text);
    snprintf(last_form, sizeof(last_form), "%s|%s|%.*s", r->form ? r->form->method : "-", r->form ? r->form->lines : "",
             r->form ? (int)r->form->len : 0, r->form && r->form->content ? r->form->content : "");
    snprintf(last_login, sizeof(last_login), "%s:%s@%s", r->user ? r->user : "-", r->password ? r->password : "-",
             r->proxy ? r->proxy : "-");
}

static int test_open(const struct uri *u, const struct fetch_request *r, struct stream **out)
{
    opened++;
    remember(u, r);
    for (unsigned i = 0; i < files_count; i++) {
        struct file *f = &files[i];
        if (strcmp(u->path + (*u->path == '/'), f->name) != 0)
            continue;
        if (f->failures > 0) {
            f->failures--;
            return fail(-f->rc, "it did not work");
        }
        struct test_stream *t = calloc(1, sizeof(*t));
        *t = (struct test_stream){{.ops = &test_ops, .size_known = !f->never_ends, .size = f->len}, f, 0};
        open_now++;
        most_open = MAX(most_open, open_now);
        *out = &t->s;
        return 0;
    }
    return fail(ENOENT, "404 Not Found");
}

extern const struct scheme scheme_data;
static const struct scheme scheme_test = {.name = "test", .open = test_open};
const struct scheme *const schemes[] = {&scheme_test, &scheme_data, NULL};

static struct file *serve_bytes(const char *name, const void *data, size_t len)
{
    assert_true(files_count < ARRAY_SIZE(files));
    files[files_count] = (struct file){.name = name, .data = data, .len = len};
    return &files[files_count++];
}

static struct file *serve(const char *name, const char *text)
{
    return serve_bytes(name, text, strlen(text));
}

/* ---- what can be started: files that begin with KERNEL ------------------------------------------------- */

static char started[64];

static int kernel_probe(const struct image *img)
{
    return img->body.len >= 6 && memcmp(img->body.data, "KERNEL", 6) == 0 ? 0 : -ENOEXEC;
}

static int kernel_exec(struct image *img)
{
    snprintf(started, sizeof(started), "%s", (const char *)img->body.data);
    return fail(EIO, "it came back");
}

static const struct loader loader_kernel = {.name = "kernel", .probe = kernel_probe, .exec = kernel_exec};
extern const struct loader loader_gzip;
const struct loader *const loaders[] = {&loader_script, &loader_kernel, &loader_gzip, NULL};

extern const struct command command_boot, command_chain, command_echo, command_imgargs, command_imgextract, command_imgfetch,
    command_imgfree, command_imgmem, command_imgset, command_imgstat, command_initrd, command_iseq, command_kernel,
    command_md5sum, command_param, command_params, command_set, command_sha256sum, command_sha512sum;

const struct help_text *const help_texts[] = {NULL};

const struct command *const commands[] = {
    &command_boot,   &command_chain,   &command_echo,   &command_imgargs, &command_imgextract, &command_imgfetch,
    &command_imgfree, &command_imgmem, &command_imgset, &command_imgstat, &command_initrd,     &command_iseq,
    &command_kernel, &command_md5sum,  &command_param,  &command_params,  &command_set,        &command_sha256sum,
    &command_sha512sum, NULL,
};

static msec_t interrupt_at, interrupted_at;

static void interrupt(msec_t now)
{
    if (now >= interrupt_at) {
        interrupt_at = NEVER;
        interrupted_at = now;
        console_type_key(CTRL_C);
    }
}

static void interrupt_after(msec_t ms)
{
    interrupt_at = after(ms);
    host_world_also(interrupt);
}

static int setup(void **state)
{
    (void)state;
    files_count = opened = open_now = most_open = 0;
    started[0] = last_uri[0] = '\0';
    host_memory(HOST_MEMORY);
    image_remove_all();
    settings_reset();
    settings_builtin_init("1.2.3");
    params_reset();
    console_reset();
    task_reset();
    task_set_world(host_world);
    host_world_also(NULL);
    clock_set_step(1);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    task_uncancel();
    image_remove_all();
    params_reset();
    settings_reset();
    return (int)open_now;
}

static int run(const char *text)
{
    char *script = NULL;
    console_clear();
    fail_clear();
    /* Names are relative to the script, which comes from the server. */
    struct blob body = {.where = PAGES_TOP};
    assert_true(asprintf(&script, "#!ipxe\n%s", text) > 0);
    assert_int_equal(blob_append(&body, script, strlen(script)), 0);
    free(script);
    struct image *img = image_add("the script", "test://host/", "", &body, IMAGE_PLAIN);
    assert_non_null(img);
    img->autofree = true;
    return image_exec(img);
}

static bool printed(const char *what)
{
    bool found = strstr(console_text(), what) != NULL;
    if (!found)
        print_error("\"%s\" is not in:\n%s\n", what, console_text());
    return found;
}

static const char *body_of(const char *name)
{
    struct image *img = image_find(name);
    return img ? (const char *)img->body.data : NULL;
}

/* ---- digests as pins ---------------------------------------------------------------------------------- */

#define ABC   "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define WRONG "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ae"

static void test_pins(void **state)
{
    (void)state;
    serve("abc", "abc");
    serve("k", "KERNEL");
    assert_int_equal(run("imgfetch --sha256 " ABC " abc"), 0);
    assert_string_equal(body_of("abc"), "abc");
    assert_int_equal(run("imgfree\ninitrd abc#sha256=" ABC "\n"), 0);
    assert_string_equal(body_of("abc"), "abc");
    assert_int_equal(run("imgfree\nimgfetch --sha256 BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD abc"), 0);

    assert_int_equal(run("imgfree\nimgfetch --sha256 " WRONG " abc"), -EBADMSG);
    assert_true(printed(ABC) && printed(WRONG));
    assert_null(image_first());
    static const char *const forms[] = {"initrd abc#sha256=" WRONG, "kernel k#sha256=" WRONG, "chain k#sha256=" WRONG,
                                        "imgargs k#sha256=" WRONG,  "imgextract abc#sha256=" WRONG,
                                        "imgset x abc#sha256=" WRONG, "sha256sum abc#sha256=" WRONG,
                                        "imgfetch --sha256 " ABC " abc#sha256=" WRONG};
    for (unsigned i = 0; i < ARRAY_SIZE(forms); i++) {
        assert_int_equal(run(forms[i]), -EBADMSG);
        assert_null(image_first());
    }
    assert_string_equal(started, "");
}

static void test_pin_forms(void **state)
{
    (void)state;
    serve("abc", "abc");
    assert_int_equal(run("imgfetch --sha256 abc abc"), -EINVAL);
    assert_true(printed("64 hex digits"));
    assert_int_equal(run("imgfetch abc#sha256="), -EINVAL);
    assert_int_equal(run("imgfetch abc#sha256=" ABC "0"), -EINVAL);
    assert_int_equal(run("imgfetch abc#sha256=" ABC "g"), -EINVAL);
    assert_int_equal(opened, 0); /* nothing was fetched for that */
    assert_int_equal(run("imgfetch abc#other=1#sha256=" ABC "#more"), 0);
}

/* An image that is there already must match, too; one that does not is gone. */
static void test_pin_of_registered_image(void **state)
{
    (void)state;
    serve("k", "KERNEL");
    assert_int_equal(run("imgfetch k\nkernel --sha256 " WRONG " k"), -EBADMSG);
    assert_null(image_first());
}

/* ---- retry ------------------------------------------------------------------------------------------- */

static void test_retry(void **state)
{
    (void)state;
    struct file *f = serve("k", "KERNEL");
    f->failures = 3;
    f->rc = -ECONNRESET;
    msec_t begun = clock_now();
    assert_int_equal(run("kernel --retry 3 k"), 0);
    assert_int_equal(opened, 4);
    assert_in_range(clock_now() - begun, 7000, 7200); /* 1 + 2 + 4 s */
    assert_true(printed("it did not work") && printed("try 2 of 4 in 1 s") && printed("try 4 of 4 in 4 s"));

    f->failures = 3;
    opened = 0;
    assert_int_equal(run("kernel --retry 2 k#x"), -ECONNRESET);
    assert_int_equal(opened, 3);
    assert_true(printed("after 3 tries"));

    f->failures = 1;
    f->rc = -ENOENT;
    opened = 0;
    assert_int_equal(run("kernel --retry 2 k#x"), -ENOENT);
    assert_int_equal(opened, 1);
    assert_int_equal(run("kernel --retry=-2 k#x"), -EINVAL);
}

/* A file that came damaged is fetched again. */
static void test_retry_of_wrong_digest(void **state)
{
    (void)state;
    serve("abc", "abd");
    assert_int_equal(run("imgfetch --retry 2 --sha256 " ABC " abc"), -EBADMSG);
    assert_int_equal(opened, 3);
    assert_null(image_first());
}

static void test_retry_can_be_interrupted(void **state)
{
    (void)state;
    struct file *f = serve("k", "KERNEL");
    f->failures = 100;
    f->rc = -ETIMEDOUT;
    msec_t begun = clock_now();
    interrupt_after(2500);
    assert_int_equal(run("kernel --retry 90 k"), -ECANCELED);
    assert_in_range(clock_now() - begun, 2400, 2700);
}

/* Ctrl-C stops a download within 100 ms, whatever fetches it, and nothing of it stays. */
static void test_ctrl_c_within_100_ms(void **state)
{
    static const char *const lines[] = {"imgfetch a", "kernel a", "initrd a", "chain a", "imgfetch --retry 9 a"};
    (void)state;
    serve("a", "")->never_ends = true;
    for (unsigned i = 0; i < ARRAY_SIZE(lines); i++) {
        interrupt_after(700 + 17 * i);
        assert_int_equal(run(lines[i]), -ECANCELED);
        assert_in_range(clock_now() - interrupted_at, 0, 100);
        assert_true(printed("interrupted"));
        assert_null(image_first());
        task_uncancel();
    }
}

/* ---- parallel ---------------------------------------------------------------------------------------- */

static void test_parallel(void **state)
{
    (void)state;
    static char big[3][100000];
    static const char *const names[] = {"a", "b", "c"};
    for (unsigned i = 0; i < 3; i++) {
        memset(big[i], 'a' + (int)i, sizeof(big[i]));
        serve_bytes(names[i], big[i], sizeof(big[i]))->per_turn = 500 - 150 * i; /* the last ends last */
    }
    assert_int_equal(run("initrd --parallel a b c"), 0);
    assert_int_equal(most_open, 3);
    struct image *img = image_first();
    for (unsigned i = 0; i < 3; i++, img = img->next) { /* in the order of the line */
        assert_string_equal(img->name, names[i]);
        assert_int_equal(img->body.len, sizeof(big[i]));
        assert_memory_equal(img->body.data, big[i], sizeof(big[i]));
        assert_int_equal(img->role, IMAGE_INITRD);
    }
    assert_true(printed("a,b,c") && printed("test://host/a... ok (100.0 kB") && printed("300.0 kB"));
}

/* The bar is for those that run: behind the last "ok" a line begins. */
static void test_parallel_leaves_no_bar(void **state)
{
    (void)state;
    serve("a", "a");
    serve("b", "b")->closing = 1000;
    assert_int_equal(run("imgfetch --parallel a b\necho NEXT"), 0);
    assert_true(printed("/s)\nNEXT\n"));
}

static void test_parallel_rules(void **state)
{
    (void)state;
    serve("s", "#!ipxe\n");
    serve("k", "KERNEL");
    serve("i", "initrd");
    assert_int_equal(run("imgfetch -q -p s k i"), 0);
    assert_int_equal(image_find("k")->role, IMAGE_PLAIN);
    assert_int_equal(image_find("i")->role, IMAGE_INITRD);
    assert_string_equal(console_text(), "");
    assert_int_equal(run("imgfree\nimgfetch --parallel i other/i"), -EINVAL);
    assert_true(printed("two of the images would be called \"i\""));
    assert_int_equal(run("imgfetch --parallel --name x i k"), -EINVAL);
    assert_int_equal(run("kernel --parallel k"), -EINVAL);
    assert_null(image_first());
}

/* More than run at the same time. */
static void test_parallel_many(void **state)
{
    (void)state;
    static const char *const names[] = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11"};
    for (unsigned i = 0; i < ARRAY_SIZE(names); i++)
        serve(names[i], names[i])->per_turn = 1;
    assert_int_equal(run("initrd --parallel 0 1 2 3 4 5 6 7 8 9 10 11"), 0);
    assert_int_equal(most_open, 6);
    struct image *img = image_first();
    for (unsigned i = 0; i < ARRAY_SIZE(names); i++, img = img->next)
        assert_string_equal((const char *)img->body.data, names[i]);
}

/* All or nothing; the others are stopped at once. */
static void test_parallel_failure(void **state)
{
    (void)state;
    serve("a", "a");
    serve("b", "")->never_ends = true;
    assert_int_equal(run("initrd --parallel a b missing"), -ENOENT);
    assert_true(printed("test://host/missing: 404 Not Found"));
    assert_null(image_first());
    assert_int_equal(run("initrd --parallel a#sha256=" WRONG " b"), -EBADMSG);
    assert_null(image_first());
}

static void test_parallel_interrupted(void **state)
{
    (void)state;
    serve("a", "")->never_ends = true;
    serve("b", "")->never_ends = true;
    interrupt_after(1000);
    assert_int_equal(run("initrd --parallel a b"), -ECANCELED);
    assert_in_range(clock_now() - interrupted_at, 0, 100);
    assert_true(printed("interrupted"));
    assert_null(image_first());
}

/* ---- forms, logins, data ------------------------------------------------------------------------------ */

static void test_k42_params(void **state)
{
    (void)state;
    serve("x", "#!ipxe\n");
    assert_int_equal(run("params\nparam mac 52:54\nparam two a  b\nparam empty\nparam --header X-Y z 1\n"
                         "chain -a x##params"), 0);
    assert_string_equal(last_form, "POST|X-Y: z 1\r\nContent-Type: application/x-www-form-urlencoded\r\n|"
                                   "mac=52%3A54&two=a%20b&empty=");
    assert_int_equal(run("chain -a x##params"), 0); /* the list served once */
    assert_string_equal(last_form, "-||");
    assert_int_equal(run("params --name n --method put\nparam -p n a 1\nchain -a x##params=n"), 0);
    assert_string_equal(last_form, "PUT|Content-Type: application/x-www-form-urlencoded\r\n|a=1");
    assert_int_equal(run("params -m get\nparam a 1\nparam b 2\nchain -a x?q##params"), 0);
    assert_string_equal(last_form, "GET||");
    assert_string_equal(last_uri, "test://host/x?q&a=1&b=2##params");
    assert_int_equal(run("params -m HEAD\nparam -H A b\nimgfetch x##params"), 0);
    assert_string_equal(last_form, "HEAD|A: b\r\n|");
    assert_int_equal(run("params\nparam -H A b\nimgfetch x##params"), 0);
    assert_string_equal(last_form, "GET|A: b\r\n|");
}

static void test_k42_params_errors(void **state)
{
    (void)state;
    serve("x", "x");
    assert_int_equal(run("param a 1"), -ENOENT);
    assert_int_equal(run("params\nparam --params other a 1"), -ENOENT);
    assert_true(printed("other"));
    assert_int_equal(run("params --delete\nparam a 1"), -ENOENT);
    assert_int_equal(run("params --method DELETE"), -EINVAL);
    assert_int_equal(run("params\nparam --header Na:me x"), -EINVAL);
    assert_int_equal(run("params\nset nl:hex 0d:0a:41\nparam --header Name x${nl:string}"), -EINVAL);
    assert_true(printed("control character"));
    assert_int_equal(run("params\nparams\nimgfetch x##paramsx"), 0);
    assert_string_equal(last_form, "-||");
}

static void test_settings(void **state)
{
    (void)state;
    serve("x", "x");
    assert_int_equal(run("imgfetch x"), 0);
    assert_string_equal(last_login, "-:-@-");
    assert_int_equal(run("set username u\nset password p\nset http-proxy proxy:3128\nimgfetch x"), 0);
    assert_string_equal(last_login, "u:p@proxy:3128");
}

static void test_data_uris(void **state)
{
    (void)state;
    static const struct {
        const char *uri, *want;
    } good[] = {
        {"data:,hello", "hello"},         {"data:text/plain,a%20b%3f?c", "a b??c"}, {"data:;base64,aGVsbG8=", "hello"},
        {"data:x/y;base64,aGVsbG8", "hello"}, {"data:,", ""},
    };
    for (unsigned i = 0; i < ARRAY_SIZE(good); i++) {
        char line[100];
        snprintf(line, sizeof(line), "imgfetch -n d %s", good[i].uri);
        assert_int_equal(run(line), 0);
        assert_string_equal(body_of("d"), good[i].want);
    }
    assert_int_equal(run("imgfetch -n d data:hello"), -EINVAL);
    assert_int_equal(run("imgfetch -n d data:;base64,a*b"), -EINVAL);
    assert_int_equal(run("imgfetch -n d data:;base64,aGVsb"), -EINVAL);
    assert_int_equal(run("chain data:,%23!ipxe%0aecho%20from-data"), 0);
    assert_true(printed("from-data"));
}

/* ---- packed images ------------------------------------------------------------------------------------- */

/* What gzip(1) makes of a text. */
static struct file *serve_packed(const char *name, const char *tool, const char *text, size_t repeat)
{
    char command[512];
    u8 *packed = malloc(1 << 20);
    snprintf(command, sizeof(command), "python3 -c 'import sys; sys.stdout.write(sys.argv[1] * int(sys.argv[2]))' '%s' %zu | %s",
             text, repeat, tool);
    FILE *f = popen(command, "r");
    size_t len = fread(packed, 1, 1 << 20, f);
    assert_int_equal(pclose(f), 0);
    return serve_bytes(name, packed, len);
}

static void free_packed(struct file *f)
{
    free((void *)(uintptr_t)f->data);
}

#define ZLIB_TOOL "python3 -c \"import sys, zlib; sys.stdout.buffer.write(zlib.compress(sys.stdin.buffer.read()))\""

static void test_extract(void **state)
{
    (void)state;
    struct file *f = serve_packed("a.gz", "gzip -9", "hello ", 50000), *z = serve_packed("z", ZLIB_TOOL, "zlib", 1);
    assert_int_equal(run("imgextract a.gz"), 0);
    assert_int_equal(image_find("a")->body.len, 300000);
    assert_memory_equal(image_find("a")->body.data + 299994, "hello \0", 7);
    assert_null(image_find("a.gz"));
    assert_int_equal(run("imgfree\ninitrd -q a.gz path\nimgextract --keep --name b a.gz"), 0);
    assert_non_null(image_find("a.gz"));
    assert_string_equal(image_find("b")->cmdline, "path");
    assert_int_equal(image_find("b")->role, IMAGE_INITRD);
    assert_int_equal(run("imgfree\nimgextract z"), 0);
    assert_string_equal(body_of("z.extracted"), "zlib");
    assert_int_equal(run("imgfree\nimgfetch -n same a.gz\nimgextract -n same same"), 0);
    assert_int_equal(image_find("same")->body.len, 300000);
    free_packed(f);
    free_packed(z);
}

static void test_extract_several(void **state)
{
    (void)state;
    struct file *f = serve_packed("two.gz", "(gzip -c; echo -n second | gzip -c; printf '\\0\\0\\0')", "first ", 1);
    assert_int_equal(run("imgextract two.gz"), 0);
    assert_string_equal(body_of("two"), "first second");
    free_packed(f);
}

static void test_extract_errors(void **state)
{
    (void)state;
    struct file *f = serve_packed("a.gz", "gzip -9", "0123456789abcdef", 9000);
    serve("text", "this is no archive");
    assert_int_equal(run("imgextract text"), -ENOEXEC);
    assert_true(printed("text"));
    for (size_t cut = f->len - 1; cut > 10; cut -= MAX(cut / 7, 1)) { /* at every place something is missing */
        f->len = cut;
        assert_int_equal(run("imgfree\nimgextract a.gz"), -EBADMSG);
        assert_true(printed("ends too early"));
        assert_null(image_find("a"));
    }
    f->len = 200;
    ((u8 *)(uintptr_t)f->data)[100] ^= 0x55;
    assert_int_equal(run("imgfree\nimgextract a.gz"), -EBADMSG);
    free_packed(f);
}

/* A few kilobytes that stand for more than the memory: an error with numbers, and all memory back. */
static void test_bomb(void **state)
{
    (void)state;
    struct file *f = serve_packed("bomb.gz", "gzip -9", "0000000000000000", 8 << 20);
    image_remove_all();
    host_memory(16 << 20);
    size_t before = pages_total_free();
    assert_int_equal(run("imgextract bomb.gz"), -ENOMEM);
    assert_true(printed("do not fit into memory") && printed("largest free piece"));
    image_remove_all();
    assert_in_range(pages_total_free(), before - (2 << 20), before);
    free_packed(f);
}

static void test_packed_kernel(void **state)
{
    (void)state;
    struct file *f = serve_packed("k.gz", "gzip", "KERNEL 1", 1), *g = serve_packed("s.gz", "gzip", "#!ipxe\necho hi\n", 1);
    struct file *text = serve_packed("t.gz", "gzip", "no kernel", 1);
    assert_int_equal(run("kernel k.gz quiet\nboot"), -EIO);
    assert_string_equal(started, "KERNEL 1");
    char line[300], hex[DIGEST_HEX_MAX]; /* the pin is of what came, and does not stand in the way later */
    struct digest d;
    digest_start(&d, &digest_sha256);
    digest_add(&d, f->data, f->len);
    digest_end_hex(&d, hex);
    snprintf(line, sizeof(line), "imgfree\nkernel k.gz#sha256=%s\nimgargs k.gz quiet\nboot", hex);
    assert_int_equal(run(line), -EIO);
    assert_int_equal(run("chain s.gz"), 0);
    assert_true(printed("hi"));
    assert_int_equal(run("imgfetch -n k2 k.gz\nkernel k2\nboot"), -EIO);
    assert_int_equal(run("imgfree\nkernel t.gz"), -ENOEXEC);
    assert_true(printed("t.gz cannot be started"));
    assert_null(image_first());
    assert_int_equal(run("initrd k.gz"), 0); /* stays as it is */
    assert_int_equal(image_find("k.gz")->body.len, f->len);
    free_packed(f);
    free_packed(g);
    free_packed(text);
}

/* ---- bytes into settings, memory into images ------------------------------------------------------------- */

static void test_k29_imgset(void **state)
{
    (void)state;
    serve("token", "s3cret\r\n");
    serve("bytes", "\x0a\x00\x00\x01");
    serve_bytes("ip", "\x0a\x00\x00\x0a", 4);
    static char big[70000];
    serve_bytes("big", big, sizeof(big));
    assert_int_equal(run("imgset token token\necho [${token}]"), 0);
    assert_true(printed("[s3cret]\n"));
    assert_null(image_first());
    assert_int_equal(run("imgset --keep x:ipv4 ip\necho ${x} ${x:hex}"), 0);
    assert_true(printed("10.0.0.10 0a:00:00:0a"));
    assert_non_null(image_find("ip"));
    assert_int_equal(run("imgset x big"), -EFBIG);
    assert_true(printed("70000") && printed("65536"));
}

static void test_k53_imgmem(void **state)
{
    (void)state;
    static const char text[] = "in memory";
    char line[100];
    static struct memmap before;
    before = host_memmap;
    memmap_add(&host_memmap, (uintptr_t)text & ~(uintptr_t)4095, ((uintptr_t)text + 8191) & ~(uintptr_t)4095, MEM_RESERVED);
    snprintf(line, sizeof(line), "imgmem --name m 0x%lx %zu", (unsigned long)(uintptr_t)text, sizeof(text) - 1);
    int rc = run(line);
    host_memmap = before;
    assert_int_equal(rc, 0);
    assert_string_equal(body_of("m"), "in memory");
    assert_int_equal(run("imgmem 0x7fff00000000 10"), -EINVAL);
    assert_int_equal(run("imgmem 0 0"), -EINVAL);
    assert_int_equal(run("imgmem 0x100000 0xffffffffffffffff"), -EINVAL);
    assert_int_equal(run("imgmem x 10"), -EINVAL);
}

/* ---- digest commands ------------------------------------------------------------------------------------- */

static void test_k49_digest_commands(void **state)
{
    (void)state;
    serve("abc", "abc");
    assert_int_equal(run("imgfetch -q abc\nmd5sum abc abc"), 0);
    assert_string_equal(console_text(), "900150983cd24fb0d6963f7d28e17f72  abc\n900150983cd24fb0d6963f7d28e17f72  abc\n");
    assert_int_equal(run("sha512sum -s x abc\necho ${x}"), 0);
    assert_string_equal(console_text(), "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
                                        "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f\n");
    assert_int_equal(run("md5sum missing"), -ENOENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
        T(test_pins),
        T(test_pin_forms),
        T(test_pin_of_registered_image),
        T(test_retry),
        T(test_retry_of_wrong_digest),
        T(test_retry_can_be_interrupted),
        T(test_ctrl_c_within_100_ms),
        T(test_parallel),
        T(test_parallel_leaves_no_bar),
        T(test_parallel_rules),
        T(test_parallel_many),
        T(test_parallel_failure),
        T(test_parallel_interrupted),
        T(test_k42_params),
        T(test_k42_params_errors),
        T(test_settings),
        T(test_data_uris),
        T(test_extract),
        T(test_extract_several),
        T(test_extract_errors),
        T(test_bomb),
        T(test_packed_kernel),
        T(test_k29_imgset),
        T(test_k53_imgmem),
        T(test_k49_digest_commands),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
