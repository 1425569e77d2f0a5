/* roof.c: the FMA rate that a case is held against.
 * SPDX-License-Identifier: Apache-2.0
 *
 * machine.json has one roof per isa, with one thread and with all CPUs; between the two it is taken as linear in the
 * threads, and beyond all CPUs as flat. A shared machine runs faster at some minutes than when machine.json was
 * written: the FMA loop next to every sample (speed_index) shows it. That loop is one and the same everywhere, so all
 * roofs are multiplied by one number, fastest index / roof of the loop's isa, where that is above 1. samples.csv does not
 * name the loop's isa: it is the one whose roof is nearest, as a ratio, to the median index. */
#include "stages.h"
#include "stats.h"

#include "../../kernels/cpu.h"

double as_roof_boost(const as_findings *f)
{
    double *index = NULL, peak = 0, nearest = INFINITY, boost = 1;
    size_t n = 0;
    as_arena *scratch = as_arena_create();
    index = as_arena_alloc(scratch, (f->sample_count + 1) * sizeof *index);
    for (size_t i = 0; i < f->sample_count; i++) {
        double speed = f->samples[i].speed_index;
        if (!(speed > 0 && isfinite(speed)))
            continue;
        index[n++] = speed;
        peak = speed > peak ? speed : peak;
    }
    as_stats_sort(index, n);
    double usual = as_stats_median(index, n);
    for (int isa = 0; n && isa < AS_ISA_COUNT; isa++) {
        double roof = f->machine.fma_gflops[isa], off = fabs(log(usual / roof));
        if (isnan(roof) || off >= nearest)
            continue;
        nearest = off;
        boost = peak > roof ? peak / roof : 1;
    }
    as_arena_free(scratch);
    return boost;
}

static double roof(const as_machine_facts *m, double boost, int isa, uint64_t threads)
{
    double one = m->fma_gflops[isa], all = m->fma_gflops_all[isa];
    if (threads == AS_NO_COUNT || threads == 0 || isnan(one))
        return NAN;
    if (threads == 1)
        return boost * one;
    if (m->cpus < 2 || isnan(all))
        return NAN;
    double share = threads >= (uint64_t)m->cpus ? 1 : (double)(threads - 1) / (double)(m->cpus - 1);
    return boost * (one + share * (all - one));
}

double as_roof_of(const as_machine_facts *m, double boost, const char *isa, uint64_t threads)
{
    as_isa which;
    return isa && as_isa_parse(isa, &which) ? roof(m, boost, which, threads) : NAN;
}

double as_roof_widest(const as_machine_facts *m, double boost, uint64_t threads)
{
    double widest = NAN;
    for (int isa = 0; isa < AS_ISA_COUNT; isa++)
        widest = fmax(widest, roof(m, boost, isa, threads));
    return widest;
}
