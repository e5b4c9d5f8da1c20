/*
 * What the tests of the language share: a command table with the real commands of script/commands/{core,settings,system}.c
 * (but reboot, which does not return), and beside them
 *
 *   ok, bad           succeed; fail with the text "it is bad" (code EIO)
 *   args              print each argument in brackets
 *   chain             run a script of host_script(), --replace (-r) and --autofree (-a) included
 *   options           for the parser: prints what it got
 *   tabs              for completion: the same with other options and arguments
 */
#pragma once

#include "script/script.h"

/* A script that `chain NAME` finds; the text must stay. At most 1,024. */
void host_script(const char *name, const char *text);

/* Forget scripts, settings, console, tasks; register the computed scopes, with version "1.2.3". */
void host_scripting_reset(void);

/* As main does: tell where a script stopped. Returns rc. */
int host_told(int rc);

/* Run text as the script "t"; console_text() holds what came out. */
int run_script_text(const char *text);
