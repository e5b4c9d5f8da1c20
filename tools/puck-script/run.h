/*
 * The world that `puck-script run` describes to the interpreter: time that costs nothing, keys that were
 * typed before, files that stand for servers, a machine that only says what it would boot.
 */
#pragma once

#include "pm/lib/types.h"

/* "[run] ..." among what the script shows. */
void run_tell(const char *fmt, ...) PRINTF_LIKE(1, 2);

/* End the program, as booting a kernel ends Puck. */
_Noreturn void run_end(int status);

/* ---- world.c ---- */

void world_init(unsigned limit_s);

/* Keys in the order in which they are wanted: a text with \n \t \e \\, or the name of one key. False when
 * unknown. */
void world_type(const char *text);
bool world_key(const char *name);

/* ---- hardware.c ---- */

/* "03:00.0=8086:10d3" or "03:00.0=8086:10d3:020000" (class): a PCI device. False when it is not so. */
bool hardware_pci(const char *text);

/* SMBIOS tables from a file, one structure behind the other. */
void hardware_smbios(const char *path);

/* ---- network.c ---- */

/* "http://srv/=DIR": what begins so lies there; the longest fits. False when there is no '='. */
bool network_map(const char *text);

/* Exactly this folder for exactly this URL. */
void network_map_to(const char *url, const char *path);

/* Whatever is not mapped is taken to exist, and to be what it is used for. */
void network_pretend(void);

/* "filename=http://srv/x": what the DHCP server gives. NULL = it does not answer. False with words in
 * fail_text(). */
bool network_dhcp(const char *text);

/* Register net0. */
void network_init(void);

#define STAND_IN "puck-script stand-in\n" /* the body of a file that --pretend makes up */
