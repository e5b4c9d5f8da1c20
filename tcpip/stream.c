/*
 * What all streams have in common.
 */
#include "tcpip/stream.h"

#include <stdlib.h>

void stream_close(struct stream *s)
{
    if (!s)
        return;
    free(s->final_uri);
    s->ops->close(s);
}
