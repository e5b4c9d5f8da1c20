/*
 * The heap (C11 7.22.3): boundary-tag blocks in chunks taken from the page allocator and given back when
 * empty. Each used block is fenced by a guard word in front and behind; free() checks both, so that a
 * buffer overrun or a second free() stops with words where it is found, not where it hurts.
 */
#include "pm/lib/pages.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK_MIN  65536u
#define ALIGN      16u
#define GUARD_USED 0x64657375u
#define GUARD_FREE 0x65657266u
#define GUARD_END  0x21646e65u

struct block {
    size_t size;   /* with this header; a multiple of ALIGN; 0 = the mark at a chunk's end */
    size_t before; /* size of the block in front; 0 = first of its chunk */
    size_t wanted; /* bytes asked for: the guard behind follows them at once */
    size_t guard;  /* GUARD_USED or GUARD_FREE; the word right in front of what the user has */
} __attribute__((aligned(ALIGN)));

struct free_block {
    struct block head;
    struct free_block *next, *prev;
};

#define BLOCK_MIN (sizeof(struct free_block) + (ALIGN - sizeof(struct free_block) % ALIGN) % ALIGN)

static struct free_block *free_list;

static struct block *block_at(void *base, size_t offset)
{
    return (struct block *)((char *)base + offset);
}

static void *payload(struct block *b)
{
    return b + 1;
}

static struct block *next_block(struct block *b)
{
    return block_at(b, b->size);
}

/* Bytes of a block that holds `wanted` and the guard behind; 0 when there is no such size. */
static size_t block_size(size_t wanted)
{
    if (wanted > SIZE_MAX / 2)
        return 0;
    size_t size = (sizeof(struct block) + wanted + sizeof(u32) + ALIGN - 1) & ~(size_t)(ALIGN - 1);
    return MAX(size, BLOCK_MIN);
}

static void set_guards(struct block *b, size_t wanted)
{
    static const u32 end = GUARD_END;
    b->guard = GUARD_USED;
    b->wanted = wanted;
    memcpy((char *)payload(b) + wanted, &end, sizeof(end));
}

static struct block *checked_block(void *p)
{
    struct block *b = (struct block *)p - 1;
    u32 end;
    assert((uintptr_t)p % ALIGN == 0 && b->guard != GUARD_FREE); /* freed twice? */
    assert(b->guard == GUARD_USED && b->wanted < b->size);       /* overrun from the front? */
    memcpy(&end, (char *)p + b->wanted, sizeof(end));
    assert(end == GUARD_END); /* overrun? */
    return b;
}

static void list_add(struct block *b)
{
    struct free_block *f = (struct free_block *)b;
    b->guard = GUARD_FREE;
    f->prev = NULL;
    f->next = free_list;
    if (free_list)
        free_list->prev = f;
    free_list = f;
}

static void list_remove(struct block *b)
{
    struct free_block *f = (struct free_block *)b;
    if (f->next)
        f->next->prev = f->prev;
    if (f->prev)
        f->prev->next = f->next;
    else
        free_list = f->next;
}

static void resize(struct block *b, size_t size)
{
    b->size = size;
    next_block(b)->before = size;
}

/* Join a block that is on no list with its free neighbours; an empty chunk goes back. */
static void release(struct block *b)
{
    struct block *next = next_block(b);
    if (next->guard == GUARD_FREE) {
        list_remove(next);
        resize(b, b->size + next->size);
    }
    if (b->before) {
        struct block *before = block_at(b, -b->before);
        if (before->guard == GUARD_FREE) {
            list_remove(before);
            resize(before, before->size + b->size);
            b = before;
        }
    }
    if (!b->before && !next_block(b)->size)
        pages_free(b, b->size + sizeof(struct block));
    else
        list_add(b);
}

/* Cut a used block to size; what is left over is freed when it is worth a block. */
static void trim(struct block *b, size_t size)
{
    size_t rest = b->size - size;
    if (rest < BLOCK_MIN)
        return;
    b->size = size;
    struct block *tail = next_block(b);
    tail->before = size;
    resize(tail, rest);
    release(tail);
}

/* A chunk as one free block (on no list) with the end mark behind it. */
static struct block *new_chunk(size_t size)
{
    if (size > SIZE_MAX - CHUNK_MIN)
        return NULL;
    size_t bytes = MAX(size + sizeof(struct block), CHUNK_MIN);
    bytes = (bytes + PAGE_SIZE - 1) & ~(size_t)(PAGE_SIZE - 1);
    struct block *b = pages_alloc(bytes, PAGES_TOP);
    if (!b)
        return NULL;
    b->before = 0;
    b->size = bytes - sizeof(struct block);
    struct block *end = next_block(b);
    *end = (struct block){.size = 0, .before = b->size, .guard = GUARD_USED};
    return b;
}

/* A block of at least size bytes: the smallest free one that is large enough keeps large ones whole. */
static struct block *find_block(size_t size)
{
    struct block *best = NULL;
    for (struct free_block *f = free_list; f; f = f->next)
        if (f->head.size >= size && (!best || f->head.size < best->size))
            best = &f->head;
    if (!best)
        return new_chunk(size);
    list_remove(best);
    return best;
}

void *malloc(size_t wanted)
{
    size_t size = block_size(wanted);
    struct block *b = size ? find_block(size) : NULL;
    if (!b)
        return NULL;
    b->guard = GUARD_USED;
    trim(b, size);
    set_guards(b, wanted);
    return payload(b);
}

void free(void *p)
{
    if (p)
        release(checked_block(p));
}

void *calloc(size_t n, size_t each)
{
    size_t total;
    if (__builtin_mul_overflow(n, each, &total))
        return NULL;
    void *p = malloc(total);
    if (p)
        memset(p, 0, total);
    return p;
}

/* Take in the free block behind, if that makes room enough. */
static bool grow_in_place(struct block *b, size_t size)
{
    struct block *next = next_block(b);
    if (next->guard != GUARD_FREE || b->size + next->size < size)
        return false;
    list_remove(next);
    resize(b, b->size + next->size);
    return true;
}

void *realloc(void *p, size_t wanted)
{
    if (!p)
        return malloc(wanted);
    struct block *b = checked_block(p);
    size_t size = block_size(wanted);
    if (!size)
        return NULL;
    if (size <= b->size || grow_in_place(b, size)) {
        trim(b, size);
        set_guards(b, wanted);
        return p;
    }
    void *moved = malloc(wanted);
    if (!moved)
        return NULL;
    memcpy(moved, p, MIN(b->wanted, wanted));
    free(p);
    return moved;
}

/* Take a larger block and give its front away, so that the payload starts where it must. */
void *aligned_alloc(size_t align, size_t wanted)
{
    size_t size = block_size(wanted);
    assert(align && (align & (align - 1)) == 0);
    if (align <= ALIGN || !size)
        return malloc(wanted);
    if (align > SIZE_MAX / 4)
        return NULL;
    struct block *b = find_block(size + align + BLOCK_MIN);
    if (!b)
        return NULL;
    b->guard = GUARD_USED;
    uintptr_t at = (uintptr_t)payload(b);
    if (at % align) {
        at = (at + BLOCK_MIN + align - 1) & ~(uintptr_t)(align - 1);
        struct block *front = b;
        size_t gap = at - (uintptr_t)payload(front), whole = front->size;
        b = block_at(front, gap);
        b->guard = GUARD_USED;
        front->size = gap;
        b->before = gap;
        resize(b, whole - gap);
        release(front);
    }
    trim(b, size);
    set_guards(b, wanted);
    return payload(b);
}
