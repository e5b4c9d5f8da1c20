/*
 * Commands whose subsystem comes with a later version: network disks (K30-K32), certificates and signatures
 * (K50-K52), and what Puck will not have (K38, parts of K54). They take the options that scripts give them,
 * and say what they need.
 *
 * Scripts guard them: "imgverify a b || goto error" must fail while nothing is verified, "imgtrust --allow"
 * asks for what is the case anyway, shim has no meaning on a BIOS (K37), and sanunhook finds nothing to let
 * go.
 */
#include "loaders/handover.h"
#include "script/command.h"

#include <string.h>

static const struct {
    const char *name;
    const char *needs; /* and what to do instead */
} later[] = {
    {"certfree", "certificates"},
    {"certstat", "certificates"},
    {"certstore", "certificates"},
    {"fcels", "Fibre Channel"},
    {"fcstat", "Fibre Channel"},
    {"ibstat", "Infiniband"},
    {"imgdecrypt", "certificates"},
    {"imgtrust", "signatures (imgfetch --sha256 checks what a file is)"},
    {"imgverify", "signatures (imgfetch --sha256 checks what a file is)"},
    {"iwlist", "wireless networks"},
    {"iwstat", "wireless networks"},
    {"sanboot", "network disks (iSCSI, AoE, HTTP)"},
    {"sanhook", "network disks (iSCSI, AoE, HTTP)"},
    {"startpxe", "the PXE API for boot programs"},
    {"stoppxe", "the PXE API for boot programs"},
    {"usbscan", "USB"},
};

static int run_later(const struct command *self, const struct parsed *p)
{
    (void)p;
    unsigned i = 0;
    while (strcmp(later[i].name, self->name) != 0)
        i++;
    return fail(EOPNOTSUPP, "this version of Puck does not have %s", later[i].needs);
}

/* What is asked for is the case already. */
static int run_nothing(const struct command *self, const struct parsed *p)
{
    (void)self;
    (void)p;
    return 0;
}

enum { TRUST_ALLOW, TRUST_PERMANENT };

/* Images are not verified: that is what --allow wants, and the opposite cannot be promised. */
static int run_imgtrust(const struct command *self, const struct parsed *p)
{
    return p->option[TRUST_ALLOW].given ? 0 : run_later(self, p);
}

/* A command and its help; what follows the example are the words for its options, in their order. */
#define LATER(which, words, option_table, least, most, runs, told, shown, ...)                               \
    const struct command command_##which = {                                                                 \
        .name = #which,                                                                                      \
        .topic = "later",                                                                                    \
        .synopsis = words,                                                                                   \
        .options = option_table,                                                                             \
        .min_args = least,                                                                                   \
        .max_args = most,                                                                                    \
        .run = runs,                                                                                         \
    };                                                                                                       \
    const struct help_text help_##which = {.says = told, .options = {__VA_ARGS__}, .example = shown}

/* ---- network disks ---------------------------------------------------------------------------------- */

#define DRIVE_OPTION                                                                                         \
    {                                                                                                        \
        'd', "drive", OPTION_NUMBER, "N"                                                                     \
    }
#define DRIVE_HELP "the BIOS number of the drive: 0x80 is the first disk"

static const struct option sanunhook_options[] = {DRIVE_OPTION, {0}};
static const struct option sanhook_options[] = {DRIVE_OPTION, {'n', "no-describe", OPTION_FLAG, NULL}, {0}};
static const struct option sanboot_options[] = {
    DRIVE_OPTION,
    {'n', "no-describe", OPTION_FLAG, NULL},
    {'k', "keep", OPTION_FLAG, NULL},
    {'f', "filename", OPTION_STRING, "NAME"},
    {'e', "extra", OPTION_STRING, "NAME"},
    {'l', "label", OPTION_STRING, "NAME"},
    {'u', "uuid", OPTION_STRING, "UUID"},
    {0},
};

#define FIRST_DISK 0x80

/* Without a URI it starts a disk that the machine has, which is what most scripts want of it (K31). */
static int run_sanboot(const struct command *self, const struct parsed *p)
{
    long drive = p->option[0].given ? p->option[0].number : FIRST_DISK;
    if (p->argc > 0)
        return run_later(self, p);
    if (drive < 0 || drive > 0xff)
        return fail(EINVAL, "a drive is 0x00 to 0xff; 0x80 is the first disk");
    return handover_disk((int)drive);
}

LATER(sanboot, "[<uri>...]", sanboot_options, 0, -1, run_sanboot,
      "Boot a local disk; from a network disk in a later version.",
      "sanboot --no-describe --drive 0x80 || goto menu",
      DRIVE_HELP, "leave no table for the operating system", "keep the disk when booting fails",
      "for other firmware: ignored", "for other firmware: ignored", "for other firmware: ignored",
      "for other firmware: ignored");

LATER(sanhook, "<uri>...", sanhook_options, 1, -1, run_later,
      "Attach a network disk.",
      "sanhook --drive 0x80 iscsi:192.0.2.1::::iqn.2010-04.net.example:disk || shell",
      DRIVE_HELP, "leave no table for the operating system");

LATER(sanunhook, "", sanunhook_options, 0, 0, run_nothing,
      "Detach a network disk; there is none, so this succeeds.",
      "sanunhook --drive 0x80 ||",
      DRIVE_HELP);

/* ---- certificates and signatures -------------------------------------------------------------------- */

static const struct option imgtrust_options[] = {
    [TRUST_ALLOW] = {'a', "allow", OPTION_FLAG, NULL},
    [TRUST_PERMANENT] = {'p', "permanent", OPTION_FLAG, NULL},
    {0},
};

LATER(imgtrust, "", imgtrust_options, 0, 0, run_imgtrust,
      "Demand signed images: fails; with --allow: succeeds.",
      "imgtrust --allow",
      "allow images without a signature", "for good");

static const struct option imgverify_options[] = {
    {'s', "signer", OPTION_STRING, "NAME"},
    {'k', "keep", OPTION_FLAG, NULL},
    {'t', "timeout", OPTION_TIMEOUT, "MS"},
    {'q', "quiet", OPTION_FLAG, NULL},
    {0},
};

LATER(imgverify, "<image> <uri|image>", imgverify_options, 2, 2, run_later,
      "Check the signature of an image.",
      "imgverify vmlinuz vmlinuz.sig || goto error",
      "who must have signed", "keep the signature", "give up after so long without a byte",
      "show no progress");

static const struct option imgdecrypt_options[] = {
    {'n', "name", OPTION_STRING, "NAME"},
    {'k', "keep", OPTION_FLAG, NULL},
    {'t', "timeout", OPTION_TIMEOUT, "MS"},
    {'q', "quiet", OPTION_FLAG, NULL},
    {0},
};

LATER(imgdecrypt, "<image> <uri|image>", imgdecrypt_options, 2, 2, run_later,
      "Decrypt an image.",
      "imgdecrypt vmlinuz vmlinuz.env || goto error",
      "call the image so", "keep the envelope", "give up after so long without a byte", "show no progress");

#define SUBJECT_OPTION                                                                                       \
    {                                                                                                        \
        's', "subject", OPTION_STRING, "NAME"                                                                \
    }

static const struct option subject_options[] = {SUBJECT_OPTION, {0}};
static const struct option certstore_options[] = {SUBJECT_OPTION, {'k', "keep", OPTION_FLAG, NULL}, {0}};

LATER(certstat, "", subject_options, 0, 0, run_later,
      "List certificates.",
      "certstat ||",
      "only those of this name");

LATER(certstore, "[<uri|image>]", certstore_options, 0, 1, run_later,
      "Add a certificate to those that are known.",
      "certstore http://srv/ca.crt || goto error",
      "only those of this name", "keep the image");

LATER(certfree, "", subject_options, 0, 0, run_later,
      "Forget certificates.",
      "certfree ||",
      "only those of this name");

/* ---- what a BIOS machine does not need, or Puck does not drive -------------------------------------- */

LATER(shim, "[<argument>...]", NULL, 0, -1, run_nothing,
      "Has a meaning under EFI only: does nothing and succeeds.",
      "iseq ${platform} efi && shim http://srv/shimx64.efi ||");

LATER(startpxe, "[<interface>]", NULL, 0, 1, run_later,
      "Offer the PXE API to programs.",
      "startpxe net0 ||");

LATER(stoppxe, "", NULL, 0, 0, run_later,
      "No longer offer the PXE API.",
      "stoppxe ||");

LATER(usbscan, "<setting>", NULL, 1, 1, run_later,
      "Find the next USB device.",
      "usbscan addr || goto no_usb");

LATER(iwstat, "[<interface>...]", NULL, 0, -1, run_later,
      "Show wireless interfaces.",
      "iwstat ||");

LATER(iwlist, "[<interface>...]", NULL, 0, -1, run_later,
      "List wireless networks.",
      "iwlist ||");

LATER(ibstat, "[<interface>...]", NULL, 0, -1, run_later,
      "Show Infiniband devices.",
      "ibstat ||");

LATER(fcstat, "", NULL, 0, 0, run_later,
      "Show Fibre Channel ports.",
      "fcstat ||");

static const struct option fcels_options[] = {
    {'p', "port", OPTION_STRING, "NAME"}, {'i', "id", OPTION_STRING, "ID"}, {0}};

LATER(fcels, "<els>", fcels_options, 1, 1, run_later,
      "Ask a Fibre Channel port.",
      "fcels plogi ||",
      "from this port", "the port to ask");
