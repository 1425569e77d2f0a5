/* shares.c: times of phases become one row per phase of a case: its time per call and its part of the call.
 * SPDX-License-Identifier: Apache-2.0
 *
 * From every time the clock's own cost is taken off, one reading per call. A process says the median over its batches;
 * its share of a phase is that over the sum of all phases of every call. Statistics are over processes. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../base/file.h"
#include "case_index.h"
#include "stages.h"
#include "../stats/order.h"

_Static_assert(offsetof(as_case, flops_useful) == offsetof(as_share, phase), "both rows begin with the factors");

enum { PHASES_MAX = 64 };

/* One row of phases.csv. */
typedef struct {
    const as_phase_time *row;
    size_t owner; /* its case */
    double ns;    /* per call */
} piece;

typedef struct {
    as_findings *f;
    as_arena *arena;
    size_t cap;
    double *room;
} work;

static bool read_piece(const char *dir, size_t line, piece *p, as_err *err)
{
    const as_phase_time *r = p->row;
    if (!r->phase || r->process == AS_NO_COUNT || r->batch == AS_NO_COUNT || r->once > 1)
        return as_fail(err, AS_EXIT_USAGE, "%s/phases.csv:%zu: phase, process, batch and once (0 or 1) must be there",
                       dir, line);
    if (r->calls == AS_NO_COUNT || r->calls == 0 || !(r->wall_ns >= 0 && isfinite(r->wall_ns)))
        return as_fail(err, AS_EXIT_USAGE, "%s/phases.csv:%zu: calls must be 1 or more and wall_ns a time", dir, line);
    const double clock = isfinite(r->clock_ns) ? r->clock_ns : 0;
    p->ns = fmax(0, r->wall_ns / (double)r->calls - clock);
    return true;
}

static int by_case_and_process(const void *a, const void *b)
{
    const piece *x = a, *y = b;
    if (x->owner != y->owner)
        return x->owner < y->owner ? -1 : 1;
    if (x->row->process != y->row->process)
        return x->row->process < y->row->process ? -1 : 1;
    return x->row < y->row ? -1 : x->row > y->row;
}

/* The rows of every case together, within a case by process, within a process as they stand in the file. */
static bool sort_pieces(const char *dir, work *w, const as_phase_time *rows, size_t count, piece *out, as_err *err)
{
    as_known *known = as_known_create(dir, w->f, w->arena, err);
    bool ok = known != NULL;
    for (size_t i = 0; ok && i < count; i++) {
        out[i] = (piece){.row = &rows[i], .owner = as_known_find(known, rows[i].case_)};
        ok = out[i].owner != AS_UNKNOWN
                 ? read_piece(dir, i + 2, &out[i], err)
                 : as_fail(err, AS_EXIT_USAGE, "%s/phases.csv:%zu: case '%s' is not in cases.csv", dir, i + 2,
                           rows[i].case_ ? rows[i].case_ : "");
    }
    as_known_free(known);
    qsort(out, ok ? count : 0, sizeof *out, by_case_and_process);
    return ok;
}

static bool is_phase(const piece *p, const as_phase_time *phase)
{
    return p->row->once == phase->once && !strcmp(p->row->phase, phase->phase);
}

/* The phases of a case in the order of the first process's rows. */
static size_t list_phases(const piece *pieces, size_t count, const as_phase_time *out[PHASES_MAX])
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        size_t k = 0;
        while (k < found && !is_phase(&pieces[i], out[k]))
            k++;
        if (k == found && found < PHASES_MAX)
            out[found++] = pieces[i].row;
    }
    return found;
}

/* What one process says of a phase: the median over its batches; rows of one batch and name are added up. */
static double say_of(const piece *pieces, size_t count, const as_phase_time *phase, double *room)
{
    size_t n = 0;
    uint64_t batch = AS_NO_COUNT;
    for (size_t i = 0; i < count; i++) {
        if (!is_phase(&pieces[i], phase))
            continue;
        if (n && pieces[i].row->batch == batch)
            room[n - 1] += pieces[i].ns;
        else
            room[n++] = pieces[i].ns;
        batch = pieces[i].row->batch;
    }
    return as_median(room, n);
}

static size_t end_of_process(const piece *pieces, size_t count, size_t from)
{
    size_t to = from;
    while (to < count && pieces[to].row->process == pieces[from].row->process)
        to++;
    return to;
}

/* Median and interval of the values that are there; returns how many those are. */
static size_t median_of(double *values, size_t count, double *median, double *low, double *high)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        if (!isnan(values[i]))
            values[n++] = values[i];
    if (!n)
        return 0;
    as_stats_sort(values, n);
    const as_interval interval = as_stats_median_interval(values, n);
    *median = as_stats_median(values, n);
    *low = interval.low;
    *high = interval.high;
    return n;
}

static as_share *new_row(work *w, size_t owner, const as_phase_time *phase)
{
    as_findings *f = w->f;
    f->shares = as_arena_grow(w->arena, f->shares, &w->cap, f->share_count, sizeof *f->shares);
    as_share *row = &f->shares[f->share_count++];
    as_record_clear(&as_share_schema, row);
    memcpy(row, &f->cases[owner], offsetof(as_share, phase));
    row->phase = phase->phase;
    row->once = phase->once;
    return row;
}

/* All rows of one case. */
static void share_case(work *w, const piece *pieces, size_t count)
{
    const as_phase_time *phases[PHASES_MAX];
    const size_t n = list_phases(pieces, count, phases);
    size_t processes = 0;
    for (size_t i = 0; i < count; i = end_of_process(pieces, count, i))
        processes++;
    double *said = as_arena_alloc(w->arena, n * processes * sizeof *said);
    double *whole = as_arena_alloc(w->arena, processes * sizeof *whole);
    for (size_t i = 0, p = 0, to; i < count; i = to, p++) {
        to = end_of_process(pieces, count, i);
        whole[p] = 0;
        for (size_t k = 0; k < n; k++) {
            said[k * processes + p] = say_of(pieces + i, to - i, phases[k], w->room);
            if (!phases[k]->once && !isnan(said[k * processes + p]))
                whole[p] += said[k * processes + p];
        }
    }
    for (size_t k = 0; k < n; k++) {
        as_share *row = new_row(w, pieces->owner, phases[k]);
        double *mine = said + k * processes;
        memcpy(w->room, mine, processes * sizeof *mine);
        row->processes = median_of(w->room, processes, &row->median_ns, &row->median_low_ns, &row->median_high_ns);
        for (size_t p = 0; p < processes; p++)
            w->room[p] = whole[p] > 0 ? mine[p] / whole[p] : NAN;
        if (!row->once)
            median_of(w->room, processes, &row->share, &row->share_low, &row->share_high);
    }
}

bool as_shares_make(const as_folder_contents *folder, as_findings *f, as_err *err)
{
    work w = {.f = f, .arena = folder->arena};
    const size_t count = folder->phase_count;
    piece *pieces = as_arena_alloc(w.arena, (count + 1) * sizeof *pieces);
    w.room = as_arena_alloc(w.arena, (count + 1) * sizeof *w.room);
    if (!sort_pieces(folder->dir, &w, folder->phases, count, pieces, err))
        return false;
    for (size_t from = 0, to; from < count; from = to) {
        for (to = from; to < count && pieces[to].owner == pieces[from].owner;)
            to++;
        if (f->summary[pieces[from].owner].status == AS_STATUS_OK)
            share_case(&w, pieces + from, to - from);
    }
    return true;
}
