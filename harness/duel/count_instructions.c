/* count_instructions.c: checks each side of a case and counts its instructions under valgrind.
 * SPDX-License-Identifier: Apache-2.0 */
#include "count_instructions.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../kernels/api/cpu.h"
#include "../../kernels/api/kernel_name.h"
#include "../base/file.h"
#include "../base/program.h"
#include "../model/problem.h"
#include "../verdict/words.h"

enum { CALLS = 2, OUTPUT_LIMIT = 1 << 28 };

#define START_S 30.0 /* valgrind reads the symbols of all libraries */
#define SLOWER 400.0 /* three calls, each a hundred times slower */

bool as_counts_valgrind(as_err *err)
{
    const char *const argv[] = {"valgrind", "--version", NULL};
    as_text said = {0};
    int code;
    const bool ok =
        as_program_run(&(as_program){.argv = argv, .seconds = 30}, &said, &code) == AS_PROGRAM_ENDED && code == 0;
    as_text_free(&said);
    return ok ||
           as_fail(err, AS_EXIT_ENVIRONMENT,
                   "--gate instructions: valgrind cannot be run: apt-get install valgrind, or leave that gate out");
}

/* --- instructions ------------------------------------------------------------------------------------------------ */

/* The isa at which valgrind can run the kernel, or NULL. It knows neither AVX-512 nor what builds on it. */
static const char *countable_isa(const as_case *row)
{
    static const as_isa below[] = {AS_AVX2, AS_SCALAR};
    as_isa isa;
    if (!as_isa_parse(row->isa, &isa) || !(as_isa_up_to(isa) & AS_ISA_BIT(AS_AVX512)))
        return row->isa;
    for (size_t i = 0; i < sizeof below / sizeof *below; i++) {
        as_case lower = *row;
        as_resolved it;
        as_err ignored = {0};
        lower.isa = as_isa_name(below[i]);
        const bool ok = as_resolve(&lower, &it, &ignored);
        as_resolved_free(&it);
        if (ok)
            return lower.isa;
    }
    return NULL;
}

static as_process_setup setup_of(const as_counting *c, const as_case *row, as_mode mode)
{
    return (as_process_setup){.program = c->side->program,
                              .protocol = c->side->protocol,
                              .row = row,
                              .measure = c->measure,
                              .plugins = c->side->plugins,
                              .seed = c->seed,
                              .process = c->process,
                              .cpu = -1,
                              .stop = c->stop,
                              .mode = mode};
}

/* Checks it as it is; `why` is of the arena. */
static bool check_case(const as_counting *c, const as_case *row, as_result *result, const char **why)
{
    const as_process_setup setup = setup_of(c, row, AS_MODE_CHECK);
    as_process *l = as_process_start(&setup);
    const bool ok = as_process_result(l, true, result);
    *why = ok ? NULL : as_arena_intern(c->arena, as_process_why(l));
    as_process_free(l);
    return ok;
}

/* "totals: 123" is what callgrind counted in the whole run. */
static uint64_t total_in(const char *path)
{
    as_text text = {0};
    as_err ignored = {0};
    uint64_t total = 0;
    if (as_file_read(path, OUTPUT_LIMIT, &text, &ignored)) {
        const char *line = strstr(text.data, "\ntotals: ");
        total = line ? strtoull(line + strlen("\ntotals: "), NULL, 10) : 0;
    }
    as_text_free(&text);
    return total;
}

/* NULL, or why it was not counted. */
static const char *count_calls(const as_counting *c, const as_case *row, uint64_t *instructions)
{
    as_result result;
    as_process_setup setup = setup_of(c, row, AS_MODE_COUNT);
    setup.inject = c->rounds > 0 ? AS_INJECT_ROUNDS : AS_INJECT_NONE;
    setup.inject_share = c->rounds;
    setup.batches = CALLS;
    setup.callgrind_file = c->scratch;
    setup.timeout_s = START_S + c->measure->case_timeout_s + (row->predicted_s > 0 ? SLOWER * row->predicted_s : 0);
    as_process *l = as_process_start(&setup);
    const bool ok = as_process_result(l, false, &result) && as_process_ended_well(l);
    const char *why = ok ? NULL : as_arena_printf(c->arena, "under valgrind: %s", as_process_why(l));
    as_process_free(l);
    const uint64_t total = ok ? total_in(c->scratch) : 0;
    unlink(c->scratch);
    if (ok && !total)
        why = "callgrind counted nothing: its program has no function " AS_COUNTED;
    *instructions = total / CALLS;
    return why;
}

void as_count_instructions(const as_counting *c, as_exact *row)
{
    as_case lower = *c->row;
    as_result result;
    const char *why = NULL;
    uint64_t instructions = 0;
    lower.isa = countable_isa(c->row);
    row->instructions = AS_NO_COUNT;
    row->counted_isa = lower.isa;
    if (c->row->threads != 1)
        why = "threads wait for each other, so only cases of one are counted";
    else if (!lower.isa)
        why = as_arena_printf(c->arena, "valgrind does not run %s, and the kernel has no other build for this case",
                              c->row->isa);
    else if (strcmp(lower.isa, c->row->isa) && !check_case(c, &lower, &result, &why))
        why = as_arena_printf(c->arena, "in its build for %s: %s", lower.isa, why);
    else
        why = count_calls(c, &lower, &instructions);
    row->uncounted = why;
    if (!why)
        row->instructions = instructions;
}

/* --- all cases --------------------------------------------------------------------------------------------------- */

static bool has_kernel(const as_side *side, const char *kernel)
{
    for (const char *const *name = side->kernels; *name; name++)
        if (!strcmp(*name, kernel))
            return true;
    return false;
}

/* A kernel's parameters stand behind its name, and no build lists them. */
static bool lacks(const as_side *side, const as_case *row, const char *name, as_arena *arena)
{
    const char *kernel = row ? row->kernel : name;
    return !has_kernel(side, as_arena_printf(arena, "%.*s", (int)as_kernel_base(kernel), kernel));
}

static as_exact check_side(const as_counting *c, const char *name, const char *side, unsigned gates)
{
    as_exact out;
    as_result result;
    as_record_clear(&as_exact_schema, &out);
    out.case_ = name;
    out.side = side;
    out.status = "lacking";
    if (lacks(c->side, c->row, name, c->arena))
        return out;
    out.status = "ok"; /* one that only the new build has is not run at all: nothing is known of its shape */
    if (!c->row)
        return out;
    out.status = check_case(c, c->row, &result, &out.reason) ? "ok" : "failed";
    if (out.reason)
        return out;
    out.edges = result.chosen != AS_NO_COUNT ? result.chosen : result.edges;
    out.flops_executed = result.flops_executed;
    out.workspace_peak_bytes = result.workspace_peak_bytes;
    out.error_max = result.error_max;
    out.error_allowed = result.error_allowed;
    if (gates & AS_GATE_BIT(AS_GATE_INSTRUCTIONS))
        as_count_instructions(c, &out);
    return out;
}

bool as_counts_take(const as_live *live, unsigned gates, const char *dir, bool quiet, as_exact_input *out)
{
    static const char *const sides[] = {[AS_SIDE_BASE] = "base", [AS_SIDE_NEW] = "new"};
    const bool terminal = isatty(STDERR_FILENO), slow = gates & AS_GATE_BIT(AS_GATE_INSTRUCTIONS);
    as_exact *rows = as_arena_alloc(live->arena, (2 * live->count + 1) * sizeof *rows);
    *out =
        (as_exact_input){.cases = live->cases, .rows = live->rows, .count = live->count, .gates = gates, .exact = rows};
    bool whole = true;
    for (size_t i = 0; whole && i < live->count; i++) {
        if (!quiet && (terminal || slow))
            fprintf(stderr, "%s[%zu/%zu] checking%s %.90s%s", terminal ? "\r\033[K" : "", i + 1, live->count,
                    slow ? " and counting" : "", live->cases[i], terminal ? "" : "\n");
        for (int side = AS_SIDE_BASE; whole && side <= AS_SIDE_NEW; side++) {
            const as_counting c = {.side = &live->sides[side],
                                   .row = live->rows[i],
                                   .measure = live->measure,
                                   .seed = live->seed,
                                   .scratch = as_arena_printf(live->arena, "%s/callgrind.out", dir),
                                   .arena = live->arena,
                                   .stop = live->stop};
            const as_exact row = check_side(&c, live->cases[i], sides[side], gates);
            whole = !(live->stop && *live->stop);
            if (whole)
                rows[out->exact_count++] = row;
        }
    }
    as_exact_match(out, live->arena);
    return whole;
}
