/* The simulated clock and the default world of host tests (clock.h); prepares memory and random numbers. */
#include "test/host/clock.h"
#include "pm/console.h"
#include "pm/lib/random.h"
#include "pm/lib/task.h"
#include "test/host/memory.h"

static struct {
    msec_t now, step;
    void (*also)(msec_t now);
} state = {.now = 1000, .step = 1};

msec_t clock_now(void)
{
    return state.now;
}

u32 host_rtc;

u32 rtc_now(void)
{
    return host_rtc ? host_rtc + (u32)(state.now / 1000) : 0;
}

void clock_set(msec_t now)
{
    state.now = now;
}

void clock_advance(msec_t by)
{
    state.now += by;
}

void clock_set_step(msec_t step)
{
    state.step = step;
}

void host_world_also(void (*poll)(msec_t now))
{
    state.also = poll;
}

bool host_world(void)
{
    if (state.also)
        state.also(state.now);
    state.now += state.step;
    return console_poll();
}

/* Here, since every test links the clock, and an archive member that nobody names is not linked. */
static void __attribute__((constructor)) prepare(void)
{
    task_set_world(host_world);
    host_memory(HOST_MEMORY);
    random_add("host test", 9);
}
