/* scratch.h: a folder of a test's own, with files made by hand, that goes with the test.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_SCRATCH_H
#define TESTS_SCRATCH_H

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/arena.h"
#include "harness/base/file.h"

typedef struct {
    char dir[40];
    as_arena *arena;
} scratch;

static inline scratch scratch_make(void)
{
    scratch s = {.dir = "/tmp/attnscope-scratch-XXXXXX", .arena = as_arena_create()};
    if (!mkdtemp(s.dir))
        abort();
    return s;
}

static inline const char *scratch_path(const scratch *s, const char *name)
{
    return as_arena_printf(s->arena, "%s/%s", s->dir, name);
}

/* A folder below, by name. */
static inline const char *scratch_folder(const scratch *s, const char *name)
{
    if (mkdir(scratch_path(s, name), 0755) != 0)
        abort();
    return scratch_path(s, name);
}

static inline void scratch_write(const scratch *s, const char *name, const char *text)
{
    as_err err = {0};
    if (!as_file_write(scratch_path(s, name), text, strlen(text), &err)) {
        fprintf(stderr, "%s\n", err.text);
        abort();
    }
}

/* NULL: no such file. */
static inline const char *scratch_read(const scratch *s, const char *name)
{
    as_text text = {0};
    as_err err = {0};
    if (access(scratch_path(s, name), F_OK) != 0)
        return NULL;
    if (!as_file_read(scratch_path(s, name), 1 << 24, &text, &err)) {
        fprintf(stderr, "%s\n", err.text);
        abort();
    }
    const char *kept = as_arena_intern_n(s->arena, text.data ? text.data : "", text.length);
    as_text_free(&text);
    return kept;
}

static inline int scratch_remove_one(const char *path, const struct stat *status, int kind, struct FTW *where)
{
    (void)status, (void)kind, (void)where;
    return remove(path);
}

static inline void scratch_remove(scratch *s)
{
    nftw(s->dir, scratch_remove_one, 16, FTW_DEPTH | FTW_PHYS);
    as_arena_free(s->arena);
}

#endif
