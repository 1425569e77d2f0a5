/* memory.c: mappings between guard pages, in huge pages where that pays, with marked pads beside the data.
 * SPDX-License-Identifier: Apache-2.0 */
#include "memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { LINE = 64, PAD = 0xa5 };

/* Uses huge pages if the system gives them: with 4 KiB pages, chance decides which of them collide in a physically
 * indexed cache, and the same case differs by a third from process to process. */
#define HUGE_PAGE ((size_t)2 << 20)
#define HUGE_FROM ((size_t)64 << 10)

size_t as_page_bytes(void) { return (size_t)sysconf(_SC_PAGESIZE); }

static char *writable_part(const as_buffer *b) { return b->map + as_page_bytes(); }
static size_t writable_bytes(const as_buffer *b) { return b->map_bytes - 2 * as_page_bytes(); }

/* Reserves address space for a guard page, `writable` bytes and a guard page, none of it accessible yet. With `huge`,
 * the bytes begin where a huge page can. */
static char *map_between_guards(size_t writable, size_t page, bool huge)
{
    const size_t whole = writable + 2 * page, slack = huge ? HUGE_PAGE : 0;
    char *map = mmap(NULL, whole + slack, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (map == MAP_FAILED)
        return NULL;
    if (!huge)
        return map;
    const size_t past = (size_t)((uintptr_t)(map + page) % HUGE_PAGE), skip = past ? HUGE_PAGE - past : 0;
    if (skip)
        munmap(map, skip);
    if (slack - skip)
        munmap(map + skip + whole, slack - skip);
    return map + skip;
}

bool as_buffer_create(as_buffer *b, size_t bytes, unsigned lines, unsigned flags)
{
    const size_t page = as_page_bytes();
    *b = (as_buffer){0};
    if (bytes > SIZE_MAX / 2)
        return false;
    size_t offset = flags & AS_BUFFER_AT_END || !bytes ? 0 : (size_t)(lines % 64) * LINE;
    size_t padded = (bytes + LINE - 1) / LINE * LINE;
    size_t writable = (padded + offset + page - 1) / page * page;
    const bool huge = !(flags & AS_BUFFER_NO_HUGE) && writable >= HUGE_FROM;
    if (huge)
        writable = (writable + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
    char *map = map_between_guards(writable, page, huge);
    if (!map)
        return false;
    b->map = map;
    b->map_bytes = writable + 2 * page;
    b->bytes = bytes;
    b->data = flags & AS_BUFFER_AT_END ? writable_part(b) + writable - padded : writable_part(b) + offset;
    if (!writable)
        return true; /* of nothing, every touch is one too many */
    if (mprotect(writable_part(b), writable, PROT_READ | PROT_WRITE) != 0) {
        as_buffer_free(b);
        return false;
    }
    if (flags & AS_BUFFER_NO_HUGE)
        madvise(writable_part(b), writable, MADV_NOHUGEPAGE);
    else if (huge)
        madvise(writable_part(b), writable, MADV_HUGEPAGE);
    if (!(flags & AS_BUFFER_UNTOUCHED)) {
        memset(writable_part(b), PAD, writable); /* faults every page in, and marks the pads */
        memset(b->data, 0, bytes);
        b->watched = true;
    }
    return true;
}

void as_buffer_free(as_buffer *b)
{
    if (b->map)
        munmap(b->map, b->map_bytes);
    *b = (as_buffer){0};
}

size_t as_buffer_touched(const as_buffer *b)
{
    const size_t page = as_page_bytes(), pages = writable_bytes(b) / page;
    size_t touched = 0;
    unsigned char *present = malloc(pages ? pages : 1);
    if (present && pages && mincore(writable_part(b), writable_bytes(b), present) == 0)
        for (size_t i = 0; i < pages; i++)
            touched += present[i] & 1;
    free(present);
    return touched * page;
}

bool as_buffer_intact(const as_buffer *b)
{
    if (!b->watched)
        return true;
    const unsigned char *end = (const unsigned char *)writable_part(b) + writable_bytes(b);
    for (const unsigned char *c = (const unsigned char *)writable_part(b); c < (const unsigned char *)b->data; c++)
        if (*c != PAD)
            return false;
    for (const unsigned char *c = (const unsigned char *)b->data + b->bytes; c < end; c++)
        if (*c != PAD)
            return false;
    return true;
}

bool as_buffer_protect(const as_buffer *b, bool read_only)
{
    return !writable_bytes(b) ||
           mprotect(writable_part(b), writable_bytes(b), read_only ? PROT_READ : PROT_READ | PROT_WRITE) == 0;
}

#if defined __x86_64__
void as_buffer_evict(const as_buffer *b)
{
    for (size_t i = 0; i < b->bytes; i += LINE)
        __builtin_ia32_clflush(b->data + i);
    __builtin_ia32_mfence();
}
#else
/* Without an instruction for it, other data replaces this: four times what the outermost cache may hold. */
void as_buffer_evict(const as_buffer *b)
{
    (void)b;
    static const size_t bytes = (size_t)256 << 20;
    volatile char *other = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (other == MAP_FAILED)
        return;
    for (size_t i = 0; i < bytes; i += LINE)
        other[i] = 1;
    munmap((void *)other, bytes);
}
#endif
