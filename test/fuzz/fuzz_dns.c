/* DNS answers to the question that they themselves contain, and names at every place of a message. */
#include "tcpip/dns_message.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_name(const struct dns_name *n)
{
    char text[DNS_NAME_MAX];
    struct dns_name again;
    assert(n->len >= 1 && n->wire[n->len - 1] == 0);
    if (dns_name_to_text(n, text) && text[0])
        assert(dns_name_from_text(&again, text) && dns_name_equal(n, &again));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct reader message = reader_of(data, size), r = message;
    struct dns_name name;
    struct dns_answer answer;
    u16 id = get16be(&r);
    reader_skip(&r, 10);
    if (reader_ok(&r) && dns_name_read(message, &r, &name) &&
        dns_read_answer(data, size, id, &name, &answer)) {
        assert(answer.count <= DNS_ADDRESSES_MAX && answer.cnames <= DNS_CNAMES_MAX);
        check_name(&answer.name);
    }
    for (size_t at = 0; at < size && at < 64; at++) {
        r = message;
        reader_skip(&r, at);
        if (dns_name_read(message, &r, &name)) {
            assert(r.p > data + at && r.p <= data + size);
            check_name(&name);
        }
    }
    return 0;
}
