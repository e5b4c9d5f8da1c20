/*
 * TFTP packets and the receiver's window (RFC 1350, 2347, 2348, 2349, 7440). Pure functions; the
 * client is in tftp.c.
 */
#pragma once

#include "pm/lib/reader.h"
#include "pm/lib/types.h"

#define TFTP_PORT 69
#define TFTP_BLKSIZE_DEFAULT 512
#define TFTP_RRQ_MAX 768 /* bytes of a request: a name of about 700 characters fits */

enum { TFTP_RRQ = 1, TFTP_DATA = 3, TFTP_ACK = 4, TFTP_ERROR = 5, TFTP_OACK = 6 };
enum {
    TFTP_NOT_FOUND = 1,
    TFTP_NO_ACCESS = 2,
    TFTP_UNKNOWN_TID = 5,
    TFTP_BAD_OPTION = 8,
};

/* What is asked for, or what the server agreed to. */
struct tftp_options {
    u16 blksize;
    u16 windowsize; /* blocks per ACK; 1 = as in RFC 1350 */
    u64 size;
    bool size_known;
};

/* A read request in octet mode; asked NULL = without options. Returns its length, 0 = name too long. */
size_t tftp_write_rrq(u8 *buf, size_t size, const char *file, const struct tftp_options *asked);

/* The options of an OACK (r behind the opcode). -EPROTO with text when it grants what was not asked. */
int tftp_read_oack(struct reader r, const struct tftp_options *asked, struct tftp_options *out);

/* Receiver state; start with {.size = windowsize, .blksize = ...}. */
struct tftp_window {
    u16 size;
    u16 blksize;
    u16 last;       /* the last block received in order */
    u16 unacked;    /* blocks since our last ACK */
    bool has_gap;   /* a later block came: its number */
    u16 gap_at;
    bool is_done;   /* the last block of the file is in */
};

enum tftp_verdict {
    TFTP_IGNORE,   /* duplicate, overlong, out of place */
    TFTP_TAKE,     /* the next block */
    TFTP_TAKE_ACK, /* the next block, and the window is full or the file complete: acknowledge */
    TFTP_LOST,     /* a block before it is missing: acknowledge what is there, so that it comes again */
};
enum tftp_verdict tftp_window_put(struct tftp_window *w, u16 block, size_t len);
