/* roof.c: the rate of multiply-adds, and the bandwidth, that a case is held against.
 * SPDX-License-Identifier: Apache-2.0
 *
 * machine.json has one roof per isa, with one thread and with all CPUs; between the two it is taken as linear in the
 * threads, and beyond all CPUs as flat. bfloat16 has a roof of its own where the isa multiplies pairs; as operands may
 * as well be widened and multiplied as float32, it is the higher of the two. A shared machine runs faster at some
 * minutes than when machine.json was written: the FMA loop next to every sample (speed_index) shows it. That loop is
 * one and the same everywhere, so all roofs are multiplied by one number, fastest index / roof of the loop's isa, where
 * that is above 1. The loop is that of the widest isa for which the machine has one. */
#include "stages.h"

#include <string.h>

#include "../../kernels/api/cpu.h"

double as_roof_boost(const as_findings *f)
{
    double peak = 0, roof = NAN;
    for (size_t i = 0; i < f->sample_count; i++)
        if (isfinite(f->samples[i].speed_index))
            peak = fmax(peak, f->samples[i].speed_index);
    for (int isa = 0; isa < AS_ISA_COUNT; isa++)
        if (!isnan(f->machine.fma_gflops[isa]))
            roof = f->machine.fma_gflops[isa];
    return peak > roof ? peak / roof : 1;
}

static double rate_of_threads(const as_machine_facts *m, double one, double all, uint64_t threads)
{
    if (threads == AS_NO_COUNT || threads == 0 || isnan(one))
        return NAN;
    if (threads == 1)
        return one;
    if (m->cpus < 2 || isnan(all))
        return NAN;
    double share = threads >= (uint64_t)m->cpus ? 1 : (double)(threads - 1) / (double)(m->cpus - 1);
    return one + share * (all - one);
}

static double roof_of_isa(const as_machine_facts *m, double boost, int isa, const char *dtype, uint64_t threads)
{
    double f32 = rate_of_threads(m, m->fma_gflops[isa], m->fma_gflops_all[isa], threads);
    double bf16 = rate_of_threads(m, m->bf16_gflops[isa], m->bf16_gflops_all[isa], threads);
    return boost * (dtype && !strcmp(dtype, "bf16") ? fmax(f32, bf16) : f32);
}

double as_roof_of(const as_machine_facts *m, double boost, const as_summary *row)
{
    as_isa which;
    return row->isa && as_isa_parse(row->isa, &which) ? roof_of_isa(m, boost, which, row->dtype, row->threads) : NAN;
}

double as_bandwidth_of(const as_machine_facts *m, uint64_t bytes, bool cold, uint64_t threads)
{
    size_t level = cold ? 3 : 0;
    if (threads != 1)
        return NAN;
    while (level < 3 && bytes > m->cache_bytes[level])
        level++;
    return level < 3 || m->cache_bytes[2] || cold ? m->read_gbs[level] : NAN;
}

double as_roof_widest(const as_machine_facts *m, double boost, const as_summary *row)
{
    double widest = NAN;
    for (int isa = 0; isa < AS_ISA_COUNT; isa++)
        widest = fmax(widest, roof_of_isa(m, boost, isa, row->dtype, row->threads));
    return widest;
}
