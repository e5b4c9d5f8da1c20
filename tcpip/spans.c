/*
 * Interval lists of TCP (spans.h). Linear search: lists are a few entries long, and 64 at most.
 */
#include "tcpip/spans.h"

#include <string.h>

static void remove_at(struct spans *s, u32 i, u32 n)
{
    s->count -= n;
    memmove(&s->at[i], &s->at[i + n], (s->count - i) * sizeof(s->at[0]));
}

bool spans_add(struct spans *s, u32 start, u32 end)
{
    u32 i = 0;
    u32 touching = 0;

    while (i < s->count && seq_before(s->at[i].end, start))
        i++;
    while (i + touching < s->count && !seq_before(end, s->at[i + touching].start))
        touching++;
    if (touching) {
        start = seq_min(start, s->at[i].start);
        end = seq_max(end, s->at[i + touching - 1].end);
        remove_at(s, i + 1, touching - 1);
    } else {
        if (s->count == SPANS_MAX)
            return false;
        memmove(&s->at[i + 1], &s->at[i], (s->count - i) * sizeof(s->at[0]));
        s->count++;
    }
    s->at[i] = (struct span){start, end};
    return true;
}

void spans_trim(struct spans *s, u32 seq)
{
    u32 gone = 0;

    while (gone < s->count && !seq_before(seq, s->at[gone].end))
        gone++;
    remove_at(s, 0, gone);
    if (s->count)
        s->at[0].start = seq_max(s->at[0].start, seq);
}

void spans_cut(struct spans *s, u32 seq)
{
    while (s->count && !seq_before(s->at[s->count - 1].start, seq))
        s->count--;
    if (s->count)
        s->at[s->count - 1].end = seq_min(s->at[s->count - 1].end, seq);
}

u32 spans_covered(const struct spans *s, u32 from, u32 to)
{
    u32 bytes = 0;

    for (u32 i = 0; i < s->count; i++) {
        u32 start = seq_max(s->at[i].start, from);
        u32 end = seq_min(s->at[i].end, to);

        if (seq_before(start, end))
            bytes += end - start;
    }
    return bytes;
}

const struct span *spans_find(const struct spans *s, u32 seq)
{
    for (u32 i = 0; i < s->count; i++)
        if (!seq_before(seq, s->at[i].start) && seq_before(seq, s->at[i].end))
            return &s->at[i];
    return NULL;
}

u32 spans_next_start(const struct spans *s, u32 seq, u32 none)
{
    for (u32 i = 0; i < s->count; i++)
        if (seq_before(seq, s->at[i].start))
            return s->at[i].start;
    return none;
}
