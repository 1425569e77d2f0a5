/* spawn.c: see spawn.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "spawn.h"

#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "../base/file.h"
#include "../base/program.h"
#include "environment.h"
#include "protocol.h"

/* valgrind takes %p and the like in a file's name for its own. */
static const char *plain(const char *path, as_arena *arena)
{
    as_text text = {0};
    for (; *path; path++)
        as_text_append(&text, *path == '%' ? "%%" : path, *path == '%' ? 2 : 1);
    const char *out = as_arena_intern(arena, text.data ? text.data : "");
    as_text_free(&text);
    return out;
}

/* Under valgrind /proc/self/exe would be valgrind's. */
static const char *real_program(const char *program, as_arena *arena)
{
    char path[PATH_MAX];
    return program ? program : as_self_path(path, sizeof path) ? as_arena_intern(arena, path) : "/proc/self/exe";
}

int as_spawn_worker(const as_spawn *s, const int ends[3], as_arena *arena, pid_t *pid)
{
    static const as_case no_case = {.threads = 1};
    const as_visit visit = {.row = s->row ? s->row : &no_case, .seed = s->seed, .process = s->process};
    const char *program = real_program(s->program, arena), *const as_it_is[] = {"attnscope", "worker", NULL};
    /* Nothing but what lies within that one function is counted; it is found by its name, so that any build will do. */
    const char *const counted[] = {
        "valgrind",
        "--tool=callgrind",
        "--quiet",
        "--vgdb=no",
        "--cache-sim=no",
        "--toggle-collect=" AS_COUNTED,
        as_arena_printf(arena, "--callgrind-out-file=%s", plain(s->counts ? s->counts : "", arena)),
        program,
        "worker",
        NULL};
    const as_program worker = {.argv = s->counts ? counted : as_it_is,
                               .file = s->counts ? NULL : program,
                               .environment = as_worker_environment(&visit, arena)};
    return as_program_start(&worker, ends, pid);
}

uint64_t as_spawn_memory(const as_measure *measure)
{
    if (measure->memory_bytes)
        return measure->memory_bytes;
    const double pages = (double)sysconf(_SC_AVPHYS_PAGES), percent = measure->memory_percent;
    return (uint64_t)(pages * (double)sysconf(_SC_PAGESIZE) * (percent > 0 ? percent : 75) / 100);
}
