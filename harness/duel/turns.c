/* turns.c: measures pairs of processes in turns, and reads such turns back.
 * SPDX-License-Identifier: Apache-2.0 */
#include "turns.h"

#include <sched.h>
#include <string.h>

#include "../base/clock.h"
#include "../base/file.h"
#include "../base/text_index.h"

#define SLICE_NS 2.5e5     /* a turn of both sides lasts about this, or one call */
#define SLICE_LEAST_NS 1e5 /* and at least this on the faster side */
#define PAIR_NS 600e6      /* what all turns of a pair of processes last at most, where calls are short enough */
#define LEAD_NS 2e7        /* a call as long as this pays for its own cold caches */
enum { ROUNDS = 25, BLOCKS = 3, QUADS = 3, TURNS_MAX = ROUNDS * BLOCKS * QUADS * 2 };

static const char *const phases[] = {[AS_PHASE_FIRST] = "first", [AS_PHASE_CONFIRM] = "confirm"};
static const char *const sides[] = {[AS_SIDE_BASE] = "base", [AS_SIDE_NEW] = "new", [AS_SIDE_COPY] = "copy"};
static const char *const statuses[] = {
    [AS_PAIR_OK] = "ok", [AS_PAIR_FAILED] = "failed", [AS_PAIR_ENDED] = "ended", [AS_PAIR_INTERRUPTED] = "interrupted"};

static double now_s(void) { return 1e-9 * (double)as_wall_ns(); }

void as_live_begin(as_live *live)
{
    cpu_set_t set;
    live->started_s = now_s();
    live->cpus = as_arena_alloc(live->arena, CPU_SETSIZE * sizeof *live->cpus);
    if (sched_getaffinity(0, sizeof set, &set) == 0)
        for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
            if (CPU_ISSET((size_t)cpu, &set))
                live->cpus[live->cpu_count++] = cpu;
}

/* --- one pair of processes, and the copy of the base beside it --------------------------------------------------- */

typedef struct {
    as_live *live;
    size_t index;
    as_round_kind phase;
    unsigned process;
    as_process *workers[AS_SIDES];
    double call_ns[AS_SIDES];
    uint64_t calls;
    unsigned quads; /* of a block */
    bool leads;     /* calls before a block that are not looked at */
    as_turn turns[TURNS_MAX];
    size_t count;
    const char *reason;
} match;

/* Of what is to be spent on the first phase each case may use up to its place in the row, so that the last is not left
 * with nothing. */
static bool time_left(const match *m)
{
    const as_live *l = m->live;
    const double spent = now_s() - l->started_s, first = 0.7 * l->budget_s;
    if (!(l->budget_s > 0))
        return true;
    return spent < (m->phase == AS_PHASE_CONFIRM ? l->budget_s : first * (double)(m->index + 1) / (double)l->count);
}

static bool start(match *m, as_side_name side)
{
    const as_live *l = m->live;
    const as_case *row = l->rows[m->index];
    const size_t place = m->process + (m->phase == AS_PHASE_CONFIRM);
    const as_process_setup setup = {.program = l->sides[side].program,
                                    .protocol = l->sides[side].protocol,
                                    .mode = AS_MODE_TURNS,
                                    .row = row,
                                    .measure = l->measure,
                                    .plugins = l->sides[side].plugins,
                                    .seed = l->seed,
                                    .process = m->process + (m->phase == AS_PHASE_CONFIRM ? 100 : 0),
                                    .cpu = row->threads == 1 && l->cpu_count ? l->cpus[place % l->cpu_count] : -1,
                                    .inject = l->sides[side].inject,
                                    .inject_share = l->sides[side].inject_share,
                                    .stop = l->stop};
    m->workers[side] = as_process_start(&setup);
    return as_process_ready(m->workers[side], &m->call_ns[side]);
}

static bool failed(match *m, as_side_name side)
{
    m->reason = as_arena_printf(m->live->arena, "%s: %s", side == AS_SIDE_COPY ? "copy of base" : sides[side],
                                as_process_why(m->workers[side]));
    return false;
}

static bool start_all(match *m)
{
    const bool reversed = (m->process % 2 == 1) != (m->phase == AS_PHASE_CONFIRM);
    const as_side_name order[AS_SIDES] = {reversed ? AS_SIDE_NEW : AS_SIDE_BASE, reversed ? AS_SIDE_BASE : AS_SIDE_NEW,
                                          AS_SIDE_COPY};
    for (size_t i = 0; i < AS_SIDES; i++)
        if (!start(m, order[i]))
            return failed(m, order[i]);
    double slow = 0, fast = INFINITY;
    for (size_t i = 0; i < AS_SIDES; i++) {
        slow = fmax(slow, m->call_ns[i]);
        fast = fmin(fast, m->call_ns[i]);
    }
    const double calls = fmax(SLICE_NS / slow, SLICE_LEAST_NS / fast);
    m->calls = m->live->rows[m->index]->cache && !strcmp(m->live->rows[m->index]->cache, "cold") ? 1 : (uint64_t)calls;
    m->calls = m->calls ? m->calls : 1;
    return true;
}

static void keep(match *m, as_side_name other, bool base_led, double base_ns, double other_ns)
{
    as_turn *t = &m->turns[m->count];
    as_record_clear(&as_turn_schema, t);
    t->case_ = m->live->cases[m->index];
    t->phase = phases[m->phase];
    t->process = m->process;
    t->turn = m->count++;
    t->other = sides[other];
    t->led = base_led ? "base" : "other";
    t->calls = m->calls;
    t->base_ns = (uint64_t)base_ns;
    t->other_ns = (uint64_t)other_ns;
    t->status = statuses[AS_PAIR_OK];
}

static bool turn(match *m, as_side_name side, uint64_t calls, double *ns)
{
    return as_process_turn(m->workers[side], calls, ns) || failed(m, side);
}

/* Four turns. When the first has had the one before, too, each of the two follows itself once and the other once. */
static bool quad(match *m, as_side_name first, as_side_name second)
{
    double a[2], b[2]; /* of the first, of the second */
    if (!turn(m, first, m->calls, &a[0]) || !turn(m, second, m->calls, &b[0]) || !turn(m, second, m->calls, &b[1]) ||
        !turn(m, first, m->calls, &a[1]))
        return false;
    const bool base_first = first == AS_SIDE_BASE;
    for (size_t i = 0; i < 2; i++)
        keep(m, base_first ? second : first, base_first == !i, base_first ? a[i] : b[i], base_first ? b[i] : a[i]);
    return true;
}

/* Quads of one order. A call of each that is not looked at goes before them, for one of the two has been away: its
 * caches are as cold as they will not be again. */
static bool block(match *m, as_side_name first, as_side_name second)
{
    double ns;
    if (m->leads && (!turn(m, second, 1, &ns) || !turn(m, first, 1, &ns)))
        return false;
    for (unsigned q = 0; q < m->quads; q++)
        if (!quad(m, first, second))
            return false;
    return true;
}

/* Base and new in both orders, then base and its copy, which are treated no other than those. */
static bool round_of(match *m, bool reversed)
{
    const as_side_name lead = reversed ? AS_SIDE_NEW : AS_SIDE_BASE, follow = reversed ? AS_SIDE_BASE : AS_SIDE_NEW;
    return block(m, lead, follow) && block(m, follow, lead) &&
           (reversed ? block(m, AS_SIDE_COPY, AS_SIDE_BASE) : block(m, AS_SIDE_BASE, AS_SIDE_COPY));
}

static bool play(match *m)
{
    const double call = fmax(m->call_ns[AS_SIDE_BASE], m->call_ns[AS_SIDE_NEW]), turns = 4.0 * BLOCKS * QUADS;
    const double fit = PAIR_NS / (turns * (double)m->calls * call + 2 * BLOCKS * call);
    const unsigned rounds = fit > ROUNDS ? ROUNDS : fit > 1 ? (unsigned)fit : 1;
    m->quads = fit < 1 ? 1 : QUADS;
    m->leads = call < LEAD_NS;
    for (unsigned r = 0; r < rounds; r++)
        if (!round_of(m, (r % 2 == 1) != (m->phase == AS_PHASE_CONFIRM)))
            return false;
    for (size_t side = 0; side < AS_SIDES; side++) {
        as_result result;
        if (!as_process_end(m->workers[side], &result))
            return failed(m, (as_side_name)side);
    }
    return true;
}

static bool store(match *m, as_pair_status status)
{
    as_text out = {0};
    if (status != AS_PAIR_OK) {
        m->count = 0;
        keep(m, AS_SIDE_NEW, true, 0, 0);
        m->turns[0].calls = m->turns[0].base_ns = m->turns[0].other_ns = AS_NO_COUNT;
        m->turns[0].led = NULL;
        m->turns[0].status = statuses[status];
        m->turns[0].reason = m->reason;
    }
    for (size_t i = 0; i < m->count; i++)
        as_table_row(&as_turn_schema, &m->turns[i], &out);
    const bool ok = m->live->turns_fd < 0 || as_fd_write(m->live->turns_fd, out.data, out.length);
    as_text_free(&out);
    return ok || as_fail(m->live->err, AS_EXIT_ENVIRONMENT, "turns.csv: cannot write: is the disk full?");
}

static void add_points(const as_turn *turns, size_t count, as_pair_points *out)
{
    for (size_t i = 0; i < count; i++) {
        const double r = as_turn_r(&turns[i]);
        if (!isnan(r))
            as_points_add(strcmp(turns[i].other, "new") ? out->copies : out->news, r, (unsigned)turns[i].process);
    }
}

as_pair_status as_live_pair(void *state, const as_pairing *at, as_pair_points *out)
{
    as_live *live = state;
    match m = {.live = live, .index = at->index, .phase = at->round, .process = at->process};
    as_pair_status status = AS_PAIR_OK;
    if (live->stop && *live->stop) {
        status = AS_PAIR_INTERRUPTED;
        m.reason = "interrupted";
    } else if (!time_left(&m)) {
        status = AS_PAIR_ENDED;
        m.reason = "the budget ended: raise --budget";
    } else if (!start_all(&m) || !play(&m)) {
        status = live->stop && *live->stop ? AS_PAIR_INTERRUPTED : AS_PAIR_FAILED;
    }
    for (size_t i = 0; i < AS_SIDES; i++)
        as_process_free(m.workers[i]);
    out->reason = m.reason;
    if (!store(&m, status))
        return AS_PAIR_INTERRUPTED;
    if (status == AS_PAIR_OK)
        add_points(m.turns, m.count, out);
    return status;
}

/* --- stored ------------------------------------------------------------------------------------------------------ */

static bool one_of(const char *text, const char *const *names, size_t count)
{
    for (size_t i = 0; text && i < count; i++)
        if (!strcmp(names[i], text))
            return true;
    return false;
}

/* NULL, or why no duel can have written this row. */
static const char *turn_problem(const as_turn *t)
{
    if (!t->case_)
        return "no case";
    if (!one_of(t->phase, phases, 2))
        return "phase is first or confirm";
    if (!one_of(t->status, statuses, sizeof statuses / sizeof *statuses))
        return "an unknown status";
    if (!one_of(t->other, sides + 1, 2))
        return "other is new or copy";
    if (t->process == AS_NO_COUNT || t->process > 1000000)
        return "no number of a process";
    const bool ok = !strcmp(t->status, "ok");
    const bool timed = t->calls != AS_NO_COUNT && t->calls && t->base_ns != AS_NO_COUNT && t->base_ns &&
                       t->other_ns != AS_NO_COUNT && t->other_ns;
    return ok && !timed ? "a turn without calls or without a time" : NULL;
}

bool as_stored_read(const char *dir, as_arena *arena, as_stored *out, as_err *err)
{
    void *turns = NULL;
    *out = (as_stored){.arena = arena};
    if (!as_table_read(&as_turn_schema, dir, arena, &turns, &out->count, err))
        return false;
    out->turns = turns;
    for (size_t i = 0; i < out->count; i++)
        if (turn_problem(&out->turns[i]))
            return as_fail(err, AS_EXIT_USAGE, "%s/%s:%zu: %s: was it edited?", dir, as_turn_schema.file, i + 2,
                           turn_problem(&out->turns[i]));
    return true;
}

void as_stored_match(as_stored *s, const char *const *cases, size_t count)
{
    as_text_index *index = as_text_index_create(s->arena);
    s->first = as_arena_alloc(s->arena, (count + 1) * sizeof *s->first);
    s->next = as_arena_alloc(s->arena, (s->count + 1) * sizeof *s->next);
    for (size_t i = 0; i < count; i++) {
        as_text_index_add(index, cases[i], i);
        s->first[i] = s->count;
    }
    for (size_t i = s->count; i-- > 0;) {
        const size_t at = as_text_index_find(index, s->turns[i].case_);
        if (at == AS_TEXT_ABSENT)
            continue;
        s->next[i] = s->first[at];
        s->first[at] = i;
    }
    as_text_index_free(index);
}

as_pair_status as_stored_pair(void *state, const as_pairing *at, as_pair_points *out)
{
    const as_stored *s = state;
    as_pair_status status = AS_PAIR_ENDED;
    out->reason = "its turns are not stored";
    for (size_t i = s->first[at->index]; i < s->count; i = s->next[i]) {
        const as_turn *t = &s->turns[i];
        if (t->process != at->process || strcmp(t->phase, phases[at->round]))
            continue;
        for (size_t k = 0; k < sizeof statuses / sizeof *statuses; k++)
            if (!strcmp(statuses[k], t->status))
                status = (as_pair_status)k;
        out->reason = t->reason;
        if (status != AS_PAIR_OK)
            return status;
        add_points(t, 1, out);
    }
    return status;
}
