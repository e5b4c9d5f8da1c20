/*
 * What DHCP servers are told that this image can do (option 175, ipxe-behaviour.md 3.6 P3): of the features in its list
 * those that have a tag. Without this service only what every image has is told.
 */
#include "script/net.h"
#include "script/service.h"
#include "script/settings.h"

#include <string.h>

static const struct {
    char name[8];
    u8 tag;
} known[] = {
    {"http", 0x13}, {"tftp", 0x15}, {"bzimage", 0x18}, {"vcreate", 0x26}, {"menu", 0x27},
};

static u8 tags[ARRAY_SIZE(known) + 1];

static void start(void)
{
    unsigned count = 0;
    tags[count++] = 0x17; /* DNS */
    for (const char *f = feature_names; *f; f += strlen(f) + 1)
        for (unsigned i = 0; i < ARRAY_SIZE(known); i++)
            if (strcmp(f, known[i].name) == 0)
                tags[count++] = known[i].tag;
    net_set_feature_tags(tags, count);
}

const struct service service_feature_tags = {.start = start};
