/* The counter of basic blocks (work.h). */
#include "test/host/work.h"

static unsigned long blocks;

void __sanitizer_cov_trace_pc(void);

void __sanitizer_cov_trace_pc(void)
{
    blocks++;
}

unsigned long work_done(void)
{
    return blocks;
}
