/* exact_rows.c: the rows of exact.csv by case and side.
 * SPDX-License-Identifier: Apache-2.0 */
#include "exact_rows.h"

#include <string.h>

#include "../base/text_index.h"

void as_exact_match(as_exact_input *in, as_arena *arena)
{
    as_text_index *cases = as_text_index_create(arena);
    as_exact_pair *pairs = as_arena_alloc(arena, (in->count + 1) * sizeof *pairs);
    for (size_t i = 0; i < in->count; i++)
        as_text_index_add(cases, in->cases[i], i);
    for (size_t i = 0; i < in->exact_count; i++) {
        const size_t at = as_text_index_find(cases, in->exact[i].case_);
        if (at == AS_TEXT_ABSENT)
            continue;
        const as_exact **side = strcmp(in->exact[i].side, "new") ? &pairs[at].base : &pairs[at].new;
        if (!*side)
            *side = &in->exact[i];
    }
    as_text_index_free(cases);
    in->pairs = pairs;
}

static bool is_right(const as_exact *side) { return side && !strcmp(side->status, "ok"); }

bool as_exact_ready(const as_exact_input *in, size_t index)
{
    return is_right(in->pairs[index].base) && is_right(in->pairs[index].new);
}
