/* Every type of frame that has a handler. A test may define its own list instead. */
#include "tcpip/eth.h"

extern const struct frame_type frame_vlan, frame_stp, frame_lacp;

const struct frame_type *const frame_types[] = {&frame_vlan, &frame_stp, &frame_lacp, NULL};
