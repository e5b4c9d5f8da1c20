/* DHCP replies: parsing, every option read back, PXE's option 43, and the device configured from them. */
#include "tcpip/dhcp_packet.h"

#include "tcpip/dns.h"
#include "tcpip/pxebs.h"
#include "tcpip/route.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct netdev dev;
    struct lease lease;
    struct reader value, inner;
    u8 type;
    memset(&dev, 0, sizeof(dev));
    dev.mtu = ETH_MTU;
    dev.is_open = true;
    if (dhcp_parse_reply(data, size, &lease, &type) == 0) {
        size_t total = 0;
        for (unsigned code = 0; code < 256; code++) {
            if (!lease_option(&lease, (u8)code, &value))
                continue;
            assert(reader_left(&value) <= LEASE_OPTION_MAX);
            total += 3 + reader_left(&value);
            for (unsigned sub = 0; sub < 256; sub += 5)
                if (dhcp_suboption(value, (u8)sub, &inner))
                    assert(inner.p >= value.p && inner.end <= value.end);
        }
        assert(total == lease.options_len); /* every code once, none lost */
        struct pxe_options pxe;
        if (pxe_options_read(&lease, &pxe))
            assert(pxe.items <= PXE_ITEMS_MAX && pxe.servers <= PXE_SERVERS_MAX &&
                   strlen(pxe.prompt) < PXE_TEXT_MAX);
        lease_clear(&lease);
    } else {
        assert(!lease.options);
    }
    if (size >= 34) {
        memcpy(dev.mac, data + 28, ETH_ALEN);
        if (dhcp_adopt(&dev, data, size) == 0)
            assert(dev.mtu >= 576 && dev.mtu <= ETH_MTU);
        route_remove_device(&dev);
        lease_clear(&dev.dhcp);
        lease_clear(&dev.proxydhcp);
    }
    dns_reset();
    return 0;
}
