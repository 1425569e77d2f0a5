/* target.c: reads --isa, --shard and --plugin, and measures the speed of the FMA loop.
 * SPDX-License-Identifier: Apache-2.0 */
#include "target.h"

#include <stdlib.h>
#include <string.h>

#include "../../kernels/api/cpu.h"
#include "../../kernels/roof/roof.h"
#include "../base/clock.h"
#include "../base/suggest.h"
#include "../machine/machine.h"

#define FMA_BURST_NS 500000u
#define FMA_BURSTS 16

bool as_plugins_load(const as_selection *selection, as_err *err)
{
    char why[600];
    for (const char *const *path = selection->plugins; *path; path++)
        if (!as_registry_load(*path, why, sizeof why))
            return as_fail(err, AS_EXIT_USAGE, "--plugin %s", why);
    return true;
}

static bool unknown_isa(const char *name, as_err *err)
{
    as_nearest n = {.word = name};
    for (int isa = 0; isa < AS_ISA_COUNT; isa++)
        as_nearest_try(&n, as_isa_name((as_isa)isa));
    return as_fail(err, AS_EXIT_USAGE, "--isa: there is no '%.40s', the nearest is %s: 'attnscope list' shows them",
                   name, n.best);
}

bool as_isas_allowed(const char *name, uint32_t *isas, as_err *err)
{
    as_isa isa;
    *isas = as_cpu_isas();
    if (!name)
        return true;
    if (!as_isa_parse(name, &isa))
        return unknown_isa(name, err);
    if (!(*isas & AS_ISA_BIT(isa)))
        return as_fail(err, AS_EXIT_USAGE, "--isa %s: this CPU does not run it: 'attnscope list' shows what it runs",
                       name);
    *isas &= as_isa_up_to(isa);
    return true;
}

/* "I/N" with 1 <= I <= N. */
static bool parse_shard(const char *text, as_target *target, as_err *err)
{
    char *end, *last = NULL;
    unsigned long i, n;
    if (!text)
        return true;
    i = strtoul(text, &end, 10);
    n = *end == '/' ? strtoul(end + 1, &last, 10) : 0;
    bool digits = strspn(text, "0123456789/") == strlen(text);
    if (!digits || !n || (last && *last) || i < 1 || i > n || n > 1000000)
        return as_fail(err, AS_EXIT_USAGE, "--shard is I/N with I from 1 to N, such as 1/4, not '%.40s'", text);
    target->shard = (unsigned)i;
    target->shards = (unsigned)n;
    return true;
}

/* The best of a few bursts: a disturbance can only make one slower. */
static double fma_gflops(uint32_t isas)
{
    const as_roof *roof = NULL;
    float sink = 0;
    double best = 0;
    for (int isa = AS_ISA_COUNT; !(roof && roof->fma) && isa-- > 0;)
        if (isas & AS_ISA_BIT(isa))
            roof = as_roof_find((as_isa)isa);
    if (!roof || !roof->fma)
        return 0;
    uint64_t rounds = 64, ns = 0;
    for (; ns < FMA_BURST_NS; rounds *= 2) {
        uint64_t start = as_wall_ns();
        roof->fma(rounds, &sink);
        ns = as_wall_ns() - start;
    }
    for (int i = 0; i < FMA_BURSTS; i++) {
        uint64_t start = as_wall_ns(), flops = roof->fma(rounds / 2, &sink);
        double rate = (double)flops / (double)(as_wall_ns() - start);
        best = rate > best ? rate : best;
    }
    return best;
}

bool as_target_here(const as_selection *selection, as_target *target, as_err *err)
{
    *target = (as_target){.only = selection->only};
    if (!as_isas_allowed(selection->isa, &target->isas, err) || !parse_shard(selection->shard, target, err))
        return false;
    as_arena *arena = as_arena_create();
    as_machine machine;
    as_machine_describe(&machine, arena);
    target->memory_bytes = machine.memory_available;
    target->cpus = machine.cpus;
    memcpy(target->cache_bytes, machine.cache_bytes, sizeof target->cache_bytes);
    target->gflops = fma_gflops(target->isas);
    as_arena_free(arena);
    return true;
}
