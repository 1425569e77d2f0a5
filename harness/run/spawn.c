/* spawn.c: see spawn.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "spawn.h"

#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "../base/file.h"
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

/* In a process group of its own: the terminal's Ctrl-C goes to us alone, and all that it starts ends with it. */
int as_spawn_worker(const as_spawn *s, const int ends[3], as_arena *arena, pid_t *pid)
{
    static const as_case no_case = {.threads = 1};
    const as_visit visit = {.row = s->row ? s->row : &no_case, .seed = s->seed, .process = s->process};
    const char *program = real_program(s->program, arena);
    const char *const plain_arguments[] = {"attnscope", "worker", NULL};
    /* Nothing but what lies within that one function is counted; it is found by its name, so that any build will do. */
    const char *const counted[] = {"valgrind", "--tool=callgrind", "--quiet", "--vgdb=no", "--cache-sim=no",
                                   "--toggle-collect=" AS_COUNTED,
                                   as_arena_printf(arena, "--callgrind-out-file=%s", plain(s->counts ? s->counts : "", arena)),
                                   program, "worker", NULL};
    char *const *arguments = (char *const *)(uintptr_t)(s->counts ? counted : plain_arguments);
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    sigset_t none, defaults;
    sigemptyset(&none);
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGINT);
    sigaddset(&defaults, SIGTERM);
    sigaddset(&defaults, SIGPIPE);
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_adddup2(&files, ends[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&files, ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&files, ends[2], STDERR_FILENO);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    const int code = posix_spawnp(pid, s->counts ? "valgrind" : program, &files, &attributes, arguments,
                                  as_worker_environment(&visit, arena));
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    return code;
}

uint64_t as_spawn_memory(const as_measure *measure)
{
    if (measure->memory_bytes)
        return measure->memory_bytes;
    const double pages = (double)sysconf(_SC_AVPHYS_PAGES), percent = measure->memory_percent;
    return (uint64_t)(pages * (double)sysconf(_SC_PAGESIZE) * (percent > 0 ? percent : 75) / 100);
}
