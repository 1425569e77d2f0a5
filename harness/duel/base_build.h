/* base_build.h: this program as it was at a revision of the repository around here, built once and then kept.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_DUEL_BASE_BUILD_H
#define AS_DUEL_BASE_BUILD_H

#include <signal.h>

#include "../base/arena.h"
#include "../base/err.h"

typedef struct {
    const char *revision; /* anything that git takes for a commit */
    const char *cache;    /* a folder; NULL: $XDG_CACHE_HOME/attnscope, else ~/.cache/attnscope */
    const volatile sig_atomic_t *stop;
    bool quiet;
} as_from_git;

/* The program's path, in `arena`; NULL and an error in one line. Builds by the revision's own launcher in a git work
 * tree of its own, where no build of that commit (with the same ATTNSCOPE_CMAKE_ARGS) is kept yet. Of an attempt that
 * fails or is interrupted nothing is left but a log. */
const char *as_from_git_program(const as_from_git *f, as_arena *arena, as_err *err);

#endif
