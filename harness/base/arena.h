/* arena.h: memory that is freed all at once, and texts kept once each.
 * SPDX-License-Identifier: Apache-2.0
 * An arena aborts the program with a clear message when the heap is exhausted: the few places that ask for much memory
 * (operands, workspaces) do not use it and report properly. */
#ifndef AS_BASE_ARENA_H
#define AS_BASE_ARENA_H

#include <stddef.h>

typedef struct as_arena as_arena;

as_arena *as_arena_create(void);
void as_arena_free(as_arena *a);

/* Zeroed, aligned for any type, valid until as_arena_free. */
void *as_arena_alloc(as_arena *a, size_t bytes);

/* Grows an array kept in the arena: room for at least `count` + 1 elements, doubling `*cap`. */
void *as_arena_grow(as_arena *a, void *array, size_t *cap, size_t count, size_t element);

/* A copy that is the same pointer for equal texts, so that == compares. NULL stays NULL. */
const char *as_arena_intern(as_arena *a, const char *text);
const char *as_arena_intern_n(as_arena *a, const char *text, size_t length);
const char *as_arena_printf(as_arena *a, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Calls release(thing) when the arena is freed, the latest first: for what cannot live in an arena itself. */
void as_arena_defer(as_arena *a, void (*release)(void *thing), void *thing);

#endif
