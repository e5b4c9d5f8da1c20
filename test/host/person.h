/*
 * A person at the host's console: whenever the code under test waits for a key, a function of the test is called,
 * looks at the screen (terminal.h) and types (console.h). A person who types nothing lets a tenth of a second pass;
 * one who never comes to an end presses Ctrl-C after 1,000 looks.
 */
#pragma once

#include "pm/lib/types.h"

/* Sit down: `looks` is called with n = 0, 1, 2...; NULL = nobody is there. Sets the world of task_pause(). */
void person(void (*looks)(unsigned n));

/* How often the person has looked. */
unsigned person_looks(void);

/* Characters, with \n for Enter. */
void types(const char *keys);

/* The test fails, and prints the screen, when this text is not, or is, on it. */
void sees(const char *text);
void sees_not(const char *text);

/* Of tests of what scripts show: a terminal of 80 x 24 at which nobody sits, and nothing left behind. */
int person_setup(void **state);
int person_teardown(void **state);

/* run_script_text() with somebody at the console. */
int person_runs(const char *script, void (*looks)(unsigned n));
