/* environment.c: the environment variables that a worker starts with.
 * SPDX-License-Identifier: Apache-2.0 */
#include "environment.h"

#include <cblas.h>
#include <string.h>
#include <unistd.h>

#include "../../kernels/api/cpu.h"
#include "../../kernels/common/random.h"
#include "../machine/blas_core.h"

/* Parameters behind the name do not matter. */
static bool uses_blas(const char *kernel)
{
    const char *algorithm = strchr(kernel, '/');
    return algorithm && !strncmp(algorithm, "/blas", 5) && (!algorithm[5] || algorithm[5] == ':');
}

static const char *core_type(const as_case *row)
{
    as_isa isa;
    if (!row || !row->kernel || !uses_blas(row->kernel) || !as_isa_parse(row->isa ? row->isa : "", &isa))
        return NULL;
    return as_blas_core_told(isa, openblas_get_corename());
}

/* Set by us, so not inherited; and everything by which Google Benchmark, OpenMP, BLAS or valgrind would be told
 * otherwise. */
static bool is_replaced(const char *variable)
{
    static const char *const prefixes[] = {"OMP_",       "GOMP_",          "OPENBLAS_",     "GOTO_",
                                           "BENCHMARK_", "VALGRIND_OPTS=", "ATTNSCOPE_PAD="};
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        if (!strncmp(variable, prefixes[i], strlen(prefixes[i])))
            return true;
    return false;
}

/* Threads are left unbound: with OMP_PROC_BIND the OpenMP runtime binds the main thread as it is loaded, and OpenBLAS's
 * own threads inherit that one CPU. Environment size varies by process, and with it the stack's offset. */
char **as_worker_environment(const as_case *row, uint64_t seed, unsigned process, as_arena *arena)
{
    extern char **environ;
    size_t count = 0, at = 0;
    while (environ[count])
        count++;
    const char **made = as_arena_alloc(arena, (count + 8) * sizeof *made);
    for (size_t i = 0; i < count; i++)
        if (!is_replaced(environ[i]))
            made[at++] = environ[i];
    const unsigned threads = row ? (unsigned)row->threads : 1;
    const char *type = core_type(row);
    made[at++] = as_arena_printf(arena, "OMP_NUM_THREADS=%u", threads);
    made[at++] = as_arena_printf(arena, "OPENBLAS_NUM_THREADS=%u", threads);
    made[at++] = "OMP_PROC_BIND=false";
    made[at++] = "OMP_DYNAMIC=false";
    if (type)
        made[at++] = as_arena_printf(arena, "OPENBLAS_CORETYPE=%s", type);
    made[at++] = as_arena_printf(arena, "ATTNSCOPE_PAD=%0*d", (int)as_spread(seed + process + 1, 12), 0);
    made[at] = NULL;
    return (char **)(void *)made;
}
