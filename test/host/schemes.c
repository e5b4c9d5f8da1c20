/* Every URL scheme, for tests that fetch. A test may define its own list instead. */
#include "tcpip/fetch.h"

extern const struct scheme scheme_http, scheme_tftp;

const struct scheme *const schemes[] = {&scheme_http, &scheme_tftp, NULL};
