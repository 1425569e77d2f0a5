/* print.c: one call of a kernel as a table and as JSON.
 * SPDX-License-Identifier: Apache-2.0 */
#include "print.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>

bool as_applied_json(const as_applied *a, as_text *out)
{
    as_text list = {0};
    char *text = NULL;
    json_t *rows = as_table_json(&as_applied_schema, a, 1, &list) ? json_loads(list.data, 0, NULL) : NULL;
    if (rows)
        text = json_dumps(json_array_get(rows, 0), JSON_INDENT(1) | JSON_REAL_PRECISION(12));
    if (text)
        as_text_add(out, "%s\n", text);
    bool ok = text != NULL;
    free(text);
    json_decref(rows);
    as_text_free(&list);
    return ok;
}

static const char *number_text(as_arena *arena, double value)
{
    return isnan(value) ? "not a number" : as_arena_printf(arena, "%.4g", value);
}

static const char *percent_text(as_arena *arena, double share)
{
    return isnan(share) ? "not a number" : as_arena_printf(arena, "%.4f %%", 100 * share);
}

void as_applied_table(const as_applied *a, const char *path, as_arena *arena, as_text *out)
{
    char time[32], least[32];
    const char *rows = a->rows_checked == a->rows
                           ? as_arena_printf(arena, "all %llu rows", (unsigned long long)a->rows)
                           : as_arena_printf(arena, "%llu of %llu rows", (unsigned long long)a->rows_checked,
                                             (unsigned long long)a->rows);
    const char *cells[][3] = {
        {"seconds", as_format_seconds(time, a->seconds),
         as_arena_printf(arena, "median of %llu call%s, fastest %s", (unsigned long long)a->calls,
                         a->calls == 1 ? "" : "s", as_format_seconds(least, a->seconds_min))},
        {"error_max", number_text(arena, a->error_max),
         as_arena_printf(arena, "from the float64 oracle over %s; %s: %s allowed", rows, a->verdict,
                         number_text(arena, a->error_allowed))},
        {"dense_error_max", number_text(arena, a->dense_error_max),
         as_arena_printf(arena, "from dense attention (%s) over the same rows", a->dense)},
        {"mass_kept_mean", percent_text(arena, a->mass_kept_mean),
         "of the dense attention weight is on keys that the pattern shows"},
        {"mass_kept_min", percent_text(arena, a->mass_kept_min),
         as_arena_printf(arena, "in the worst row, batch/head/query %s", a->mass_worst_row)},
    };
    as_text_add(out, "%s (%s) on %s, %s, B %llu, H %llu, Hkv %llu, T %llu, S %llu, d %llu, %llu thread%s, scale %.6g\n",
                a->kernel, a->isa, a->pattern, a->dtype, (unsigned long long)a->batch, (unsigned long long)a->heads,
                (unsigned long long)a->kv_heads, (unsigned long long)a->length, (unsigned long long)a->context,
                (unsigned long long)a->head_dim, (unsigned long long)a->threads, a->threads == 1 ? "" : "s", a->scale);
    as_print_rows(out, &cells[0][0], sizeof cells / sizeof *cells, 3);
    as_text_add(out, "written: %s\n", path);
}
