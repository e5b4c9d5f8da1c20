/*
 * The scope "cpuid": cpuvendor and cpumodel, and registers that CPUID answers (Intel SDM 2A) under a number of
 * these bits (ipxe-behaviour.md 2.4), most significant first:
 *
 *   31     extended function (8000'0000h added)
 *   30-24  how many functions in a row, less one; with bit 22 the subfunction (ECX)
 *   23     bytes in the order of memory, for texts; else most significant first
 *   22     bits 30-24 are a subfunction
 *   17-16  how many registers of each function, less one
 *   15-8   which: two bits each, the first in bits 9-8; 0 = EAX, 1 = EBX, 2 = ECX, 3 = EDX
 *   7-0    function
 *
 * So ${cpuid/2.1} is ECX of function 1, and ${cpuid/2.0x80000001} that of the extended one.
 */
#include "pm/processor.h"
#include "pm/lib/writer.h"
#include "script/setting_types.h"

#include <string.h>

enum {
    VENDOR = 0x00822d00, /* EBX, EDX, ECX of function 0 */
    MODEL = 0x8283e402,  /* all registers of 80000002h to 80000004h */
};

#define ANSWER_MAX 512u

/* False: the processor does not have the function. */
static bool add_function(struct writer *w, u32 tag, u32 leaf, u32 sub)
{
    u32 r[4];
    if (!processor_leaf(leaf, sub, r))
        return false;
    for (unsigned i = 0; i <= (tag >> 16 & 3); i++) {
        u32 value = r[tag >> (8 + 2 * i) & 3];
        if (tag & 1u << 23)
            put32le(w, value);
        else
            put32be(w, value);
    }
    return true;
}

static int fetch_tag(struct value *out, enum type_id type, u32 tag)
{
    u8 bytes[ANSWER_MAX];
    struct writer w = writer_of(bytes, sizeof bytes);
    u32 upper = tag >> 24 & 0x7f, first = (tag & 1u << 31) | (u8)tag;
    bool has_sub = tag & 1u << 22;
    for (u32 i = 0; i <= (has_sub ? 0 : upper); i++)
        if (!add_function(&w, tag, first + i, has_sub ? upper : 0))
            return -ENOENT;
    return writer_ok(&w) ? value_give(out, type, bytes, writer_len(&w)) : -ENOENT;
}

static int fetch(struct scope *s, const char *name, struct value *out)
{
    u64 tag;
    if (strcmp(name, "cpuvendor") == 0)
        return fetch_tag(out, TYPE_STRING, VENDOR);
    if (strcmp(name, "cpumodel") == 0)
        return fetch_tag(out, TYPE_STRING, MODEL);
    if (out->scope != s || !setting_tag(name, &tag))
        return -ENOENT;
    return fetch_tag(out, TYPE_HEXRAW, (u32)tag);
}

struct scope scope_cpuid = {.name = "cpuid", .fetch = fetch};
