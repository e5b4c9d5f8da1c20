/*
 * Booting a disk of the machine as the BIOS would (loaders/handover.h): its first sector at 0:7C00, the drive's
 * number in DL. Not here: disks over the network.
 */
#include "loaders/handover.h"
#include "pm/lib/fail.h"
#include "pm/rm.h"

#include <string.h>

enum {
    SECTOR = 512,
    BOOT_SECTOR = 0x7c00,
    SIGNATURE = 0xaa55, /* its last word */
    LANDING = BOOT_SECTOR - 32,
    TRIES = 3, /* a drive that has just spun up may need a second one */
    FIRST_DISK = 0x80,
};

/* A BIOS that started us from a stick calls the stick the first disk. */
static unsigned first_disk(void)
{
    bool is_ours = mailbox->origin == RM_FROM_DISK && mailbox->boot_drive == FIRST_DISK;
    return FIRST_DISK + is_ours;
}

/* The first sector of a drive into rm_buffer(). 0, or the BIOS's status. */
static u8 read_first_sector(unsigned drive)
{
    struct rm_regs regs = {0};
    for (unsigned i = 0; i < TRIES; i++) {
        regs = (struct rm_regs){.eax = 0x0201, .ecx = 0x0001, .edx = drive, .es = mailbox->segment,
                                .ebx = mailbox->buffer_offset};
        rm_int(0x13, &regs);
        if (!(regs.eflags & RM_CF))
            return 0;
        struct rm_regs reset = {.edx = drive};
        rm_int(0x13, &reset);
    }
    return (u8)(regs.eax >> 8);
}

/* Boot sectors expect interrupts to be on; rm_jump() arrives with them off. */
static void enter(unsigned drive, const u8 *sector)
{
    static const u8 landing[] = {0xfb, 0xea, 0x00, 0x7c, 0x00, 0x00}; /* sti; jmp 0:7c00 */
    const struct rm_jump to = {.regs = {.edx = drive}, .ip = LANDING, .sp = BOOT_SECTOR};
    memcpy(handover_memory(BOOT_SECTOR, SECTOR), sector, SECTOR);
    memcpy(handover_memory(LANDING, sizeof landing), landing, sizeof landing);
    rm_jump(&to);
}

int handover_disk(int number)
{
    u8 sector[SECTOR];
    unsigned drive = number == HANDOVER_FIRST_DISK ? first_disk() : (unsigned)number & 0xff;
    u8 status = read_first_sector(drive);
    if (status)
        return fail(EIO, "drive 0x%02x: no disk that the BIOS can read (status 0x%02x)", drive, status);
    memcpy(sector, rm_buffer(), SECTOR);
    if ((sector[SECTOR - 2] | sector[SECTOR - 1] << 8) != SIGNATURE)
        return fail(ENOEXEC, "drive 0x%02x: its first sector is no boot sector", drive);
    handover_prepare();
    enter(drive, sector);
    return -EIO;
}
