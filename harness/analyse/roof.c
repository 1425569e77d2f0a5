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

#include "../../kernels/api/cpu.h"
#include "../../kernels/api/dtype.h"

double as_roof_boost(const as_findings *f)
{
    double peak = 0, roof = NAN;
    for (size_t i = 0; i < f->sample_count; i++)
        if (isfinite(f->samples[i].speed_index))
            peak = fmax(peak, f->samples[i].speed_index);
    for (int isa = 0; isa < AS_ISA_COUNT; isa++)
        if (!isnan(f->machine.rate[AS_F32][isa][AS_ONE_CPU]))
            roof = f->machine.rate[AS_F32][isa][AS_ONE_CPU];
    return peak > roof ? peak / roof : 1;
}

static double rate_of_threads(const as_machine_facts *m, const double rate[AS_SCOPE_COUNT], uint64_t threads)
{
    const double one = rate[AS_ONE_CPU], all = rate[AS_ALL_CPUS];
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
    as_dtype own = AS_F32;
    const double f32 = rate_of_threads(m, m->rate[AS_F32][isa], threads);
    if (!dtype || !as_dtype_parse(dtype, &own) || (int)own >= AS_RATED_DTYPES)
        own = AS_F32;
    return boost * fmax(f32, rate_of_threads(m, m->rate[own][isa], threads));
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
