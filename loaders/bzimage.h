/*
 * The Linux kernel file of x86 (Documentation/arch/x86/boot.rst): what its setup header says, in one
 * set of fields for all protocol versions from the zImages before 2.00 to 2.15.
 */
#pragma once

#include "loaders/image.h"

struct bzimage {
    u16 version;      /* 0x020f = 2.15; 0 = before there was a header */
    u8 loadflags;     /* as in the file */
    bool is_64bit;    /* has a 64-bit entry (from 2.12 on) */
    u32 rm_size;      /* real-mode part: bytes of the file */
    u32 pm_size;      /* protected-mode part: the rest */
    u32 rm_base;      /* where they go */
    u32 pm_base;
    u32 cmdline_max;  /* characters, without the NUL */
    u32 initrd_end;   /* an initrd must end at or below this address; 0 = takes none */
    u32 run_start;    /* while it unpacks itself it takes [run_start, run_end) */
    u32 run_end;
};

/* Offsets in the file, which are offsets in the real-mode part. */
enum {
    BZ_CMDLINE_MAGIC = 0x20, /* before 2.02: 0xa33f */
    BZ_CMDLINE_OFFSET = 0x22,
    BZ_SETUP_SECTS = 0x1f1,
    BZ_SYSSIZE = 0x1f4,
    BZ_VID_MODE = 0x1fa,
    BZ_BOOT_FLAG = 0x1fe,
    BZ_HEADER = 0x202,
    BZ_VERSION = 0x206,
    BZ_TYPE_OF_LOADER = 0x210,
    BZ_LOADFLAGS = 0x211,
    BZ_SETUP_MOVE_SIZE = 0x212,
    BZ_RAMDISK_IMAGE = 0x218,
    BZ_RAMDISK_SIZE = 0x21c,
    BZ_HEAP_END_PTR = 0x224,
    BZ_CMD_LINE_PTR = 0x228,
    BZ_INITRD_ADDR_MAX = 0x22c,
    BZ_KERNEL_ALIGNMENT = 0x230,
    BZ_RELOCATABLE = 0x234,
    BZ_XLOADFLAGS = 0x236,
    BZ_CMDLINE_SIZE = 0x238,
    BZ_PREF_ADDRESS = 0x258,
    BZ_INIT_SIZE = 0x260,
};

#define BZ_LOADED_HIGH  0x01
#define BZ_CAN_USE_HEAP 0x80

/* Read the header. 0; -ENOEXEC when it is no kernel; another error with text when it is a bad one. */
int bzimage_parse(const struct image *img, struct bzimage *bz);

/* What the loader must know of the command line: vga= (false when absent), and mem= (~0 when absent). */
bool bzimage_video_mode(const char *cmdline, u16 *mode);
u32 bzimage_memory_limit(const char *cmdline);
