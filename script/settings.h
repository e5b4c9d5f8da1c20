/*
 * Settings: typed named values in nested scopes (ipxe-behaviour.md 2). "net0.dhcp/filename:string" is
 * scope, name, type. Raw values are bytes in network order; a type says how they are shown and read.
 */
#pragma once

#include "pm/lib/fail.h"
#include "pm/lib/reader.h"
#include "pm/lib/types.h"

struct setting_type {
    const char *name; /* "ipv4" */
    /* Text of raw bytes; malloc'd, NULL when the bytes do not fit the type. */
    char *(*format)(const u8 *raw, size_t len);
    /* Raw bytes of a text: malloc'd in *raw. 0, or -EINVAL with text. */
    int (*parse)(const char *text, u8 **raw, size_t *len);
};

/* The 18 types. */
enum type_id {
    TYPE_STRING,
    TYPE_URISTRING,
    TYPE_IPV4,
    TYPE_IPV6,
    TYPE_INT8,
    TYPE_INT16,
    TYPE_INT32,
    TYPE_UINT8,
    TYPE_UINT16,
    TYPE_UINT32,
    TYPE_HEX,
    TYPE_HEXHYP,
    TYPE_HEXRAW,
    TYPE_BASE64,
    TYPE_UUID,
    TYPE_GUID,
    TYPE_BUSDEVFN,
    TYPE_DNSSL,
    TYPE_COUNT,
};
extern const struct setting_type setting_types[TYPE_COUNT];

const struct setting_type *setting_type_find(const char *name); /* NULL when unknown */

/*
 * A predefined name: type, and its DHCP option number (encapsulated: 175 << 8 | sub), 0 = none.
 * What it means is in settings_help[], in the same order: a table of its own, which images that do
 * not ask for it do not carry.
 */
struct setting {
    char name[17];
    u8 type; /* enum type_id */
    u16 dhcp;
};
extern const struct setting settings_known[]; /* an empty name at the end */
extern const char *const settings_help[];

/* The 18 types for a reader: meaning, and bytes (as hexraw) that show it. */
struct type_help {
    const char *meaning, *bytes;
};
extern const struct type_help types_help[TYPE_COUNT];

/* Scopes: what is found there, how its names are made, a reference. NULL name at the end. */
struct scope_help {
    const char *name, *meaning, *example;
};
extern const struct scope_help scopes_help[];

const struct setting *setting_known(const char *name); /* NULL when it is a person's own name */

/*
 * DHCP option number of a name: "filename" is 67, "209" is 209, "175.8" and "keep-san" are
 * 175 << 8 | 8. 0 when it has none. With type, stores there the type of a known name or number; leaves it
 * alone otherwise.
 */
int setting_dhcp_number(const char *name, enum type_id *type);

struct scope;

/* A value found. */
struct value {
    u8 *raw; /* malloc'd */
    size_t len;
    const struct setting_type *type; /* NULL = that of the name */
    struct scope *scope;             /* where */
};

/* The result of a scope's fetch: a copy of n bytes as a value of this type. 0, or -ENOMEM with text. */
int value_give(struct value *out, enum type_id type, const void *data, size_t n);
int value_give_text(struct value *out, const char *text);  /* NULL: -ENOENT */
int value_give_u32(struct value *out, enum type_id type, u32 n);

/*
 * A scope is a place where values live: a list of stored values, and optionally a function that
 * computes them (DHCP options, NIC properties, SMBIOS). Scopes nest.
 */
struct scope {
    struct scope *parent, *child, *next;
    char name[32];
    struct stored_setting *stored;
    int priority;  /* higher is searched first; from the scope's own "priority" setting */
    bool was_made; /* by setting_set(), on the heap */
    /*
     * Computed value of a name, by value_give() and its sisters; -ENOENT when absent. out->scope is the scope
     * that the reference names: `s` itself, or one above whose search came here.
     */
    int (*fetch)(struct scope *s, const char *name, struct value *out);
    /* May this be stored here? 0, or a negative errno with text. NULL = anything may. */
    int (*check)(struct scope *s, const char *name, struct reader raw);
    void *arg;
};

extern struct scope settings_root;

/* Computed scopes of this image: a line "scope NAME" in boot/IMAGE.list is scope_NAME. */
extern struct scope *const scopes[]; /* NULL at the end */

/* Register them. */
void scopes_init(void);

/* Names of everything in the image's list ("http", "menu"), each with its NUL, an empty one at the end. */
extern const char feature_names[];

/*
 * Hang a scope under its parent, after its sisters. A scope of that name that is there already is
 * replaced; what was stored in it by hand moves over. The caller keeps the memory alive.
 */
void scope_register(struct scope *s, struct scope *parent, const char *name);
struct scope *scope_find(const char *dotted); /* "net0.dhcp"; NULL when absent; "" = root */

/* Forget what was stored in a scope and below it by hand; what is computed there shows again. */
void scope_clear(struct scope *s);

/*
 * Names that stand for another scope: the function maps one part of a dotted name to the real one
 * ("netX" to "net1") or returns it unchanged. NULL = none.
 */
void scope_set_alias(const char *(*real_name)(const char *name));

/*
 * Value of "[scope/]name[:type]" as text, searching the scope, then its children depth-first.
 * malloc'd, or NULL when unset or malformed.
 */
char *setting_get(const char *reference);

/* The same: 0, -ENOENT (unset or malformed), or -ENOMEM with text. */
int setting_get_text(const char *reference, char **text);

/* The same as it is kept, its type decided; free out->raw. 0, -ENOENT, or -ENOMEM with text. */
int setting_get_value(const char *reference, struct value *out);

/* Store a text (NULL or "" deletes). Makes the scope when it is missing. Runs the appliers. */
int setting_set(const char *reference, const char *text);
int setting_set_raw(const char *reference, const u8 *raw, size_t len);

/* Names of what is stored in a scope itself, in no order; NULL behind the last. */
const char *setting_stored_name(const struct scope *s, unsigned i);

/* Delete the value where the reference points; one that is not there is fine. Makes no scope. */
int setting_clear(const char *reference);

/* Would setting_set() take this text? Stores nothing. 0, or -EINVAL or -ENOMEM with text. */
int setting_check(const char *reference, const char *text);

/*
 * Add to a number; an absent one starts as int32 0. A text that is a whole number counts too and
 * stays text (iPXE refuses it). -ERANGE with text when the sum does not fit the type (iPXE wraps),
 * -EOPNOTSUPP for other types.
 */
int setting_inc(const char *reference, long by);

/* Number from a setting, or `otherwise` when it is unset or not a number. */
long setting_get_long(const char *reference, long otherwise);

/* Called after every change: addresses, DNS servers. At most 8. */
void settings_add_applier(void (*apply)(void));
void settings_changed(void);

/* The same, by a line "applier NAME" in boot/IMAGE.list; they come after the others. */
struct setting_applier {
    void (*apply)(void);
};
extern const struct setting_applier *const setting_appliers[]; /* NULL at the end */

/*
 * The scope of what the program knows by itself: version, platform, buildarch, errno, cwuri, cwduri.
 * `version` must stay alive.
 */
void settings_builtin_init(const char *version);

/* Free all stored values and unhook all scopes and appliers (tests). */
void settings_reset(void);
