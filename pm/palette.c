/*
 * The colours that VGA shows in text mode (console_palette(), INT 10h AH=10h): an attribute's colour goes through
 * one of 16 palette registers, which names one of 256 DAC registers of three times six bits. The DAC is changed and
 * put back for whoever comes after us.
 */
#include "pm/console.h"
#include "pm/devices.h"
#include "pm/rm.h"

#define COLOURS 16u

enum { GET_PALETTE = 0x1007, SET_DAC = 0x1010, GET_DAC = 0x1015 };

struct dac {
    u32 ecx, edx; /* CH green, CL blue; DH red: as the BIOS takes them */
    u8 number;
    bool is_saved;
};

static struct dac saved[COLOURS];

static void set_dac(u8 number, u32 ecx, u32 edx)
{
    struct rm_regs regs = {.eax = SET_DAC, .ebx = number, .ecx = ecx, .edx = edx};
    rm_int(0x10, &regs);
}

static void restore(void)
{
    for (unsigned i = 0; i < COLOURS; i++)
        if (saved[i].is_saved)
            set_dac(saved[i].number, saved[i].ecx, saved[i].edx);
}

static void save(struct dac *d, unsigned attribute)
{
    struct rm_regs regs = {.eax = GET_PALETTE, .ebx = attribute};
    rm_int(0x10, &regs);
    d->number = (u8)(regs.ebx >> 8);
    regs = (struct rm_regs){.eax = GET_DAC, .ebx = d->number};
    rm_int(0x10, &regs);
    d->ecx = regs.ecx;
    d->edx = regs.edx;
    d->is_saved = true;
}

void console_palette(unsigned colour, u32 rgb)
{
    /* ANSI counts red as 1 and blue as 4, VGA the other way round */
    unsigned attribute = (colour & 0xa) | (colour & 1) << 2 | (colour & 4) >> 2;
    struct dac *d = &saved[attribute % COLOURS];
    if (!vga_columns())
        return;
    if (!d->is_saved)
        save(d, attribute % COLOURS);
    vga_restore_palette = restore;
    set_dac(d->number, (rgb >> 10 & 0x3f) << 8 | (rgb >> 2 & 0x3f), (rgb >> 18 & 0x3f) << 8);
}
