/*
 * Where random numbers come from.
 */
#pragma once

/*
 * Seed pm/lib/random.h from what this machine has: RDSEED, RDRAND, the jitter between its clocks, time and
 * date, UUID. Takes less than 20 ms. Others add what they learn (a MAC address) with random_add().
 */
void entropy_seed(void);
