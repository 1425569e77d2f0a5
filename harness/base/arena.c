/* arena.c: blocks in a list; a uthash table for interned texts.
 * SPDX-License-Identifier: Apache-2.0 */
#include "arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

typedef struct block {
    struct block *next;
    size_t used, size;
    max_align_t data[];
} block;

typedef struct {
    UT_hash_handle hh;
    char text[];
} interned;

typedef struct deferred {
    struct deferred *next;
    void (*release)(void *thing);
    void *thing;
} deferred;

struct as_arena {
    block *blocks;
    interned *texts;
    deferred *deferred;
};

static void *must(void *p)
{
    if (!p) {
        fputs("attnscope: out of memory: close other programs or choose a smaller sweep\n", stderr);
        exit(3);
    }
    return p;
}

as_arena *as_arena_create(void) { return must(calloc(1, sizeof(as_arena))); }

void as_arena_free(as_arena *a)
{
    if (!a)
        return;
    for (const deferred *d = a->deferred; d; d = d->next)
        d->release(d->thing);
    HASH_CLEAR(hh, a->texts);
    for (block *b = a->blocks, *next; b; b = next) {
        next = b->next;
        free(b);
    }
    free(a);
}

void *as_arena_alloc(as_arena *a, size_t bytes)
{
    const size_t align = _Alignof(max_align_t), usual = 1u << 16;
    bytes = (bytes + align - 1) / align * align;
    block *b = a->blocks;
    if (!b || b->size - b->used < bytes) {
        size_t size = bytes > usual ? bytes : usual;
        block *fresh = must(calloc(1, sizeof(block) + size));
        fresh->size = size;
        fresh->next = b;
        a->blocks = b = fresh;
    }
    void *p = (char *)b->data + b->used;
    b->used += bytes;
    return p;
}

void as_arena_defer(as_arena *a, void (*release)(void *thing), void *thing)
{
    deferred *d = as_arena_alloc(a, sizeof *d);
    *d = (deferred){a->deferred, release, thing};
    a->deferred = d;
}

void *as_arena_grow(as_arena *a, void *array, size_t *cap, size_t count, size_t element)
{
    if (count < *cap)
        return array;
    size_t wider = *cap ? *cap * 2 : 16;
    void *fresh = as_arena_alloc(a, wider * element);
    if (count)
        memcpy(fresh, array, count * element);
    *cap = wider;
    return fresh;
}

const char *as_arena_intern_n(as_arena *a, const char *text, size_t length)
{
    if (!text)
        return NULL;
    interned *found;
    HASH_FIND(hh, a->texts, text, length, found);
    if (!found) {
        found = as_arena_alloc(a, sizeof *found + length + 1);
        memcpy(found->text, text, length);
        HASH_ADD_KEYPTR(hh, a->texts, found->text, length, found);
    }
    return found->text;
}

const char *as_arena_intern(as_arena *a, const char *text)
{
    return text ? as_arena_intern_n(a, text, strlen(text)) : NULL;
}

const char *as_arena_printf(as_arena *a, const char *format, ...)
{
    va_list args;
    char *text = NULL;
    va_start(args, format);
    int length = vasprintf(&text, format, args);
    va_end(args);
    if (length < 0)
        must(NULL);
    const char *kept = as_arena_intern_n(a, text, (size_t)length);
    free(text);
    return kept;
}
