/* exact_gates.c: see exact_gates.h. One row of a table for each thing that is counted. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "exact_gates.h"

#include <string.h>

#include "../verdict/words.h"
#include "order_gate.h"

/* A change of up to `share` and `slack` is none. */
static const struct {
    as_gate gate;
    size_t at; /* in as_exact */
    double share, slack;
    const char *what;
} counted[] = {
    {AS_GATE_INSTRUCTIONS, offsetof(as_exact, instructions), 0.002, 0, "instructions"},
    {AS_GATE_FLOPS, offsetof(as_exact, flops_executed), 0, 0, "FLOPs executed"},
    {AS_GATE_WORKSPACE, offsetof(as_exact, workspace_peak_bytes), 0.01, 4096, "bytes of workspace touched"},
};

enum { COUNTED = sizeof counted / sizeof *counted };

/* --- one case ---------------------------------------------------------------------------------------------------- */

static bool is(const as_exact *side, const char *status) { return side && !strcmp(side->status, status); }

typedef struct {
    const as_exact_input *in;
    as_arena *arena;
    as_verdict *rows;
    size_t count;
} verdicts;

static as_verdict *add(verdicts *v, const char *name, as_gate gate, as_verdict_kind kind, const char *reason)
{
    as_verdict *row = &v->rows[v->count++];
    as_record_clear(&as_verdict_schema, row);
    row->case_ = name;
    row->verdict = kind;
    row->gate = gate;
    row->reason = reason;
    return row;
}

/* A case that cannot be held against anything: one row, and no gate but that of the check. */
static bool add_unready(verdicts *v, size_t index)
{
    const char *name = v->in->cases[index];
    const as_exact *base = v->in->pairs[index].base, *new = v->in->pairs[index].new;
    if (as_exact_ready(v->in, index))
        return false;
    if (!base || !new)
        add(v, name, AS_NO_WORD, AS_INCONCLUSIVE, "interrupted");
    else if (is(base, "lacking") && is(new, "lacking"))
        add(v, name, AS_NO_WORD, AS_FAILED, "neither build has this kernel");
    else if (is(base, "lacking"))
        add(v, name, AS_NO_WORD, AS_NEW, "the base lacks this kernel");
    else if (is(new, "lacking"))
        add(v, name, AS_NO_WORD, AS_MISSING, "the new build lacks this kernel");
    else
        add(v, name, AS_GATE_ACCURACY, AS_FAILED,
            as_arena_printf(v->arena, "%s: %s", is(new, "ok") ? "base" : "new",
                            is(new, "ok") ? base->reason : new->reason));
    return true;
}

static void add_count(verdicts *v, size_t index, size_t k)
{
    const as_exact *base = v->in->pairs[index].base, *new = v->in->pairs[index].new;
    const uint64_t b = *(const uint64_t *)((const char *)base + counted[k].at);
    const uint64_t n = *(const uint64_t *)((const char *)new + counted[k].at);
    const char *name = v->in->cases[index], *isa = base->counted_isa;
    const as_gate gate = counted[k].gate;
    if (b == AS_NO_COUNT || n == AS_NO_COUNT) {
        const char *why = n == AS_NO_COUNT ? new->uncounted : base->uncounted;
        add(v, name, gate, AS_INCONCLUSIVE,
            as_arena_printf(v->arena, "%s: %s", n == AS_NO_COUNT ? "new" : "base", why ? why : "it does not say"));
        return;
    }
    const double change = (double)n - (double)b, free_of_charge = counted[k].share * (double)b + counted[k].slack;
    const as_verdict_kind kind = change > free_of_charge    ? AS_REGRESSED
                                 : -change > free_of_charge ? AS_IMPROVED
                                                            : AS_SAME;
    const bool other_isa =
        counted[k].gate == AS_GATE_INSTRUCTIONS && isa && v->in->rows[index] && strcmp(isa, v->in->rows[index]->isa);
    as_verdict *row = add(v, name, gate, kind, NULL);
    if (b)
        row->ratio = row->ratio_low = row->ratio_high = (double)n / (double)b;
    if (counted[k].gate == AS_GATE_INSTRUCTIONS)
        row->visible = counted[k].share;
    const char *note =
        other_isa ? as_arena_printf(v->arena, "counted in the build for %s, the best that valgrind runs", isa) : NULL;
    row->reason = kind == AS_SAME
                      ? note
                      : as_arena_printf(v->arena, "%llu %s, base %llu%s%s", (unsigned long long)n, counted[k].what,
                                        (unsigned long long)b, note ? "; " : "", note ? note : "");
}

/* Both promises were kept, or the case would not be ready. */
static void add_accuracy(verdicts *v, size_t index)
{
    const as_exact *base = v->in->pairs[index].base, *new = v->in->pairs[index].new;
    const bool kept = new->error_max <= base->error_allowed;
    as_verdict *row = add(v, v->in->cases[index], AS_GATE_ACCURACY, kept ? AS_SAME : AS_FAILED, NULL);
    if (base->error_max > 0)
        row->ratio = row->ratio_low = row->ratio_high = new->error_max / base->error_max;
    if (!kept)
        row->reason =
            as_arena_printf(v->arena, "error %.3g, which it allows itself (%.3g), is more than base promises (%.3g)",
                            new->error_max, new->error_allowed, base->error_allowed);
}

/* --- one sweep of lengths ---------------------------------------------------------------------------------------- */

static void add_orders(verdicts *v)
{
    as_growth_rows found = as_growths_find(v->in, v->arena);
    for (size_t i = 0; i < found.count; i++) {
        const as_growth_row *g = &found.of[i];
        const double change = g->slope_new - g->slope_base;
        add(v, g->longest, AS_GATE_ORDER,
            change > 0.1    ? AS_REGRESSED
            : change < -0.1 ? AS_IMPROVED
                            : AS_SAME,
            as_arena_printf(v->arena, "%s grow as %s^%.2f, in base as %s^%.2f, over %s = %.0f .. %.0f", g->what,
                            g->symbol, g->slope_new, g->symbol, g->slope_base, g->symbol, g->from, g->to));
    }
}

as_verdict *as_exact_judge(const as_exact_input *in, const as_verdict *const *timed, as_arena *arena, size_t *count)
{
    const size_t room = in->count * ((size_t)as_gate_words.count + 1) + 1;
    verdicts v = {.in = in, .arena = arena, .rows = as_arena_alloc(arena, room * sizeof *v.rows)};
    for (size_t i = 0; i < in->count; i++) {
        if (add_unready(&v, i))
            continue;
        if (timed[i])
            v.rows[v.count++] = *timed[i];
        for (size_t k = 0; k < COUNTED; k++)
            if (in->gates & AS_GATE_BIT(counted[k].gate))
                add_count(&v, i, k);
        if (in->gates & AS_GATE_BIT(AS_GATE_ACCURACY))
            add_accuracy(&v, i);
    }
    if (in->gates & AS_GATE_BIT(AS_GATE_ORDER))
        add_orders(&v);
    *count = v.count;
    return v.rows;
}
