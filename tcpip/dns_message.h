/*
 * DNS messages (RFC 1035 section 4): names, questions and answers. Pure functions over bytes; the
 * resolver is in dns.c.
 */
#pragma once

#include "pm/lib/reader.h"
#include "pm/lib/types.h"
#include "tcpip/dns.h"

#define DNS_NAME_MAX 255
#define DNS_PORT 53
#define DNS_CNAMES_MAX 16

enum { DNS_NOERROR = 0, DNS_SERVFAIL = 2, DNS_NXDOMAIN = 3, DNS_REFUSED = 5 };

/* A name as on the wire, uncompressed, in lower case, with the root label: two equal names are
 * equal bytes. */
struct dns_name {
    u8 len;
    u8 wire[DNS_NAME_MAX];
};

/* From "host.example" (a dot at the end is fine). False: empty label, label > 63, name > 255. */
bool dns_name_from_text(struct dns_name *n, const char *text);

/*
 * Read a name at *r, which stands inside the message, and step over it. Compression pointers go
 * backward only, at most 16 of them. False when malformed.
 */
bool dns_name_read(struct reader message, struct reader *r, struct dns_name *out);

/* "host.example"; out has DNS_NAME_MAX bytes. False when a byte is in it that no host name has. */
bool dns_name_to_text(const struct dns_name *n, char *out);

bool dns_name_equal(const struct dns_name *a, const struct dns_name *b);

/* A query for the A records of a name. Returns its length, at most DNS_QUERY_MAX. */
#define DNS_QUERY_MAX (12 + DNS_NAME_MAX + 4)
size_t dns_write_query(u8 *buf, u16 id, const struct dns_name *name);

struct dns_answer {
    u8 rcode;
    bool is_truncated;
    unsigned count;              /* addresses */
    u32 ip[DNS_ADDRESSES_MAX];   /* host order */
    u32 ttl;                     /* seconds, the shortest on the way */
    struct dns_name name;        /* where the CNAME chain ended: whose addresses these are */
    unsigned cnames;             /* length of the chain, at most DNS_CNAMES_MAX */
};

/* False when this is no well-formed answer to that question: ignore the datagram. */
bool dns_read_answer(const void *data, size_t len, u16 id, const struct dns_name *asked,
                     struct dns_answer *out);
