/* summary.c: the row of a case in summary.csv: its median with interval, its rates, and whether to believe it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>
#include <uthash.h>

#include "stages.h"
#include "../stats/order.h"

_Static_assert(offsetof(as_case, flops_useful) == offsetof(as_summary, median_ns), "both rows begin with the factors");

static bool above(uint64_t count) { return count != AS_NO_COUNT && count > 0; }

static bool is_disturbed(const as_sample *s)
{
    return above(s->minor_faults) || above(s->context_switches) || s->steal_ns > 0;
}

static void add_times(as_summary *row, const as_sample_list *list, const as_replicates *processes, double *room)
{
    row->n = list->count;
    row->processes = processes->count;
    row->disturbed = 0;
    if (!list->count)
        return;
    for (size_t p = 0; p < processes->count; p++)
        room[p] = processes->of[p].wall_ns;
    as_stats_sort(room, processes->count);
    as_interval interval = as_stats_median_interval(room, processes->count);
    row->median_ns = as_stats_median(room, processes->count);
    row->median_low_ns = interval.low;
    row->median_high_ns = interval.high;
    row->coverage = interval.coverage;

    for (size_t i = 0; i < list->count; i++) {
        room[i] = list->of[i]->wall_ns / (double)list->of[i]->calls;
        row->disturbed += is_disturbed(list->of[i]);
    }
    as_stats_sort(room, list->count);
    row->min_ns = room[0];
    row->mad_ns = as_stats_mad(room, list->count, as_stats_median(room, list->count));
}

static void add_bandwidth(as_summary *row, const as_case *c, const as_machine_facts *m)
{
    const bool cold = c->cache && !strcmp(c->cache, "cold");
    if (!above(c->bytes_min))
        return;
    row->gbs_min = (double)c->bytes_min / row->median_ns;
    row->roof_gbs = as_bandwidth_of(m, c->bytes_min, cold, c->threads);
    row->percent_of_bandwidth = 100 * row->gbs_min / row->roof_gbs;
}

static void add_rates(as_summary *row, const as_case *c)
{
    if (above(c->flops_useful))
        row->gflops_useful = (double)c->flops_useful / row->median_ns;
    if (above(c->flops_useful) && above(c->bytes_min))
        row->intensity = (double)c->flops_useful / (double)c->bytes_min;
    if (above(c->edges) && above(c->heads) && above(c->batch))
        row->ns_per_edge = row->median_ns / ((double)c->edges * (double)c->heads * (double)c->batch);
}

static void set_status(as_summary *row, as_status status, const char *reason)
{
    row->status = status;
    row->reason = reason;
}

/* What cases.csv says, and what the samples make of it. */
static void add_status(as_summary *row, const as_case *c)
{
    const as_status status = c->status == AS_NO_WORD ? AS_STATUS_PLANNED : c->status;
    bool checked = c->error_max <= c->error_allowed;
    set_status(row, status, c->reason);
    if (status == AS_STATUS_OK && !row->n)
        set_status(row, AS_STATUS_FAILED, "no sample was recorded");
    if (status != AS_STATUS_PLANNED)
        return;
    if (!row->n)
        set_status(row, AS_STATUS_SKIPPED, "not measured: the run ended before it");
    else if (checked)
        set_status(row, AS_STATUS_OK, "the run ended before all of its processes were measured");
    else
        set_status(row, AS_STATUS_SUSPECT, "the run ended before its result was checked against the oracle");
}

/* Plain C is compiled for the architecture's baseline, and the compiler may use vectors there (SSE2 on x86-64), which
 * the scalar FMA loop does not: a rate above the scalar roof is possible, and then there is no percentage of a roof to
 * state. What stays impossible, for every isa, is a rate above the widest roof of the machine. */
static void hold_against_roof(as_summary *row, const as_machine_facts *m, double boost, as_arena *arena)
{
    double roof = as_roof_of(m, boost, row), widest = as_roof_widest(m, boost, row);
    bool plain = row->isa && !strcmp(row->isa, "scalar");
    bool ok = row->status == AS_STATUS_OK;
    double hard = plain ? widest : roof;
    if (isnan(row->gflops_useful))
        return;
    if (!(plain && row->gflops_useful > roof)) {
        row->roof_gflops = roof;
        row->percent_of_roof = 100 * row->gflops_useful / roof;
    }
    if (ok && row->gflops_useful > hard)
        set_status(row, AS_STATUS_SUSPECT,
                   as_arena_printf(arena,
                                   "%.4g GFLOP/s is above the measured roof of %.4g GFLOP/s (%s, %" PRIu64
                                   " threads): the work is miscounted or the clock is wrong",
                                   row->gflops_useful, hard, plain ? "any isa" : row->isa, row->threads));
    else if (ok && plain && row->gflops_useful > roof && !row->reason)
        row->reason = "no percent of roof: the compiler vectorised plain C, which the scalar FMA loop does not show";
}

/* The fastest dense case of each shape. */
typedef struct {
    UT_hash_handle hh;
    const as_summary *fastest;
    char key[];
} dense;

static void add_dense_key(as_text *key, const as_summary *r)
{
    key->length = 0;
    as_text_add(key, "%s|%s|%s|%" PRIu64, r->dtype ? r->dtype : "", r->cache ? r->cache : "",
                r->machine ? r->machine : "", r->threads);
    const uint64_t shape[] = {r->batch, r->heads, r->kv_heads, r->length, r->context, r->width};
    for (size_t i = 0; i < sizeof shape / sizeof *shape; i++)
        as_text_add(key, "|%" PRIu64, shape[i]);
}

static bool is_dense(const as_summary *r)
{
    return r->status == AS_STATUS_OK && r->median_ns > 0 && r->pattern && !strcmp(r->pattern, "causal") &&
           (!r->mechanism || !strcmp(r->mechanism, "attention"));
}

static void add_speedups(as_findings *f, as_arena *arena)
{
    dense *table = NULL, *hit;
    as_text key = {0};
    for (size_t i = 0; i < f->case_count; i++) {
        const as_summary *row = &f->summary[i];
        if (!is_dense(row))
            continue;
        add_dense_key(&key, row);
        HASH_FIND(hh, table, key.data, key.length, hit);
        if (!hit) {
            hit = as_arena_alloc(arena, sizeof *hit + key.length + 1);
            memcpy(hit->key, key.data, key.length + 1);
            HASH_ADD_KEYPTR(hh, table, hit->key, key.length, hit);
        }
        if (!hit->fastest || row->median_ns < hit->fastest->median_ns)
            hit->fastest = row;
    }
    for (size_t i = 0; i < f->case_count; i++) {
        as_summary *row = &f->summary[i];
        if (row->status != AS_STATUS_OK || !(row->median_ns > 0))
            continue;
        add_dense_key(&key, row);
        HASH_FIND(hh, table, key.data, key.length, hit);
        if (!hit)
            continue;
        row->speedup = hit->fastest->median_ns / row->median_ns;
        row->reference = hit->fastest->case_;
    }
    HASH_CLEAR(hh, table);
    as_text_free(&key);
}

void as_summary_make(as_findings *f, const as_sample_list *lists, as_arena *arena)
{
    double *room = as_arena_alloc(arena, (f->sample_count + 1) * sizeof *room);
    double boost = as_roof_boost(f);
    f->summary = as_arena_alloc(arena, (f->case_count + 1) * sizeof *f->summary);
    for (size_t i = 0; i < f->case_count; i++) {
        as_summary *row = &f->summary[i];
        const as_case *c = &f->cases[i];
        as_record_clear(&as_summary_schema, row);
        memcpy(row, c, offsetof(as_summary, median_ns));
        row->workspace_peak_bytes = c->workspace_peak_bytes;
        row->mass_kept = c->mass_kept;
        add_times(row, &lists[i], &f->replicates[i], room);
        add_status(row, c);
        add_rates(row, c);
        add_bandwidth(row, c, &f->machine);
        hold_against_roof(row, &f->machine, boost, arena);
    }
    as_slowed_add(f, lists, arena);
    add_speedups(f, arena);
}
