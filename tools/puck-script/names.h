/*
 * Sets of texts for the checker: labels, settings, and patterns with wildcards (${...} in a name). Host only:
 * there is always memory, or the program ends.
 */
#pragma once

#include "pm/lib/types.h"

#define NAME_ANY '\1' /* in a pattern: what a ${...} may turn out to be */

struct name {
    struct name *next; /* in order of addition */
    struct name *next_equal_hash;
    unsigned line;  /* where it was added first, as given; 0 = nowhere */
    unsigned count; /* how often it was added */
    bool has_wildcard;
    char text[];
};

struct names {
    struct name *first, **last;
    struct name **bucket;
    unsigned count, wildcards;
};

/* Add, or count again. Never NULL. */
struct name *names_add(struct names *n, const char *text, size_t len, unsigned line);

struct name *names_find(const struct names *n, const char *text);

/* Is a text in the set, literally or by one of its patterns? */
bool names_match(const struct names *n, const char *text);

/* Does the set hold a text that fits a pattern? */
bool names_fit(const struct names *n, const char *pattern);

/* A near name that is there, or NULL. */
const char *names_near(const struct names *n, const char *text);

void names_free(struct names *n);

/* The word with each outermost ${...} replaced by NAME_ANY, in a buffer of at least strlen(word) + 1. */
void name_pattern(const char *word, size_t len, char *out);
