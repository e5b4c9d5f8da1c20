/*
 * Work, counted instead of timed: gcc calls us at each basic block of script/ (-fsanitize-coverage=trace-pc), so a run
 * costs the same number on every machine and under any load. What libc and other folders do is not counted.
 */
#pragma once

/* Basic blocks of script/ that ran since the start of the program. */
unsigned long work_done(void);
