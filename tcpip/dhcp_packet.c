/*
 * DHCP packets (RFC 2131 section 2; options RFC 2132, 3396, 4578). What the options mean to the network
 * is in dhcp_apply.c; boot options are not looked at, they are kept for the settings.
 */
#include "tcpip/dhcp_packet.h"

#include "pm/lib/fail.h"
#include "pm/lib/writer.h"

#include <string.h>

#define BOOTP_MIN  300 /* RFC 951's packet: relays and some servers drop shorter ones */
#define HEADER_LEN 236
#define SNAME_AT   44
#define FILE_AT    108
#define COOKIE     0x63825363u

/* ---- requests ------------------------------------------------------------------------------------- */

/* What we ask for: iPXE's list, and 150 209 210 that PXELINUX-style set-ups hand out on request. */
static const u8 parameters[] = {1,   3,   6,   7,   12,  15,  17,  26,  42,  43,  60,  66,  67,  119,
                                121, 128, 129, 130, 131, 132, 133, 134, 135, 150, 175, 203, 209, 210};

static void put_option(struct writer *w, u8 code, const void *data, size_t len)
{
    if (len > 255) {
        w->is_full = true;
        return;
    }
    put8(w, code);
    put8(w, (u8)len);
    put_bytes(w, data, len);
}

static void put_option_ip(struct writer *w, u8 code, u32 ip)
{
    if (!ip)
        return;
    put8(w, code);
    put8(w, 4);
    put32be(w, ip);
}

/* Option 97: type 0 and the UUID with its first three fields little-endian, as PXE ROMs send it. */
static void put_uuid(struct writer *w, const u8 uuid[16])
{
    static const u8 order[16] = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};
    put8(w, OPT_UUID);
    put8(w, 17);
    put8(w, 0);
    for (unsigned i = 0; i < 16; i++)
        put8(w, uuid[order[i]]);
}

static void put_ipxe_options(struct writer *w, const struct netdev *dev, const struct dhcp_identity *id)
{
    u8 buf[255];
    struct writer sub = writer_of(buf, sizeof(buf));
    if (dev->busdevfn != 0xffff) {
        put8(&sub, IPXE_BUS_ID);
        put8(&sub, 5);
        put8(&sub, 1); /* PCI */
        put16be(&sub, dev->pci_vendor);
        put16be(&sub, dev->pci_device);
    }
    put_option(&sub, IPXE_VERSION, id->version, sizeof(id->version));
    for (size_t i = 0; i < id->feature_count; i++)
        put_option(&sub, id->features[i], "\1", 1);
    put_option(w, OPT_IPXE, buf, writer_len(&sub));
    w->is_full |= sub.is_full;
}

static void put_header(struct writer *w, const struct netdev *dev, const struct dhcp_request *request)
{
    put8(w, 1); /* BOOTREQUEST */
    put8(w, 1); /* Ethernet */
    put8(w, ETH_ALEN);
    put8(w, 0);
    put32be(w, request->xid);
    put16be(w, request->secs);
    put16be(w, 0); /* no broadcast flag: we take unicast answers before we have an address */
    put32be(w, request->ciaddr);
    put_zeros(w, 12);
    put_bytes(w, dev->mac, ETH_ALEN);
    put_zeros(w, 16 - ETH_ALEN + 64 + 128);
    put32be(w, COOKIE);
}

static void put_client_id(struct writer *w, const struct netdev *dev)
{
    put8(w, OPT_CLIENT_ID);
    put8(w, 1 + ETH_ALEN);
    put8(w, 1);
    put_bytes(w, dev->mac, ETH_ALEN);
}

/* The order is iPXE's, so that captures can be laid side by side. */
static void put_identity(struct writer *w, const struct netdev *dev, const struct dhcp_identity *id)
{
    static const char vendor_class[] = "PXEClient:Arch:00000:UNDI:002001";
    put_option(w, OPT_ARCHITECTURE, "\0\0", 2);
    put_option(w, OPT_UNDI, "\1\2\1", 3);
    put_option(w, OPT_VENDOR_CLASS, vendor_class, sizeof(vendor_class) - 1);
    put_option(w, OPT_USER_CLASS, id->user_class, strlen(id->user_class));
    put_option(w, OPT_PARAMETERS, parameters, sizeof(parameters));
    put_ipxe_options(w, dev, id);
    put_client_id(w, dev);
    if (id->has_uuid)
        put_uuid(w, id->uuid);
    if (id->hostname)
        put_option(w, OPT_HOSTNAME, id->hostname, strlen(id->hostname));
    put_bytes(w, id->extra, id->extra_len);
}

size_t dhcp_write_request(u8 *buf, size_t size, const struct netdev *dev, const struct dhcp_identity *id,
                          const struct dhcp_request *request)
{
    struct writer w = writer_of(buf, size);
    put_header(&w, dev, request);
    put_option(&w, OPT_MESSAGE_TYPE, &request->type, 1);
    put8(&w, OPT_MAX_SIZE);
    put8(&w, 2);
    put16be(&w, DHCP_PACKET_MAX);
    put_identity(&w, dev, id);
    put_option_ip(&w, OPT_SERVER_ID, request->server);
    put_option_ip(&w, OPT_REQUESTED_IP, request->requested_ip);
    put8(&w, OPT_END);
    if (writer_len(&w) < BOOTP_MIN)
        put_zeros(&w, BOOTP_MIN - writer_len(&w));
    return writer_ok(&w) ? writer_len(&w) : 0;
}

size_t dhcp_write_farewell(u8 *buf, size_t size, const struct netdev *dev, const struct dhcp_request *request)
{
    struct writer w = writer_of(buf, size);
    put_header(&w, dev, request);
    put_option(&w, OPT_MESSAGE_TYPE, &request->type, 1);
    put_client_id(&w, dev);
    put_option_ip(&w, OPT_SERVER_ID, request->server);
    put_option_ip(&w, OPT_REQUESTED_IP, request->requested_ip);
    put8(&w, OPT_END);
    put_zeros(&w, BOOTP_MIN - writer_len(&w));
    return writer_ok(&w) ? writer_len(&w) : 0;
}

/* ---- replies -------------------------------------------------------------------------------------- */

bool dhcp_is_reply_to(const void *bootp, size_t len, u32 xid, const u8 mac[ETH_ALEN])
{
    struct reader r = reader_of(bootp, len);
    bool is_reply = get8(&r) == 2 && get8(&r) == 1 && get8(&r) == ETH_ALEN;
    reader_skip(&r, 1);
    is_reply = is_reply && get32be(&r) == xid;
    reader_skip(&r, 20);
    const u8 *chaddr = reader_bytes(&r, ETH_ALEN);
    return is_reply && chaddr && memcmp(chaddr, mac, ETH_ALEN) == 0;
}

/* Step to the next option. False at the end; r is short when an option runs past the end. */
static bool next_option(struct reader *r, u8 *code, struct reader *value)
{
    do {
        if (!reader_left(r))
            return false;
        *code = get8(r);
    } while (*code == OPT_PAD);
    if (*code == OPT_END)
        return false;
    *value = reader_sub(r, get8(r));
    return reader_ok(r);
}

bool dhcp_suboption(struct reader block, u8 code, struct reader *value)
{
    u8 found;
    while (next_option(&block, &found, value))
        if (found == code)
            return true;
    return false;
}

/* The places that hold options: the field of that name, and with option 52 the file and sname fields. */
struct areas {
    struct reader area[3];
    unsigned count;
};

static int add_options(struct lease *out, struct reader area)
{
    struct reader value;
    u8 code = OPT_PAD;
    while (next_option(&area, &code, &value)) {
        int rc = lease_add_option(out, code, value.p, reader_left(&value));
        if (rc == -EMSGSIZE)
            return fail(EPROTO, "DHCP option %u is longer than %u bytes", code, LEASE_OPTION_MAX);
        if (rc < 0)
            return fail(-rc, "no memory for a DHCP lease");
    }
    if (!reader_ok(&area))
        return fail(EPROTO, "DHCP option %u runs past the end of its packet", code);
    return 0;
}

/*
 * All options in the order of RFC 3396 section 7: the options field, then, where option 52 says that
 * they hold options too, the file and sname fields. Only the options field may hold option 52.
 */
static int merge_areas(struct lease *out, struct reader options, const u8 *header, u8 *overload)
{
    struct reader value;
    *overload = dhcp_suboption(options, OPT_OVERLOAD, &value) ? get8(&value) : 0;
    int rc = add_options(out, options);
    if (rc == 0 && *overload & 1)
        rc = add_options(out, reader_of(header + FILE_AT, 128));
    if (rc == 0 && *overload & 2)
        rc = add_options(out, reader_of(header + SNAME_AT, 64));
    return rc;
}

bool dhcp_option_number(const struct lease *l, u8 code, unsigned size, u32 *value)
{
    struct reader r;
    if (!lease_option(l, code, &r) || reader_left(&r) != size)
        return false;
    *value = size == 1 ? get8(&r) : size == 2 ? get16be(&r) : get32be(&r);
    return true;
}

/* An option as a NUL-terminated text, or the header field when neither option nor overload hide it. */
static int get_text(const struct lease *l, u8 code, const u8 *field, size_t field_len, char *out, size_t size)
{
    struct reader r;
    if (!lease_option(l, code, &r)) {
        if (!field)
            return 0;
        r = reader_of(field, field_len);
    }
    const char *text = (const char *)r.p;
    size_t len = strnlen(text, reader_left(&r));
    if (len >= size)
        return fail(EPROTO, "DHCP option %u is a name of %zu bytes, %zu are too many", code, len, size);
    memcpy(out, text, len);
    out[len] = '\0';
    return 0;
}

static int read_names(struct lease *out, const u8 *header, u8 overload)
{
    int rc = get_text(out, OPT_BOOTFILE, overload & 1 ? NULL : header + FILE_AT, 128, out->file,
                      sizeof(out->file));
    if (rc < 0)
        return rc;
    return get_text(out, OPT_TFTP_SERVER, overload & 2 ? NULL : header + SNAME_AT, 64, out->sname,
                    sizeof(out->sname));
}

int dhcp_parse_reply(const void *bootp, size_t len, struct lease *out, u8 *message_type)
{
    memset(out, 0, sizeof(*out));
    if (len > DHCP_PACKET_MAX)
        return fail(EPROTO, "a DHCP reply of %zu bytes is too long", len);
    struct reader r = reader_of(bootp, len);
    const u8 *header = reader_bytes(&r, HEADER_LEN);
    if (!header || get32be(&r) != COOKIE || header[0] != 2)
        return fail(EPROTO, "no DHCP reply in these %zu bytes", len);
    struct reader addresses = reader_of(header + 16, 12);
    out->yiaddr = get32be(&addresses);
    out->siaddr = get32be(&addresses);
    out->giaddr = get32be(&addresses);

    u8 overload;
    u32 type = DHCP_NONE;
    struct reader value;
    int rc = merge_areas(out, r, header, &overload);
    if (rc == 0)
        rc = read_names(out, header, overload);
    if (rc == 0 && lease_option(out, OPT_MESSAGE_TYPE, &value) &&
        !dhcp_option_number(out, OPT_MESSAGE_TYPE, 1, &type))
        rc = fail(EPROTO, "a DHCP reply with two message types");
    if (rc < 0) {
        lease_clear(out);
        return rc;
    }
    out->seconds = ~0u;
    dhcp_option_number(out, OPT_LEASE_TIME, 4, &out->seconds);
    dhcp_option_number(out, OPT_SERVER_ID, 4, &out->server);
    *message_type = (u8)type;
    out->valid = true;
    return 0;
}
