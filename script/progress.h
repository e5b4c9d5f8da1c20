/*
 * The progress of a download on the consoles: one line of at most 79 columns that is rewritten with a
 * carriage return, five times a second at most, so that it also does on a slow serial line and on
 * a terminal that knows no cursor movement (ux.md 3.1).
 */
#pragma once

#include "pm/lib/types.h"

#define PROGRESS_SAMPLES 11 /* of the last two seconds */
#define PROGRESS_COLUMNS 79

struct progress {
    const char *label; /* what is being downloaded; the caller keeps it */
    msec_t started, drawn, moved; /* moved: when bytes came last */
    u32 done, total;
    unsigned width;    /* columns that the last line left behind */
    unsigned count;    /* samples taken */
    struct {
        msec_t at;
        u32 done;
    } sample[PROGRESS_SAMPLES];
};

void progress_start(struct progress *p, const char *label);

/*
 * Show where it stands (total 0 = unknown), unless the last time was a moment ago. A note stands in place of the
 * rate when it is not "".
 */
void progress_update(struct progress *p, u64 done, u64 total, const char *note);

/* Wipe the line away. */
void progress_clear(struct progress *p);

/* The last line: "URI... ok (40.8 MB, 12.3 MB/s)". A URI that is too long gives way to the label. */
void progress_success(struct progress *p, const char *uri, u64 done);
