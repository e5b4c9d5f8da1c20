/*
 * The image commands as scripts use them, over a server that this test plays: URIs are test://host/NAME
 * and what is served, and how fast, stands in a table.
 */
#include "loaders/image.h"
#include "pm/lib/fail.h"
#include "pm/lib/task.h"
#include "script/command.h"
#include "script/download.h"
#include "script/script.h"
#include "script/settings.h"
#include "tcpip/fetch.h"
#include "test/host/clock.h"
#include "test/host/console.h"
#include "test/host/handover.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test/host/test.h"

/* ---- the server -------------------------------------------------------------------------------------- */

struct file {
    const char *name;
    const char *text;
    size_t len;      /* 0 = of the text; longer is filled up with x */
    bool no_size;    /* the size is not told */
    size_t per_turn; /* bytes in 1 ms, which is a round of all tasks; 0 = all at once */
    size_t stalls;   /* nothing comes after so many bytes; 0 = never */
};

static struct file files[16];
static unsigned files_count, opened;
static char last_uri[128];

struct test_stream {
    struct stream s;
    const struct file *f;
    size_t len, at;
    msec_t idle_ms;
};

static long test_read(struct stream *s, void *buf, size_t len)
{
    struct test_stream *t = container_of(s, struct test_stream, s);
    if (t->f->per_turn || t->f->stalls) {
        int rc = task_pause(NEVER);
        if (rc < 0)
            return rc;
    }
    msec_t deadline = after(t->idle_ms);
    while (t->f->stalls && t->at >= t->f->stalls) {
        int rc = task_pause(deadline);
        if (rc < 0)
            return rc == -ETIMEDOUT ? fail(ETIMEDOUT, "nothing came for %u ms", (unsigned)t->idle_ms) : rc;
    }
    len = MIN(len, t->len - t->at);
    len = t->f->per_turn ? MIN(len, t->f->per_turn) : len;
    len = t->f->stalls ? MIN(len, t->f->stalls - t->at) : len;
    size_t text = strlen(t->f->text);
    for (size_t i = 0; i < len; i++, t->at++)
        ((char *)buf)[i] = t->at < text ? t->f->text[t->at] : 'x';
    return (long)len;
}

static void test_close(struct stream *s)
{
    free(container_of(s, struct test_stream, s));
}

static const struct stream_ops test_ops = {.read = test_read, .close = test_close};

static int test_open(const struct uri *u, const struct fetch_request *r, struct stream **out)
{
    opened++;
    char *text = uri_text(u, false);
    snprintf(last_uri, sizeof(last_uri), "%s", text);
    free(text);
    for (unsigned i = 0; i < files_count; i++) {
        const struct file *f = &files[i];
        if (strcmp(u->path + (*u->path == '/'), f->name) != 0)
            continue;
        struct test_stream *t = calloc(1, sizeof(*t));
        t->f = f;
        t->len = f->len ? f->len : strlen(f->text);
        t->idle_ms = r->idle_ms;
        t->s.ops = &test_ops;
        t->s.size_known = !f->no_size;
        t->s.size = t->len;
        *out = &t->s;
        return 0;
    }
    return fail(ENOENT, "404 Not Found");
}

static const struct scheme scheme_test = {.name = "test", .open = test_open},
                           scheme_tftp = {.name = "tftp", .open = test_open};
const struct scheme *const schemes[] = {&scheme_test, &scheme_tftp, NULL};

/* As in undionly: what such an image cannot do, it refuses. test_downloads.c has them all. */
const struct fetch_feature *const fetch_features[] = {NULL};

static struct file *serve(const char *name, const char *text)
{
    assert_true(files_count < ARRAY_SIZE(files));
    files[files_count] = (struct file){.name = name, .text = text};
    return &files[files_count++];
}

/* ---- a kernel: begins with KERNEL; exec tells what it would have been given ------------------------- */

static char handed[256];

static int kernel_probe(const struct image *img)
{
    return img->body.len >= 6 && memcmp(img->body.data, "KERNEL", 6) == 0 ? 0 : -ENOEXEC;
}

static int kernel_exec(struct image *img)
{
    int n = snprintf(handed, sizeof(handed), "%s(%s)", img->name, img->cmdline);
    for (struct image *i = image_first(); i; i = i->next)
        if (i->role == IMAGE_INITRD)
            n += snprintf(handed + n, sizeof(handed) - (size_t)n, " %s(%s)", i->name, i->cmdline);
    return fail(EIO, "it came back");
}

static const struct loader loader_kernel = {.name = "kernel", .probe = kernel_probe, .exec = kernel_exec};
const struct loader *const loaders[] = {&loader_script, &loader_kernel, NULL};

extern const struct command command_boot, command_chain, command_echo, command_exit, command_help,
    command_imgargs, command_imgexec, command_imgfetch, command_imgfree, command_imgload, command_imgselect,
    command_imgstat, command_initrd, command_iseq, command_kernel, command_module, command_set,
    command_sha256sum;

const struct command *const commands[] = {
    &command_boot,
    &command_chain,
    &command_echo,
    &command_exit,
    &command_help,
    &command_imgargs,
    &command_imgexec,
    &command_imgfetch,
    &command_imgfree,
    &command_imgload,
    &command_imgselect,
    &command_imgstat,
    &command_initrd,
    &command_iseq,
    &command_kernel,
    &command_module,
    &command_set,
    &command_sha256sum,
    NULL,
};
const struct help_text *const help_texts[] = {NULL}; /* as in undionly.kpxe */

static size_t free_at_start;

static int setup(void **state)
{
    (void)state;
    handover_machine(32 << 20, 0x9f000);
    free_at_start = pages_total_free();
    files_count = opened = 0;
    handed[0] = '\0';
    settings_reset();
    settings_builtin_init("1.2.3");
    console_reset();
    task_reset();
    task_set_world(host_world);
    clock_set_step(1);
    return 0;
}

/* Whatever happened: with the images freed, all memory is there again. */
static int teardown(void **state)
{
    (void)state;
    task_uncancel();
    image_remove_all();
    settings_reset();
    return pages_total_free() != free_at_start;
}

/* Run as a script that was fetched from test://host/dir/; without progress lines in between. */
static int run(const char *text)
{
    struct blob body = {.where = PAGES_TOP};
    char script[1024];
    console_clear();
    snprintf(script, sizeof(script), "#!ipxe\n%s", text);
    assert_int_equal(blob_append(&body, script, strlen(script)), 0);
    struct image *img = image_add("t", "test://host/t", "", &body, IMAGE_PLAIN);
    img->autofree = true;
    return image_exec(img);
}

static bool printed(const char *text)
{
    return strstr(console_text(), text) != NULL;
}

/* ---- what a kernel gets ------------------------------------------------------------------------------ */

static void test_kernel_initrd_boot(void **state)
{
    (void)state;
    serve("linux", "KERNEL");
    serve("initrd.gz", "zip");
    serve("files/passwd", "root");
    assert_int_equal(run("kernel linux console=ttyS0  quiet\ninitrd initrd.gz\n"
                         "module files/passwd /etc/passwd mode=600\nboot\n"),
                     -EIO);
    assert_string_equal(handed, "linux(console=ttyS0 quiet) initrd.gz() passwd(/etc/passwd mode=600)");
    assert_true(printed("t:4") || printed("t:5"));
    assert_true(printed("boot: it came back"));
}

/* Leftovers that iPXE hands over and that corrupt an initramfs. */
static void test_only_initrds_go_along(void **state)
{
    (void)state;
    serve("linux", "KERNEL");
    serve("other", "KERNEL");
    serve("sub.ipxe", "#!ipxe\nexit 1\n");
    serve("page", "<html>404</html>");
    serve("initrd", "zip");
    serve("lib.ipxe", "#!ipxe\n");
    serve("third", "KERNEL");
    assert_int_equal(
        run("chain sub.ipxe ||\nchain page ||\nimgfetch lib.ipxe\nkernel other ||\nimgfetch third\n"
            "imgargs page x ||\nkernel linux\ninitrd nowhere ||\nimgfetch initrd\nboot\n"),
        -EIO);
    assert_string_equal(handed, "linux() initrd()");
    assert_non_null(image_find("sub.ipxe")); /* as in iPXE, a script that was called stays */
    assert_int_equal(image_find("third")->role, IMAGE_PLAIN);
}

static void test_initrd_takes_anything_named(void **state)
{
    (void)state;
    serve("linux", "KERNEL");
    serve("script", "#!ipxe\n");
    assert_int_equal(run("initrd --name run.ipxe script\nkernel -n k linux\nboot\n"), -EIO);
    assert_string_equal(handed, "k() run.ipxe()");
}

/* ---- names ------------------------------------------------------------------------------------------- */

static void test_registered_before_downloaded(void **state)
{
    (void)state;
    serve("linux", "KERNEL");
    assert_int_equal(run("imgfetch linux a\nimgselect linux\nimgargs linux b c\nimgstat linux\n"), 0);
    assert_int_equal(opened, 1);
    assert_true(printed("linux : 6 bytes [kernel] [SELECTED] \"b c\"\n"));
    assert_int_equal(run("kernel linux d\nboot\n"), -EIO);
    assert_string_equal(handed, "linux(d)");
    assert_int_equal(run("imgload linux\nimgexec linux\n"), -EIO);
    assert_string_equal(handed, "linux(d)");
    assert_int_equal(run("imgargs linux\nboot linux\n"), -EIO);
    assert_string_equal(handed, "linux()");
    assert_int_equal(opened, 1);
    assert_int_equal(run("initrd linux\n"), 0); /* always fetches, and takes the name over */
    assert_int_equal(opened, 2);
    assert_null(image_selected());
}

static void test_relative_names(void **state)
{
    (void)state;
    serve("dir/menu", "#!ipxe\nimgfetch ../lib?user=x\nimgfetch sub/deep\n");
    serve("lib", "l");
    serve("dir/sub/deep", "d");
    assert_int_equal(run("chain dir/menu\n"), 0);
    assert_string_equal(image_find("lib")->uri, "test://host/lib?user=x");
    assert_string_equal(image_find("deep")->uri, "test://host/dir/sub/deep");
}

/* In a script that came from nowhere, names are the TFTP server's. */
static void test_relative_to_next_server(void **state)
{
    (void)state;
    serve("boot/file", "l");
    assert_int_equal(script_line("set next-server 10.1.2.3"), 0);
    assert_int_equal(script_line("imgfetch boot/file"), 0);
    assert_string_equal(image_find("file")->uri, "tftp://10.1.2.3/boot/file");
    assert_int_equal(script_line("set next-server"), 0);
    assert_int_not_equal(script_line("imgfetch boot/file"), 0);
    assert_true(printed("boot/file: a URI must say how to get there"));
}

/* ---- failures ---------------------------------------------------------------------------------------- */

static void test_not_found(void **state)
{
    (void)state;
    assert_int_equal(run("\nkernel test://user:secret@host/vmlinuz quiet\n"), -ENOENT);
    assert_true(printed("kernel: test://host/vmlinuz: 404 Not Found"));
    assert_null(image_first());
}

static void test_no_kernel_is_not_kept(void **state)
{
    (void)state;
    serve("page", "<html>");
    assert_int_equal(run("kernel page\n"), -ENOEXEC);
    assert_true(printed("kernel: page cannot be started: it is an HTML page"));
    assert_int_equal(run("chain page\n"), -ENOEXEC);
    assert_int_equal(run("chain --replace page\n"), -ENOEXEC);
    assert_null(image_first());
    assert_int_equal(run("imgfetch page\nchain page ||\nimgstat\n"), 0); /* that one was meant to stay */
    assert_true(printed("page : 6 bytes [initrd]\n"));
}

static void test_larger_than_memory(void **state)
{
    (void)state;
    serve("big", "KERNEL")->len = 40 << 20;
    struct file *f = serve("endless", "KERNEL");
    f->len = 40 << 20;
    f->no_size = true;
    assert_int_equal(run("kernel big\n"), -ENOMEM);
    assert_true(printed("test://host/big: 41943040 bytes do not fit into memory"));
    assert_int_equal(run("initrd endless\n"), -ENOMEM);
    assert_null(image_first());
}

static void test_boot_without_selection(void **state)
{
    (void)state;
    assert_int_equal(run("boot && echo went on\nchain\nimgexec\n"), 0);
    assert_true(printed("No image selected\nwent on\n"));
}

static void test_unknown_images(void **state)
{
    (void)state;
    assert_int_equal(run("imgfree nothing\n"), -ENOENT);
    assert_true(printed("imgfree: there is no image \"nothing\""));
    assert_int_equal(run("imgstat nothing\n"), -ENOENT);
    assert_int_equal(run("imgfree\nimgstat\n"), 0);
}

/* ---- scripts ----------------------------------------------------------------------------------------- */

static void test_chain(void **state)
{
    (void)state;
    serve("a", "#!ipxe\necho in a\nchain --autofree b\necho a again\n");
    serve("b", "#!ipxe\necho in b\n");
    assert_int_equal(run("chain -q a\necho back\n"), 0);
    assert_true(printed("in a\n"));
    assert_true(printed("in b\na again\nback\n"));
    assert_non_null(image_find("a"));
    assert_null(image_find("b"));
}

static void test_replace(void **state)
{
    (void)state;
    serve("a", "#!ipxe\nchain --quiet --replace b\necho never\n");
    serve("b", "#!ipxe\necho in b\nexit 7\n");
    assert_int_equal(run("chain -q a || echo failed\necho back\n"), 0);
    assert_true(printed("in b\n"));
    assert_true(printed("failed\nback\n"));
    assert_false(printed("never"));
}

/* ---- options ----------------------------------------------------------------------------------------- */

static void test_quiet(void **state)
{
    (void)state;
    serve("x", "x");
    assert_int_equal(run("imgfetch --quiet x\n"), 0);
    assert_string_equal(console_text(), "");
}

static void test_timeout(void **state)
{
    (void)state;
    struct file *f = serve("slow", "KERNEL");
    f->len = 100000;
    f->stalls = 5000;
    msec_t before = clock_now();
    assert_int_equal(run("kernel --timeout 3000 slow\n"), -ETIMEDOUT);
    assert_true(printed("test://host/slow: nothing came for 3000 ms"));
    assert_in_range(clock_now() - before, 3000, 3100);
    assert_null(image_first());
}

static void test_autofree(void **state)
{
    (void)state;
    serve("linux", "KERNEL");
    assert_int_equal(run("kernel linux\nimgstat\nboot -a ||\nimgstat\n"), 0);
    assert_null(image_first());
    assert_true(printed("linux : 6 bytes [kernel] [SELECTED]\n"));
}

/* ---- progress ---------------------------------------------------------------------------------------- */

/* Each piece between carriage returns: never wider than the screen. Returns how many. */
static unsigned check_lines(void)
{
    unsigned n = 0;
    for (const char *at = console_text(); *at; n++) {
        size_t len = strcspn(at, "\r\n");
        assert_true(len <= 79);
        at += len + (at[len] != '\0');
    }
    return n;
}

static void test_progress(void **state)
{
    (void)state;
    struct file *f = serve("initrd.gz", "x");
    f->len = 10000000;
    f->per_turn = 2500; /* 4 seconds */
    msec_t before = clock_now();
    assert_int_equal(run("initrd initrd.gz\n"), 0);
    msec_t took = clock_now() - before;
    assert_in_range(took, 3900, 4200);
    assert_in_range(check_lines(), 15, took / 200 + 4);
    assert_true(printed("\rinitrd.gz   9% [#...........] 0.9/10.0 MB  2.4 MB/s\r"));
    assert_true(printed("\rinitrd.gz  59% [#######.....] 5.9/10.0 MB  2.5 MB/s  ETA 0:02\r"));
    assert_true(printed("\rtest://host/initrd.gz... ok (10.0 MB, 2.4 MB/s)"));
    assert_int_equal(console_text()[strlen(console_text()) - 1], '\n');
}

static void test_progress_without_size(void **state)
{
    (void)state;
    struct file *f = serve("a-name-that-is-much-too-long-for-one-line", "x");
    f->len = 100000;
    f->per_turn = 100;
    f->no_size = true;
    assert_int_equal(run("initrd a-name-that-is-much-too-long-for-one-line\n"), 0);
    check_lines();
    assert_true(printed("\ra-name-that-is-much- 39.9 kB  99.7 kB/s\r"));
    assert_true(printed("... ok (100.0 kB, 99.7 kB/s)"));
}

static void test_progress_stalled(void **state)
{
    (void)state;
    struct file *f = serve("slow", "x");
    f->len = 1000000;
    f->stalls = 300000;
    assert_int_equal(run("initrd slow\n"), -ETIMEDOUT);
    check_lines();
    assert_true(printed("slow  30% [###.........] 0.3/1.0 MB  stalled 2 s"));
    assert_true(printed("stalled 29 s"));
    /* the line is wiped before the words come */
    const char *words = strstr(console_text(), "t:2: initrd: ");
    assert_non_null(words);
    assert_int_equal(words[-1], '\r');
    assert_int_equal(words[-2], ' ');
}

static void test_no_secrets(void **state)
{
    (void)state;
    serve("x", "x")->per_turn = 1;
    assert_int_equal(run("imgfetch test://user:secret@host/x?token=secret\n"), 0);
    assert_false(printed("secret"));
    assert_true(printed("test://host/x... ok"));
    assert_string_equal(last_uri, "test://user:secret@host/x?token=secret");
}

static bool press_ctrl_c(void)
{
    clock_advance(1);
    return clock_now() % 1000 == 700;
}

static void test_ctrl_c(void **state)
{
    (void)state;
    struct file *f = serve("slow", "x");
    f->len = 100000000 / 4;
    f->per_turn = 100;
    clock_set(10000);
    task_set_world(press_ctrl_c);
    assert_int_equal(run("initrd slow ||\necho went on\n"), -ECANCELED);
    assert_in_range(clock_now(), 10700, 10710);
    assert_true(printed("interrupted"));
    assert_false(printed("went on"));
    assert_null(image_first());
}

/* ---- an image without help texts ------------------------------------------------------------------- */

static void test_help_without_texts(void **state)
{
    (void)state;
    assert_int_equal(run("help\n"), 0);
    assert_true(printed("images:\n  boot        [<uri|image> [<argument>...]]\n"));
    console_clear();
    assert_int_equal(run("help sha256sum\n"), 0);
    assert_string_equal(console_text(),
                        "sha256sum [<option>...] <uri|image>...\noptions:\n  -s, --set SETTING         \n");
    assert_int_equal(run("imgfree --help\n"), -ECANCELED);
    assert_true(printed("imgfree [<image>...]\n"));
}

/* ---- digests ----------------------------------------------------------------------------------------- */

static void test_sha256sum(void **state)
{
    (void)state;
    serve("abc", "abc");
    serve("million", "x")->len = 1000000;
    assert_int_equal(run("imgfetch -q abc\nsha256sum abc\n"), 0);
    assert_string_equal(console_text(),
                        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  abc\n");
    assert_int_equal(run("sha256sum --set sum abc\niseq ${sum} "
                         "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad && echo equal\n"),
                     0);
    assert_true(printed("equal"));
    assert_int_equal(run("sha256sum million\n"), 0);
    assert_true(printed("1b977e9f84f1b26b6ed7f68b0498faee2385ea4125bd29adce4a7d9106ba3134  million\n"));
}

static void test_missing_features(void **state)
{
    (void)state;
    serve("abc", "abc");
    static const char *const lines[] = {
        "imgfetch --sha256 ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad abc\n",
        "imgfetch abc#sha256=ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\n",
        "imgfetch --retry 3 abc\n",
        "imgfetch --parallel abc\n",
    };
    for (unsigned i = 0; i < ARRAY_SIZE(lines); i++) {
        assert_int_equal(run(lines[i]), -EOPNOTSUPP);
        assert_true(printed("this image "));
        assert_null(image_first());
    }
    assert_int_equal(opened, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
        T(test_kernel_initrd_boot),
        T(test_only_initrds_go_along),
        T(test_initrd_takes_anything_named),
        T(test_registered_before_downloaded),
        T(test_relative_names),
        T(test_relative_to_next_server),
        T(test_not_found),
        T(test_no_kernel_is_not_kept),
        T(test_larger_than_memory),
        T(test_boot_without_selection),
        T(test_unknown_images),
        T(test_chain),
        T(test_replace),
        T(test_quiet),
        T(test_timeout),
        T(test_autofree),
        T(test_progress),
        T(test_progress_without_size),
        T(test_progress_stalled),
        T(test_no_secrets),
        T(test_ctrl_c),
        T(test_help_without_texts),
        T(test_sha256sum),
        T(test_missing_features),
#undef T
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
