/* session.c: the verdicts of a duel, whether its turns are measured now or were stored, and telling them.
 * SPDX-License-Identifier: Apache-2.0 */
#include "session.h"

void as_session_sort_out(as_session *s)
{
    s->timed = as_arena_alloc(s->arena, (s->count + 1) * sizeof *s->timed);
    s->timed_rows = as_arena_alloc(s->arena, (s->count + 1) * sizeof *s->timed_rows);
    s->timed_at = as_arena_alloc(s->arena, (s->count + 1) * sizeof *s->timed_at);
    s->timed_count = 0;
    for (size_t i = 0; i < s->count && (s->gates & AS_GATE_BIT(AS_GATE_TIME)); i++) {
        if (!as_exact_ready(&s->exact, i))
            continue;
        s->timed[s->timed_count] = s->cases[i];
        s->timed_rows[s->timed_count] = s->rows[i];
        s->timed_at[s->timed_count++] = i;
    }
}

bool as_session_judge(as_session *s, const as_session_turns *turns)
{
    as_verdict *rows = as_arena_alloc(s->arena, (s->timed_count + 1) * sizeof *rows);
    const as_verdict **timed = as_arena_alloc(s->arena, (s->count + 1) * sizeof *timed);
    const as_duel duel = {.cases = s->timed,
                          .count = s->timed_count,
                          .rules = s->rules,
                          .pair = turns->pair,
                          .progress = turns->progress,
                          .state = turns->state};
    const bool whole = as_duel_run(&duel, s->arena, rows);
    for (size_t i = 0; i < s->timed_count; i++)
        timed[s->timed_at[i]] = &rows[i];
    s->verdicts = as_exact_judge(&s->exact, timed, s->arena, &s->verdict_count);
    return whole;
}

as_exit as_session_tell(const as_session *s, as_err *err)
{
    as_text out = {0};
    const bool ok = as_verdict_publish(&s->to, s->verdicts, s->verdict_count, &out, err) && as_print(&out, err);
    as_text_free(&out);
    return ok ? as_verdict_exit(s->verdicts, s->verdict_count, s->to.strict) : err->code;
}
