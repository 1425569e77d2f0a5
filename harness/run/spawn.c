/* spawn.c: see spawn.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "spawn.h"

#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <unistd.h>

#include "../../kernels/cpu.h"

/* The core types that OpenBLAS is told when the case wants less than this CPU can do. */
static const struct {
    as_isa isa;
    const char *type;
} core_types[] = {{AS_SCALAR, "Prescott"}, {AS_AVX2, "Haswell"}, {AS_AVX512, "SkylakeX"}};

static const char *core_type(const as_case *row)
{
    as_isa isa, best = AS_SCALAR;
    if (!row->kernel || strcmp(row->kernel, "attention/blas") || !as_isa_parse(row->isa ? row->isa : "", &isa))
        return NULL;
    for (size_t i = 0; i < sizeof core_types / sizeof *core_types; i++)
        if (as_cpu_isas() & AS_ISA_BIT(core_types[i].isa))
            best = core_types[i].isa;
    for (size_t i = 0; i < sizeof core_types / sizeof *core_types; i++)
        if (isa != best && core_types[i].isa == isa)
            return core_types[i].type;
    return NULL;
}

/* Set by us, so not inherited; and everything by which Google Benchmark, OpenMP or BLAS would be told otherwise. */
static bool replaced(const char *variable)
{
    static const char *const prefixes[] = {"OMP_", "GOMP_", "OPENBLAS_", "GOTO_", "BENCHMARK_", "ATTNSCOPE_PAD="};
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        if (!strncmp(variable, prefixes[i], strlen(prefixes[i])))
            return true;
    return false;
}

/* Threads are left unbound: with OMP_PROC_BIND the OpenMP runtime binds the main thread as it is loaded, and OpenBLAS's
 * own threads inherit that one CPU. Environment size varies by process, and with it the stack's offset. */
static char **environment(const as_spawn *visit, as_arena *arena)
{
    extern char **environ;
    size_t count = 0, at = 0;
    while (environ[count])
        count++;
    const char **made = as_arena_alloc(arena, (count + 8) * sizeof *made);
    for (size_t i = 0; i < count; i++)
        if (!replaced(environ[i]))
            made[at++] = environ[i];
    const unsigned threads = visit->row ? (unsigned)visit->row->threads : 1;
    const char *type = visit->row ? core_type(visit->row) : NULL;
    made[at++] = as_arena_printf(arena, "OMP_NUM_THREADS=%u", threads);
    made[at++] = as_arena_printf(arena, "OPENBLAS_NUM_THREADS=%u", threads);
    made[at++] = "OMP_PROC_BIND=false";
    made[at++] = "OMP_DYNAMIC=false";
    if (type)
        made[at++] = as_arena_printf(arena, "OPENBLAS_CORETYPE=%s", type);
    const uint64_t mixed = (visit->seed + visit->process + 1) * 0x9e3779b97f4a7c15u;
    made[at++] = as_arena_printf(arena, "ATTNSCOPE_PAD=%0*d", (int)(mixed >> 52), 0);
    made[at] = NULL;
    return (char **)(void *)made;
}

/* In a process group of its own: the terminal's Ctrl-C goes to us alone, and all that it starts ends with it. */
int as_spawn_worker(const as_spawn *s, const int ends[3], as_arena *arena, pid_t *pid)
{
    const char *program = s->program ? s->program : "/proc/self/exe";
    char *const arguments[] = {(char *)"attnscope", (char *)"worker", NULL};
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
    int code = posix_spawn(pid, program, &files, &attributes, arguments, environment(s, arena));
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
