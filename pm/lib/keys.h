/*
 * Keys: their numbers, the queue of what was typed ahead, and the two translations into them: ANSI
 * sequences from a serial terminal (ECMA-48), and the BIOS' scan codes (INT 16h AH=10h).
 */
#pragma once

#include "pm/lib/types.h"

/*
 * Keys are characters 1..0xff, or special keys numbered as scripts write them: an ANSI sequence
 * ESC [ n c is 0x100 * (n + 1) + c, so F12 (ESC [ 24 ~) is 0x197e.
 */
#define KEY_ANSI(n, c) (0x100 * ((n) + 1) + (c))
#define KEY_ALT(c)     (0x8000 + (c)) /* from a keyboard; a terminal sends ESC and the character */
enum {
    CTRL_C = 0x03,
    KEY_TAB = 0x09,
    KEY_ENTER = 0x0d, /* LF from serial is delivered as CR */
    KEY_ESC = 0x1b,
    KEY_BACKSPACE = 0x08, /* DEL (7f) from serial is delivered as backspace */
    KEY_UP = KEY_ANSI(0, 'A'),
    KEY_DOWN = KEY_ANSI(0, 'B'),
    KEY_RIGHT = KEY_ANSI(0, 'C'),
    KEY_LEFT = KEY_ANSI(0, 'D'),
    KEY_END = KEY_ANSI(0, 'F'),
    KEY_HOME = KEY_ANSI(0, 'H'),
    KEY_CTRL_RIGHT = KEY_ANSI(5, 'C'),
    KEY_CTRL_LEFT = KEY_ANSI(5, 'D'),
    KEY_INSERT = KEY_ANSI(2, '~'),
    KEY_DELETE = KEY_ANSI(3, '~'),
    KEY_PGUP = KEY_ANSI(5, '~'),
    KEY_PGDN = KEY_ANSI(6, '~'),
    KEY_F1 = KEY_ANSI(11, '~'),
    KEY_F2 = KEY_ANSI(12, '~'),
    KEY_F3 = KEY_ANSI(13, '~'),
    KEY_F4 = KEY_ANSI(14, '~'),
    KEY_F5 = KEY_ANSI(15, '~'),
    KEY_F6 = KEY_ANSI(17, '~'),
    KEY_F7 = KEY_ANSI(18, '~'),
    KEY_F8 = KEY_ANSI(19, '~'),
    KEY_F9 = KEY_ANSI(20, '~'),
    KEY_F10 = KEY_ANSI(21, '~'),
    KEY_F11 = KEY_ANSI(23, '~'),
    KEY_F12 = KEY_ANSI(24, '~'),
};

#define KEYS_MAX 16384 /* a power of two; a pasted text. What is typed beyond is dropped */

struct key_queue {
    u16 key[KEYS_MAX];
    u32 head, tail; /* free-running */
    bool interrupted;
};

/* Append a key. CTRL_C is remembered aside instead, so that it overtakes what was typed before. */
void keys_put(struct key_queue *q, int key);

/* Take the next key, or -1. */
int keys_get(struct key_queue *q);

/* Was CTRL_C put since the last call? */
bool keys_interrupted(struct key_queue *q);

void keys_flush(struct key_queue *q);

/* What a decoder remembers between the bytes of a sequence. All zero at start. */
struct key_decoder {
    enum { KEYS_PLAIN, KEYS_ESC, KEYS_CSI, KEYS_SS3, KEYS_LINUX } state;
    unsigned param[2]; /* of the sequence; further ones do not count */
    unsigned params;   /* which of them is being read */
    bool after_cr;  /* an LF now belongs to the CR before it */
    msec_t last_byte;
};

/* One byte from a serial terminal; a complete key goes to the queue. */
void keys_decode(struct key_decoder *d, u8 byte, msec_t now, struct key_queue *q);

/*
 * Call now and then while nothing arrives: an ESC that nothing followed for 100 ms was the key, and
 * a sequence that stopped in the middle is dropped.
 */
void keys_settle(struct key_decoder *d, msec_t now, struct key_queue *q);

/* The key for AX as INT 16h AH=10h returns it; -1 for one that nothing here uses. */
int keys_from_bios(u16 ax);
