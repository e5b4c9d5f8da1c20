/* NTP replies: the first 8 bytes are the nonce that was asked with. */
#include "pm/lib/reader.h"
#include "pm/lib/walltime.h"
#include "tcpip/ntp.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ntp_reply reply;
    struct reader r = reader_of(data, size);
    u64 nonce = (u64)get32be(&r) << 32;
    nonce |= get32be(&r);
    if (!reader_ok(&r))
        return 0;
    int rc = ntp_read_reply(data + 8, size - 8, nonce, &reply);
    if (rc > 0) {
        assert(size >= 56 && reply.stratum >= 1 && reply.stratum <= 15);
        assert(strlen(walltime_text(reply.sent_ms)) < WALLTIME_TEXT_MAX);
    }
    return 0;
}
