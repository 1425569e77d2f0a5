/* session.c: the stages of a duel. Exact gates come first: only cases that both builds are right in are timed.
 * SPDX-License-Identifier: Apache-2.0 */
#include "session.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

#include "../base/clock.h"
#include "../base/file.h"
#include "count_instructions.h"
#include "exact_gates.h"
#include "folder.h"
#include "sides.h"

/* Where pairs of processes come from: as_live_pair or as_stored_pair. */
typedef struct {
    as_pair_status (*pair)(void *state, const as_pairing *at, as_pair_points *out);
    void *state;
} pair_source;

/* Lists the cases that are to be timed. */
static void list_timed(as_duel_session *s)
{
    s->timed = as_arena_alloc(s->arena, (s->count + 1) * sizeof *s->timed);
    s->timed_rows = as_arena_alloc(s->arena, (s->count + 1) * sizeof *s->timed_rows);
    s->timed_at = as_arena_alloc(s->arena, (s->count + 1) * sizeof *s->timed_at);
    s->timed_count = 0;
    for (size_t i = 0; i < s->count && (s->ask.gates & AS_GATE_BIT(AS_GATE_TIME)); i++) {
        if (!as_exact_ready(&s->exact, i))
            continue;
        s->timed[s->timed_count] = s->cases[i];
        s->timed_rows[s->timed_count] = s->rows[i];
        s->timed_at[s->timed_count++] = i;
    }
}

static void on_progress(void *state, const as_pairing *at, const as_judgement *now)
{
    const as_duel_session *s = state;
    const as_duel_progress progress = {.index = at->index,
                                       .count = s->timed_count,
                                       .case_ = s->timed[at->index],
                                       .confirming = at->round == AS_PHASE_CONFIRM,
                                       .seconds = 1e-9 * (double)as_wall_ns() - s->live.started_s,
                                       .now = now};
    if (s->progress)
        s->progress(s->state, &progress);
}

/* The verdicts of all gates. */
static void judge_all(as_duel_session *s, pair_source source)
{
    as_verdict *rows = as_arena_alloc(s->arena, (s->timed_count + 1) * sizeof *rows);
    const as_verdict **timed = as_arena_alloc(s->arena, (s->count + 1) * sizeof *timed);
    const as_duel duel = {.cases = s->timed,
                          .count = s->timed_count,
                          .rules = s->ask.rules,
                          .pair = source.pair,
                          .pair_state = source.state,
                          .progress = on_progress,
                          .progress_state = s};
    if (!as_duel_run(&duel, s->arena, rows))
        s->interrupted = true;
    for (size_t i = 0; i < s->timed_count; i++)
        timed[s->timed_at[i]] = &rows[i];
    s->verdicts = as_exact_judge(&s->exact, timed, s->arena, &s->verdict_count);
}

/* --- measured now ------------------------------------------------------------------------------------------------ */

static bool read_config(as_duel_session *s, as_err *err)
{
    double *budget = &s->config.measure.budget_s;
    if (!as_config_read(s->ask.config_path, s->arena, &s->config, err))
        return false;
    if (s->ask.budget && (!as_parse_seconds(s->ask.budget, budget) || !(*budget > 0)))
        return as_fail(err, AS_EXIT_USAGE, "--budget: '%.40s' is not a time: 90s, 10m and 1h are", s->ask.budget);
    s->ask.selection.plugins[0] = s->ask.plugin[0];
    return as_plugins_load(&s->ask.selection, err) && as_target_here(&s->ask.selection, &s->target, err) &&
           as_plan_build(&s->config, &s->target, s->arena, &s->plan, err);
}

static void prepare_live(as_duel_session *s, as_err *err)
{
    s->live.rows = s->rows;
    s->live.cases = s->cases;
    s->live.count = s->count;
    s->live.measure = &s->config.measure;
    s->live.seed = s->config.seed;
    s->live.budget_s = s->config.measure.budget_s;
    s->live.arena = s->arena;
    s->live.err = err;
    s->live.stop = s->stop;
}

static bool measure_cases(as_duel_session *s, as_err *err)
{
    prepare_live(s, err);
    s->interrupted = !as_counts_take(&s->live, s->ask.gates, s->dir, s->ask.quiet, &s->exact);
    if (!as_table_write(&as_exact_schema, s->exact.exact, s->exact.exact_count, s->dir, err))
        return false;
    list_timed(s);
    s->live.rows = s->timed_rows;
    s->live.cases = s->timed;
    s->live.count = s->timed_count;
    as_live_begin(&s->live);
    judge_all(s, (pair_source){as_live_pair, &s->live});
    return !err->text[0];
}

bool as_duel_measure(as_duel_session *s, as_err *err)
{
    s->arena = as_arena_create();
    s->live.turns_fd = -1;
    if ((s->ask.gates & AS_GATE_BIT(AS_GATE_INSTRUCTIONS)) && !as_counts_valgrind(err))
        return false;
    if (!read_config(s, err) || !as_duel_find_sides(s, err) || !as_duel_list_cases(s, err) ||
        !as_duel_write_folder(s, err))
        return false;
    if ((s->ask.gates & AS_GATE_BIT(AS_GATE_TIME)) && !as_duel_copy_base(s, err))
        return false;
    return measure_cases(s, err) && as_table_write(&as_verdict_schema, s->verdicts, s->verdict_count, s->dir, err);
}

/* --- once more, from the stored turns ---------------------------------------------------------------------------- */

static bool same_number(double a, double b) { return (isnan(a) && isnan(b)) || fabs(a - b) <= 1e-7 * fabs(a); }
static bool same_text(const char *a, const char *b) { return !strcmp(a ? a : "", b ? b : ""); }

static bool same_verdict(const as_verdict *a, const as_verdict *b)
{
    return same_text(a->case_, b->case_) && a->gate == b->gate && a->verdict == b->verdict &&
           same_number(a->ratio, b->ratio);
}

/* The verdicts must be those that were written when the turns were measured. */
static bool check_verdicts(as_duel_session *s, as_err *err)
{
    void *records = NULL;
    size_t count = 0, different = 0;
    if (!as_table_read(&as_verdict_schema, s->ask.again, s->arena, &records, &count, err))
        return false;
    const as_verdict *then = records;
    for (size_t i = 0; i < s->verdict_count && count == s->verdict_count; i++)
        different += !same_verdict(&then[i], &s->verdicts[i]);
    if (count == s->verdict_count && !different)
        return true;
    return as_fail(err, AS_EXIT_USAGE,
                   "%s: what is stored gives %zu verdicts, of which %zu are not those of the %zu in verdicts.csv: "
                   "one of the files was edited or cut short",
                   s->ask.again, s->verdict_count, count == s->verdict_count ? different : s->verdict_count, count);
}

bool as_duel_repeat(as_duel_session *s, as_err *err)
{
    as_stored stored;
    s->arena = as_arena_create();
    s->live.turns_fd = -1;
    if (!as_duel_read_folder(s, err) || !as_stored_read(s->ask.again, s->arena, &stored, err))
        return false;
    list_timed(s);
    as_stored_match(&stored, s->timed, s->timed_count);
    judge_all(s, (pair_source){as_stored_pair, &stored});
    return check_verdicts(s, err);
}

void as_duel_close(as_duel_session *s)
{
    for (size_t i = 0; i < s->copy_count; i++)
        unlink(s->copies[i]);
    if (s->live.turns_fd >= 0)
        close(s->live.turns_fd);
    as_arena_free(s->arena);
}
