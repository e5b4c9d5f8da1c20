/*
 * DNS messages (RFC 1035 section 4, RFC 2181). Only what an A lookup needs: no EDNS, no other types.
 */
#include "tcpip/dns_message.h"

#include "pm/lib/writer.h"

#include <ctype.h>
#include <string.h>

#define POINTERS_MAX 16
#define RECORDS_MAX  64

enum { TYPE_A = 1, TYPE_CNAME = 5, CLASS_IN = 1 };
enum { FLAG_QR = 0x8000, FLAG_OPCODE = 0x7800, FLAG_TC = 0x0200, FLAG_RD = 0x0100 };

static bool append_label(struct dns_name *n, const u8 *label, size_t len)
{
    if (len + 1 > sizeof(n->wire) - n->len)
        return false;
    n->wire[n->len++] = (u8)len;
    for (size_t i = 0; i < len; i++)
        n->wire[n->len++] = (u8)tolower(label[i]);
    return true;
}

bool dns_name_from_text(struct dns_name *n, const char *text)
{
    n->len = 0;
    while (*text) {
        size_t len = strcspn(text, ".");
        if (len == 0 || len > 63 || !append_label(n, (const u8 *)text, len))
            return false;
        text += len;
        if (*text == '.')
            text++;
    }
    return n->len > 0 && append_label(n, NULL, 0);
}

bool dns_name_read(struct reader message, struct reader *r, struct dns_name *out)
{
    struct reader at = *r;
    size_t run_start = (size_t)(r->p - message.p);
    unsigned pointers = 0;
    u8 len;

    out->len = 0;
    do {
        len = get8(&at);
        if ((len & 0xc0) == 0xc0) {
            size_t target = (size_t)(len & 0x3f) << 8 | get8(&at);
            if (!reader_ok(&at) || target >= run_start || ++pointers > POINTERS_MAX)
                return false;
            if (pointers == 1)
                *r = at; /* in the record, the name ends with its first pointer */
            run_start = target;
            at = message;
            reader_skip(&at, target);
            continue;
        }
        const u8 *label = reader_bytes(&at, len);
        if (len & 0xc0 || !reader_ok(&at) || !append_label(out, label, len))
            return false;
    } while (len != 0);
    if (pointers == 0)
        *r = at;
    return true;
}

bool dns_name_to_text(const struct dns_name *n, char *out)
{
    size_t at = 0;
    for (size_t i = 0; i < n->len && n->wire[i]; i += n->wire[i] + 1u) {
        if (at)
            out[at++] = '.';
        for (size_t k = 1; k <= n->wire[i]; k++) {
            u8 c = n->wire[i + k];
            if (!isalnum(c) && c != '-' && c != '_')
                return false;
            out[at++] = (char)c;
        }
    }
    out[at] = '\0';
    return true;
}

bool dns_name_equal(const struct dns_name *a, const struct dns_name *b)
{
    return a->len == b->len && memcmp(a->wire, b->wire, a->len) == 0;
}

size_t dns_write_query(u8 *buf, u16 id, const struct dns_name *name)
{
    struct writer w = writer_of(buf, DNS_QUERY_MAX);
    put16be(&w, id);
    put16be(&w, FLAG_RD);
    put16be(&w, 1);
    put_zeros(&w, 6);
    put_bytes(&w, name->wire, name->len);
    put16be(&w, TYPE_A);
    put16be(&w, CLASS_IN);
    return writer_len(&w);
}

struct record {
    struct dns_name owner;
    u16 type, class;
    u32 ttl;
    struct reader data;
};

static bool read_record(struct reader message, struct reader *r, struct record *out)
{
    if (!dns_name_read(message, r, &out->owner))
        return false;
    out->type = get16be(r);
    out->class = get16be(r);
    out->ttl = get32be(r);
    out->data = reader_sub(r, get16be(r));
    return reader_ok(r);
}

/* Take what the record says about the name we are looking for. */
static bool use_record(struct reader message, struct record *rec, struct dns_answer *out,
                       struct dns_name *alias)
{
    if (rec->class != CLASS_IN || !dns_name_equal(&rec->owner, &out->name))
        return true;
    bool is_address = rec->type == TYPE_A;
    if (!is_address && rec->type != TYPE_CNAME)
        return true;
    /* RFC 2181 8: a TTL with the top bit set is zero. */
    out->ttl = MIN(out->ttl, rec->ttl >> 31 ? 0 : rec->ttl);
    if (!is_address)
        return dns_name_read(message, &rec->data, alias);
    if (reader_left(&rec->data) != 4)
        return false;
    if (out->count < DNS_ADDRESSES_MAX)
        out->ip[out->count++] = get32be(&rec->data);
    return true;
}

/* One pass over the answers, which come in any order, for each link of the CNAME chain. */
static bool follow_chain(struct reader message, struct reader answers, unsigned records,
                         struct dns_answer *out)
{
    struct record rec;
    struct dns_name alias;
    for (;;) {
        struct reader r = answers;
        alias.len = 0;
        for (unsigned i = 0; i < records; i++)
            if (!read_record(message, &r, &rec) || !use_record(message, &rec, out, &alias))
                return false;
        if (out->count || alias.len == 0 || out->cnames == DNS_CNAMES_MAX)
            return true;
        out->name = alias;
        out->cnames++;
    }
}

bool dns_read_answer(const void *data, size_t len, u16 id, const struct dns_name *asked,
                     struct dns_answer *out)
{
    struct reader message = reader_of(data, len);
    struct reader r = message;
    memset(out, 0, sizeof(*out));
    u16 got_id = get16be(&r);
    u16 flags = get16be(&r);
    u16 questions = get16be(&r);
    unsigned records = get16be(&r);
    reader_skip(&r, 4);
    if (!reader_ok(&r) || got_id != id || !(flags & FLAG_QR) || flags & FLAG_OPCODE || questions != 1)
        return false;
    if (!dns_name_read(message, &r, &out->name) || !dns_name_equal(&out->name, asked))
        return false;
    if (get16be(&r) != TYPE_A || get16be(&r) != CLASS_IN || !reader_ok(&r))
        return false;
    out->rcode = flags & 15;
    out->is_truncated = flags & FLAG_TC;
    out->ttl = ~0u;
    if (out->rcode != DNS_NOERROR)
        return true;
    return follow_chain(message, r, MIN(records, RECORDS_MAX), out);
}
