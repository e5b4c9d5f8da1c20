/* What downloads can do beyond fetching, for tests that fetch. A test may define its own list instead. */
#include "script/download.h"

extern const struct fetch_feature fetch_sha256, fetch_retry, fetch_parallel, fetch_params, fetch_settings;

const struct fetch_feature *const fetch_features[] = {
    &fetch_sha256, &fetch_retry, &fetch_parallel, &fetch_params, &fetch_settings, NULL,
};
