/* memory.h: the arrays that a kernel works on, each a mapping of its own between two guard pages.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_BENCH_MEMORY_H
#define AS_BENCH_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

/* [guard page][pad][data][pad][guard page]; start from {0}, end with as_buffer_free. */
typedef struct {
    char *map;
    size_t map_bytes;
    char *data; /* 64-byte aligned */
    size_t bytes;
    bool watched; /* the pads are marked: as_buffer_intact sees what is written there */
} as_buffer;

typedef enum {
    AS_BUFFER_AT_END = 1,   /* data ends (within 63 bytes) where the guard page begins: an overrun faults at once */
    AS_BUFFER_NO_HUGE = 2,  /* small pages only, so that as_buffer_touched counts what was touched */
    AS_BUFFER_UNTOUCHED = 4 /* no page is faulted in; the pads are not watched */
} as_buffer_flag;

/* `lines` (0..63) moves the data by that many cache lines within its page. false when memory ran out. */
bool as_buffer_create(as_buffer *b, size_t bytes, unsigned lines, unsigned flags);
void as_buffer_free(as_buffer *b);

/* Bytes of the pages that were touched. */
size_t as_buffer_touched(const as_buffer *b);

/* False when something was written into the pads beside the data. Always true for AS_BUFFER_UNTOUCHED. */
bool as_buffer_intact(const as_buffer *b);

/* Makes the data read-only, or writable again. */
bool as_buffer_protect(const as_buffer *b, bool read_only);

/* Evicts the data from every cache: the next read comes from memory. */
void as_buffer_evict(const as_buffer *b);

size_t as_page_bytes(void);

#endif
