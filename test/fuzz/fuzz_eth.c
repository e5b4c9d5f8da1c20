/*
 * One frame to a device that is ready: Ethernet, ARP, IPv4, ICMP, UDP and TCP headers. The first byte:
 * bit 0 makes checksums right, bit 1 takes the device's address away, bit 2 addresses the frame to us. VLAN 100 is
 * there, too, and we are in the group 225.2.3.4.
 */
#include "test/fuzz/frames.h"

#include "tcpip/igmp.h"
#include "tcpip/tcp.h"
#include "tcpip/udp.h"
#include "tcpip/vlan.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct udp_socket bound, any;
    struct udp_from from;
    u8 frame[1514];

    if (size < 2 || size - 1 > sizeof(frame))
        return 0;
    u8 how = data[0];
    size--;
    memcpy(frame, data + 1, size);
    simnet_start(1);
    if (!(how & 2))
        simnet_set_ip("10.0.0.2", "255.255.255.0", "10.0.0.1");
    sim_host_add("10.0.0.1");
    struct netdev *vlan;
    if (vlan_create(simnet_device(), 100, 0, &vlan) == 0 && netdev_open(vlan) == 0)
        netdev_set_ip4(vlan, 0x0a640002, 0xffffff00, 0);
    struct netdev *other = NULL;
    if (vlan_create(how & 8 ? vlan : simnet_device(), size, how >> 4, &other) < 0)
        other = simnet_device(); /* which is no VLAN */
    if (how & 4)
        memcpy(frame, SIM_MAC, MIN(size, (size_t)6));
    if (how & 1)
        frame_fix(frame, size);
    udp_open(&bound, 68, simnet_device());
    udp_open(&any, 1000, NULL);
    igmp_join(simnet_device(), 0xe1020304);
    struct tcp_conn *c = how & 2 ? NULL : tcp_connect(FRAME_SRV, 80);
    simnet_run(2);
    sim_inject_frame(frame, size);
    simnet_run(20);
    for (struct pkt *p; (p = udp_recv(&any, &from)) || (p = udp_recv(&bound, &from));)
        pkt_free(p);
    if (c)
        tcp_close(c);
    udp_close(&bound);
    udp_close(&any);
    vlan_destroy(other);
    if (simnet_stop() != 0)
        abort();
    vlan_reset();
    return 0;
}
