/* Everything that HTTP can do, for tests that fetch. A test may define its own list instead. */
#include "tcpip/http_client.h"

extern const struct http_feature http_forms, http_digest, http_patience, http_proxy, http_gzip, http_resume, http_ranges;

const struct http_feature *const http_features[] = {
    &http_forms, &http_digest, &http_patience, &http_proxy, &http_gzip, &http_resume, &http_ranges, NULL,
};
