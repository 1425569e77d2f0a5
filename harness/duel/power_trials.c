/* power_trials.c: one trial after the other, by time or by count, and the file that keeps them.
 * SPDX-License-Identifier: Apache-2.0 */
#include "power_trials.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../base/build.h"
#include "../base/clock.h"
#include "../base/file.h"
#include "../config/config.h"
#include "../machine/machine.h"
#include "../machine/read_json.h"
#include "count_instructions.h"
#include "exact_gates.h"
#include "../plan/target.h"

/* One case after the other takes a trial: a tiled kernel, a gathering one, a linear one, plain C. */
static const char config[] =
    "name: power\nabout: small cases of several kinds\n"
    "shapes: {length: 256, width: 64, heads: 1}\n"
    "kernels: [attention/flash, attention/gather, kernelised/linear-chunked, attention/naive]\n"
    "patterns: [causal]\n"
    "measure: {case_timeout: 20s}\nseed: 1\n";

static bool plan_cases(as_trials *t, as_err *err)
{
    as_selection selection = {0};
    as_target target;
    return as_config_parse("power", config, sizeof config - 1, t->arena, &t->config, err) &&
           as_target_here(&selection, &target, err) && as_plan_build(&t->config, &target, t->arena, &t->plan, err) &&
           (t->plan.runnable == t->plan.count ||
            as_fail(err, AS_EXIT_ENVIRONMENT,
                    "self-test: one of its cases cannot run here: 'attnscope plan' says why"));
}

/* The folder's machine, or this one where the folder is new. */
static bool same_machine(const as_trials *t, as_err *err)
{
    as_machine machine;
    as_machine_facts facts;
    as_text about = {0};
    const char *path = as_arena_printf(t->arena, "%s/machine.json", t->dir);
    as_machine_describe(&machine, t->arena);
    if (!as_machine_facts_read(t->dir, t->arena, &facts, err))
        return false;
    if (facts.fingerprint)
        return !strcmp(facts.fingerprint, machine.fingerprint) ||
               as_fail(err, AS_EXIT_USAGE, "%s: holds trials of another machine (%s): choose another --out", t->dir,
                       facts.fingerprint);
    const bool ok = (as_machine_json(&machine, &about) || as_fail_memory(err)) &&
                    as_file_write(path, about.data, about.length, err);
    as_text_free(&about);
    return ok;
}

static bool read_rows(as_trials *t, as_err *err)
{
    void *rows = NULL;
    if (!as_table_read(&as_trial_schema, t->dir, t->arena, &rows, &t->count, err))
        return false;
    t->rows = rows;
    t->cap = t->count;
    for (size_t i = 0; i < t->count; i++) {
        const as_trial *row = &t->rows[i];
        if (!row->injected || !row->load || !row->verdict || row->trial == AS_NO_COUNT || isnan(row->share) ||
            !(row->seconds > 0))
            return as_fail(err, AS_EXIT_USAGE, "%s/%s:%zu: not a trial: was it edited?", t->dir, as_trial_schema.file,
                           i + 2);
    }
    return true;
}

bool as_trials_open(as_trials *t, const char *dir, as_err *err)
{
    t->fd = -1;
    t->dir = dir;
    if (!plan_cases(t, err) || !dir)
        return !err->text[0];
    const char *path = as_arena_printf(t->arena, "%s/%s", dir, as_trial_schema.file);
    if (!as_dir_create(dir, err) || (as_file_exists(path) && !read_rows(t, err)) || !same_machine(t, err))
        return false;
    /* Written anew, so that a half line of a killed run is gone before the next is added. */
    if (!as_table_write(&as_trial_schema, t->rows, t->count, dir, err))
        return false;
    t->fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
    return t->fd >= 0 || as_fail(err, AS_EXIT_ENVIRONMENT, "%s: cannot write: %s", path, strerror(errno));
}

void as_trials_close(as_trials *t)
{
    if (t->fd >= 0)
        close(t->fd);
}

bool as_trials_have(const as_trials *t, const as_injection *injection, const char *load, uint64_t trial)
{
    for (size_t i = 0; i < t->count; i++)
        if (t->rows[i].trial == trial && !strcmp(t->rows[i].injected, injection->name) &&
            !strcmp(t->rows[i].load, load) && fabs(t->rows[i].share - injection->share) < 1e-9)
            return true;
    return false;
}

/* Of the quicker side's call. */
static double share_of(const as_injection *i) { return i->share < 0 ? -i->share / (1 + i->share) : i->share; }

static void set_injection(as_live *live, const as_injection *i)
{
    const bool at_base = i->share < 0;
    const double share = share_of(i);
    for (size_t side = 0; side < AS_SIDES; side++) {
        if ((side == AS_SIDE_NEW) == at_base)
            continue;
        live->sides[side].inject = i->inject;
        live->sides[side].inject_share = share;
    }
}

static void print_trial(const as_trial *t)
{
    fprintf(stderr, "%s %+.3g %%, load %s, trial %llu, %s: %s %+.2f %% (%+.2f .. %+.2f", t->injected, 100 * t->share,
            t->load, (unsigned long long)t->trial, t->case_, as_verdict_kind_text(t->verdict), 100 * (t->ratio - 1),
            100 * (t->ratio_low - 1), 100 * (t->ratio_high - 1));
    if (!isnan(t->control_low))
        fprintf(stderr, ", control %+.2f .. %+.2f", 100 * (t->control_low - 1), 100 * (t->control_high - 1));
    fprintf(stderr, "), %.1f s%s%s\n", t->seconds, t->reason ? ": " : "", t->reason ? t->reason : "");
}

static bool add_trial(as_trials *t, const as_trial *trial, as_err *err)
{
    as_text line = {0};
    t->rows = as_arena_grow(t->arena, t->rows, &t->cap, t->count, sizeof *t->rows);
    t->rows[t->count++] = *trial;
    if (!t->quiet)
        print_trial(trial);
    as_table_row(&as_trial_schema, trial, &line);
    const bool ok =
        t->fd < 0 || as_fd_write(t->fd, line.data, line.length) ||
        as_fail(err, AS_EXIT_ENVIRONMENT, "%s/%s: cannot write: is the disk full?", t->dir, as_trial_schema.file);
    as_text_free(&line);
    return ok;
}

static bool duel_by_time(as_trials *t, const as_injection *injection, uint64_t trial, const as_case *planned,
                         as_verdict *verdict, as_err *err)
{
    const as_case *rows[] = {planned};
    const char *cases[] = {planned->case_};
    as_live live = {.rows = rows,
                    .cases = cases,
                    .count = 1,
                    .measure = &t->config.measure,
                    .seed = trial,
                    .turns_fd = -1,
                    .arena = t->arena,
                    .err = err,
                    .stop = t->stop};
    set_injection(&live, injection);
    as_live_begin(&live);
    const as_duel duel = {
        .cases = cases, .count = 1, .rules = as_duel_rules_usual(), .pair = as_live_pair, .pair_state = &live};
    return as_duel_run(&duel, t->arena, verdict);
}

/* --- counted ----------------------------------------------------------------------------------------------------- */

/* The two sides have their buffers and their stack in different places, which in a duel they do not. */
static as_exact count_side(as_trials *t, const as_case *planned, uint64_t trial, const char *side, double rounds)
{
    static const as_side here = {0};
    as_exact out;
    char scratch[] = "/tmp/attnscope-callgrind-XXXXXX";
    const int fd = mkstemp(scratch);
    const as_counting c = {.side = &here,
                           .row = planned,
                           .measure = &t->config.measure,
                           .seed = trial,
                           .rounds = rounds,
                           .process = (unsigned)(2 * trial + !strcmp(side, "new")),
                           .scratch = scratch,
                           .arena = t->arena,
                           .stop = t->stop};
    as_record_clear(&as_exact_schema, &out);
    out.case_ = planned->case_;
    out.side = side;
    out.status = "ok";
    as_count_instructions(&c, &out);
    if (fd >= 0)
        close(fd);
    return out;
}

/* Rounds of an empty loop that are `share` of the instructions of a call; 1000 of them tell what one takes. */
static double rounds_for(as_trials *t, const as_case *planned, uint64_t trial, const as_exact *plain, double share)
{
    if (share == 0 || plain->instructions == AS_NO_COUNT)
        return 0;
    const as_exact more = count_side(t, planned, trial, plain->side, 1000);
    const double one = ((double)more.instructions - (double)plain->instructions) / 1000;
    return one > 0 ? round(share * (double)plain->instructions / one) : 0;
}

static bool duel_by_count(as_trials *t, const as_injection *injection, uint64_t trial, const as_case *planned,
                          as_verdict *verdict)
{
    const as_case *rows[] = {planned};
    const char *cases[] = {planned->case_};
    const as_verdict *timed[] = {NULL};
    as_exact sides[] = {count_side(t, planned, trial, "base", 0), count_side(t, planned, trial, "new", 0)};
    as_exact *slower = &sides[injection->share > 0];
    const double rounds = rounds_for(t, planned, trial, slower, share_of(injection));
    if (rounds > 0)
        *slower = count_side(t, planned, trial, slower->side, rounds);
    as_exact_input in = {.cases = cases,
                         .rows = rows,
                         .count = 1,
                         .gates = AS_GATE_BIT(AS_GATE_INSTRUCTIONS),
                         .exact = sides,
                         .exact_count = 2};
    size_t count;
    as_exact_match(&in, t->arena);
    *verdict = as_exact_judge(&in, timed, t->arena, &count)[0];
    return !(t->stop && *t->stop);
}

bool as_trials_add(as_trials *t, const as_injection *injection, const char *load, uint64_t trial, as_err *err)
{
    const as_case *planned = &t->plan.cases[trial % t->plan.count].row;
    const uint64_t from = as_wall_ns();
    as_verdict verdict;
    if (!(injection->inject == AS_INJECT_ROUNDS ? duel_by_count(t, injection, trial, planned, &verdict)
                                                : duel_by_time(t, injection, trial, planned, &verdict, err)))
        return false;
    const as_trial row = {.injected = injection->name,
                          .share = injection->share,
                          .load = load,
                          .trial = trial,
                          .case_ = planned->case_,
                          .verdict = verdict.verdict,
                          .ratio = verdict.ratio,
                          .ratio_low = verdict.ratio_low,
                          .ratio_high = verdict.ratio_high,
                          .control_low = verdict.control_low,
                          .control_high = verdict.control_high,
                          .processes = verdict.processes,
                          .seconds = 1e-9 * (double)(as_wall_ns() - from),
                          .build = as_build_commit,
                          .reason = verdict.reason};
    return add_trial(t, &row, err);
}

const char *as_trials_machine(const as_trials *t)
{
    as_machine_facts facts;
    as_err ignored = {0};
    return t->dir && as_machine_facts_read(t->dir, t->arena, &facts, &ignored) ? facts.name : NULL;
}
