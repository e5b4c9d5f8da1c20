/* Everything that TFTP can do, for tests that fetch. */
#include "tcpip/tftp_client.h"

extern const struct tftp_feature tftp_twin;

const struct tftp_feature *const tftp_features[] = {&tftp_twin, NULL};
