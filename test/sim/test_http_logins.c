/*
 * HTTP logins on the simulated network: Basic and Digest, with the server and with a proxy.
 */
#include "pm/lib/digest.h"
#include "pm/lib/fail.h"
#include "test/host/getting.h"
#include "test/host/simhttp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test/host/test.h"
#include "test/host/says.h"

/* ---- the server and the client --------------------------------------------------------------------------- */

static struct sim_http www, elsewhere;
static bool is_serving;

static void serve(void (*respond)(struct sim_tcp *c, const char *request))
{
    www.respond = respond;
    if (!is_serving)
        sim_http_serve(&www, sim_host_add("10.0.0.1"), 80);
    is_serving = true;
}

static const char *login_line; /* that is looked at */

static int start(void **state)
{
    (void)state;
    getting_start(1);
    memset(&www, 0, sizeof(www));
    memset(&elsewhere, 0, sizeof(elsewhere));
    is_serving = false;
    login_line = "Authorization";
    return 0;
}

static int get(const char *uri)
{
    return got_by(uri, &(struct fetch_request){.idle_ms = 5000});
}

/* ---- Digest ---------------------------------------------------------------------------------------------- */

static const char *challenge;  /* the server's */
static unsigned nonce_uses;    /* before the nonce is stale; 0 = for ever */
static const char *nonce = "first";
static const char *password = "Circle of Life";

/* The value of a parameter in that line. */
static const char *field(const char *request, const char *name)
{
    static char value[8][300];
    static unsigned next;
    char *to = value[next++ % 8], key[40];
    const char *at = sim_http_header(request, login_line);
    *to = '\0';
    snprintf(key, sizeof(key), " %s=", name);
    at = at ? strstr(at, key) : NULL;
    if (at) {
        at += strlen(key);
        sscanf(at, *at == '"' ? "\"%299[^\"]" : "%299[^,\r]", to);
    }
    return to;
}

static const char *hash(const struct digest_kind *kind, const char *text)
{
    static char hex[4][DIGEST_HEX_MAX];
    static unsigned next;
    struct digest d;
    digest_start(&d, kind);
    digest_add(&d, text, strlen(text));
    digest_end_hex(&d, hex[next % 4]);
    return hex[next++ % 4];
}

/* Is it what RFC 7616 3.4.1 wants of Mufasa? */
static bool is_right(const char *request)
{
    static char a1[600], a2[600], all[1200], method[8];
    const char *algorithm = field(request, "algorithm");
    const struct digest_kind *kind = strncmp(algorithm, "SHA-256", 7) == 0 ? &digest_sha256 : &digest_md5;
    sscanf(request, "%7s", method);
    snprintf(a1, sizeof(a1), "Mufasa:%s:%s", field(request, "realm"), password);
    if (strstr(algorithm, "-sess"))
        snprintf(a1, sizeof(a1), "%s:%s:%s", hash(kind, a1), nonce, field(request, "cnonce"));
    snprintf(a2, sizeof(a2), "%s:%s", method, field(request, "uri"));
    if (*field(request, "qop"))
        snprintf(all, sizeof(all), "%s:%s:%s:%s:%s:%s", hash(kind, a1), nonce, field(request, "nc"),
                 field(request, "cnonce"), field(request, "qop"), hash(kind, a2));
    else
        snprintf(all, sizeof(all), "%s:%s:%s", hash(kind, a1), nonce, hash(kind, a2));
    return strcmp(hash(kind, all), field(request, "response")) == 0 && strcmp(field(request, "nonce"), nonce) == 0 &&
           strcmp(field(request, "username"), "Mufasa") == 0;
}

static void digest_server(struct sim_tcp *c, const char *request)
{
    char text[900];
    bool is_stale = strstr(request, "Authorization") && nonce_uses && --nonce_uses == 0;
    if (is_stale)
        nonce = "second";
    if (is_right(request)) {
        sim_http_say(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nin");
        return;
    }
    snprintf(text, sizeof(text), "HTTP/1.1 401 Unauthorized\r\n%s, nonce=\"%s\"%s\r\nContent-Length: 0\r\n\r\n", challenge,
             nonce, is_stale ? ", stale=true" : "");
    sim_http_say(c, text);
}

static void logs_in(const char *with)
{
    challenge = with;
    nonce = "first";
    nonce_uses = 0;
    www.requests = 0;
    int rc = get("http://Mufasa:Circle%20of%20Life@10.0.0.1/dir/index.html?q=1");
    if (rc)
        print_error("%s: %s\n", with, fail_text(rc));
    assert_int_equal(rc, 0);
    assert_int_equal(got.body.len, 2);
    assert_int_equal(www.requests, 2);
    assert_null(strstr(www.all[0], "Authorization"));
    assert_null(strstr(www.all[1], "Circle"));
    assert_string_equal(field(www.last, "uri"), "/dir/index.html?q=1");
}

static void test_digest(void **state)
{
    (void)state;
    serve(digest_server);
    logs_in("WWW-Authenticate: Digest realm=\"r\", qop=\"auth\", algorithm=MD5");
    logs_in("WWW-Authenticate: Digest realm=\"a b, c=d\",qop=\"auth-int,auth\",opaque=\"o \\\"p\",algorithm=SHA-256");
    assert_non_null(strstr(www.last, "opaque=\"o \\\"p\""));
    assert_string_equal(field(www.last, "nc"), "00000001");
    logs_in("WWW-Authenticate: Digest realm=\"r\", qop=auth, algorithm=MD5-sess");
    logs_in("WWW-Authenticate: Digest realm=\"r\", qop=auth, algorithm=sha-256-SESS");
    logs_in("WWW-Authenticate: digest realm=\"\""); /* RFC 2069 */
    assert_string_equal(field(www.last, "qop"), "");
    logs_in("WWW-Authenticate: Basic realm=\"b\"\r\nWWW-Authenticate: Digest realm=\"r\", qop=auth");
    logs_in("WWW-Authenticate: Basic realm=\"b\", Digest realm=\"r\", qop=auth");
    logs_in("WWW-Authenticate: Negotiate abc==, Digest qop=auth, realm=\"r\"");
    logs_in("WWW-Authenticate: Digest realm=\"x\", nonce=\"no\", qop=\"auth\", algorithm=MD5\r\n"
            "WWW-Authenticate: Digest realm=\"r\", qop=\"auth\", algorithm=SHA-256"); /* the better one */
}

static void test_digest_refused(void **state)
{
    (void)state;
    serve(digest_server);
    challenge = "WWW-Authenticate: Digest realm=\"r\", qop=auth";
    nonce = "first";
    assert_int_equal(get("http://Mufasa:wrong@10.0.0.1/x"), -EACCES);
    assert_true(says(-EACCES, "the server refuses user \"Mufasa\""));
    assert_int_equal(www.requests, 2);
    assert_int_equal(get("http://10.0.0.1/x"), -EACCES);
    challenge = "WWW-Authenticate: Digest realm=\"r\", qop=\"auth-int\"";
    assert_int_equal(get("http://Mufasa:x@10.0.0.1/x"), -EACCES);
    challenge = "WWW-Authenticate: Digest realm=\"r\", algorithm=SHA-512-256, qop=auth";
    assert_int_equal(get("http://Mufasa:x@10.0.0.1/x"), -EACCES);
    assert_true(says(-EACCES, "401 Unauthorized"));
    assert_null(strstr(www.last, "Authorization"));
}

/* Names of the settings serve the first server only; a nonce that went stale is replaced. */
static void test_digest_stale(void **state)
{
    (void)state;
    serve(digest_server);
    challenge = "WWW-Authenticate: Digest realm=\"r\", qop=auth";
    nonce = "first";
    nonce_uses = 1;
    struct fetch_request r = {.user = "Mufasa", .password = password};
    assert_int_equal(got_by("http://10.0.0.1/x", &r), 0);
    assert_int_equal(www.requests, 3);
    assert_string_equal(field(www.last, "nonce"), "second");
}

static void redirect_after_login(struct sim_tcp *c, const char *request)
{
    if (is_right(request))
        sim_http_say(c, "HTTP/1.1 302 Found\r\nLocation: http://10.0.0.9/there\r\nContent-Length: 0\r\n\r\n");
    else
        digest_server(c, request);
}

static void test_login_stays_home(void **state)
{
    (void)state;
    serve(redirect_after_login);
    sim_http_serve(&elsewhere, sim_host_add("10.0.0.9"), 80);
    elsewhere.respond = digest_server;
    challenge = "WWW-Authenticate: Digest realm=\"r\", qop=auth";
    nonce = "first";
    nonce_uses = 0;
    struct fetch_request r = {.user = "Mufasa", .password = password};
    assert_int_equal(got_by("http://10.0.0.1/x", &r), -EACCES);
    assert_int_equal(elsewhere.requests, 1);
    assert_null(strstr(elsewhere.last, "Authorization"));
    assert_int_equal(get("http://Mufasa:Circle%20of%20Life@10.0.0.1/x"), -EACCES);
    assert_int_equal(elsewhere.requests, 2);
    assert_null(strstr(elsewhere.last, "Authorization"));
}

static void basic_server(struct sim_tcp *c, const char *request)
{
    sim_http_say(c, strstr(request, "Authorization: Basic dTpw\r\n") ? "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nin"
           : "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"r\"\r\nContent-Length: 0\r\n\r\n");
}

static void test_basic_from_settings(void **state)
{
    (void)state;
    serve(basic_server);
    struct fetch_request r = {.user = "u", .password = "p"};
    assert_int_equal(got_by("http://10.0.0.1/x", &r), 0);
    assert_int_equal(www.requests, 2);
    assert_int_equal(got_by("http://other:p@10.0.0.1/x", &r), -EACCES); /* the URI's own name counts */
}

/* ---- a proxy's login -------------------------------------------------------------------------------------- */

/* 407 until the proxy is content, then 401 until the server is, which sees none of the proxy's. */
static void proxy_server(struct sim_tcp *c, const char *request)
{
    char text[400];
    login_line = "Proxy-Authorization";
    const char *basic = sim_http_header(request, login_line);
    bool is_in = strstr(challenge, "Basic") ? basic && strncmp(basic, "Basic TXVmYXNhOkNpcmNsZSBvZiBMaWZl\r\n", 36) == 0
                                            : is_right(request);
    if (!is_in) {
        snprintf(text, sizeof(text), "HTTP/1.1 407 Who\r\nProxy-Authenticate: %s\r\nContent-Length: 0\r\n\r\n", challenge);
        sim_http_say(c, text);
    } else if (strstr(request, "/secret") && !strstr(request, "\r\nAuthorization: Basic dTpw\r\n")) {
        sim_http_say(c, "HTTP/1.1 401 Who\r\nWWW-Authenticate: Basic realm=\"r\"\r\nContent-Length: 0\r\n\r\n");
    } else if (strstr(request, "/moved")) {
        sim_http_say(c, "HTTP/1.1 302 Go\r\nLocation: http://other.example/x\r\nContent-Length: 0\r\n\r\n");
    } else {
        sim_http_say(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nin");
    }
}

static int get_by_proxy(const char *uri, const char *login)
{
    char proxy[80];
    www.requests = 0;
    nonce = "first";
    snprintf(proxy, sizeof(proxy), "%s10.0.0.1", login);
    return got_by(uri, &(struct fetch_request){.proxy = proxy, .user = "settings", .password = "none"});
}

static void test_proxy_login(void **state)
{
    (void)state;
    static const char mufasa[] = "Mufasa:Circle%20of%20Life@";
    static const char *const challenges[] = {
        "Basic realm=\"r\"", "Digest realm=\"r\", nonce=\"first\", qop=\"auth\"",
        "Digest realm=\"r\", nonce=\"first\", qop=auth, algorithm=SHA-256-sess", "Digest realm=\"r\", nonce=\"first\""};
    serve(proxy_server);
    for (unsigned i = 0; i < ARRAY_SIZE(challenges); i++) {
        challenge = challenges[i];
        assert_int_equal(get_by_proxy("http://far.example/x?y", mufasa), 0);
        assert_int_equal(www.requests, 2);
        assert_null(strstr(www.all[0], "uthorization"));
        assert_null(sim_http_header(www.last, "Authorization")); /* the settings' name is for servers */
        if (i)
            assert_string_equal(field(www.last, "uri"), "http://far.example/x?y");
        assert_int_equal(get_by_proxy("http://u:p@far.example/secret", mufasa), 0);
        assert_int_equal(www.requests, 3);
        assert_int_equal(get_by_proxy("http://far.example/moved", mufasa), 0); /* and it stays logged in */
        assert_int_equal(www.requests, 3);
        assert_non_null(strstr(www.last, "Host: other.example\r\n"));
    }
    assert_int_equal(www.connections, 1);
}

static void test_proxy_login_refused(void **state)
{
    (void)state;
    serve(proxy_server);
    static const char *const challenges[] = {"Basic realm=\"r\"", "Digest realm=\"r\", nonce=\"first\", qop=auth"};
    for (unsigned i = 0; i < ARRAY_SIZE(challenges); i++) {
        challenge = challenges[i];
        assert_int_equal(get_by_proxy("http://far.example/x", "Mufasa:wrong@"), -EACCES);
        assert_true(says(-EACCES, "407: the proxy refuses user \"Mufasa\" or the password"));
        assert_int_equal(www.requests, 2);
        assert_int_equal(get_by_proxy("http://u:p@far.example/x", ""), -EACCES);
        assert_true(says(-EACCES, "407: the proxy 10.0.0.1 wants a login: set http-proxy USER:PASSWORD@HOST:PORT"));
        assert_int_equal(www.requests, 1);
    }
    challenge = "Negotiate";
    assert_int_equal(get_by_proxy("http://far.example/x", "u:p@"), -EACCES);
    assert_true(says(-EACCES, "other means than Basic and Digest"));
    assert_int_equal(get("http://10.0.0.1/x"), -EACCES); /* 407 of something that is no proxy of ours */
    assert_true(says(-EACCES, "407 Who"));
}

#define T(name) cmocka_unit_test_setup_teardown(test_##name, start, getting_stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(digest),
        T(digest_refused),
        T(digest_stale),
        T(login_stays_home),
        T(basic_from_settings),
        T(proxy_login),
        T(proxy_login_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
