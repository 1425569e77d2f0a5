/* change.c: before and after: the time of the new build over that of the base, a line a case, with its interval. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "page.h"

enum { LINES_MOST = 40, KINDS = 4 };

static const char *const kinds[KINDS] = {"regressed", "improved", "same", "inconclusive"};

static int kind_of(const as_verdict *v)
{
    int k = 0;
    while (k < KINDS && (!v->verdict || strcmp(v->verdict, kinds[k]) != 0))
        k++;
    return k;
}

static bool is_drawn(const as_verdict *v)
{
    const bool of_time = !v->gate || !strcmp(v->gate, "time");
    return of_time && v->ratio > 0 && v->ratio_low > 0 && v->ratio_high > 0 && kind_of(v) < KINDS;
}

static int by_ratio(const void *a, const void *b)
{
    const double x = (*(const as_verdict *const *)a)->ratio, y = (*(const as_verdict *const *)b)->ratio;
    return (x < y) - (x > y);
}

/* Page by page in the order of the ratio, slowest first. */
bool as_set_change(const as_chart_input *in, size_t index, as_text *data, as_text *header)
{
    const as_verdict **rows = as_arena_alloc(in->arena, (in->verdict_count + 1) * sizeof *rows);
    size_t count = 0;
    double reach = 1.02;
    for (size_t i = 0; i < in->verdict_count; i++)
        if (is_drawn(&in->verdicts[i]))
            rows[count++] = &in->verdicts[i];
    qsort(rows, count, sizeof *rows, by_ratio);
    const size_t first = index * LINES_MOST, lines = count > first ? (count - first < LINES_MOST ? count - first : LINES_MOST) : 0;
    if (!lines)
        return false;
    as_text_add(data, "ratio,low,high,line,control,visible,case,verdict\n");
    for (int k = 0; k < KINDS; k++) {
        as_text_add(data, "%s", k ? "\n\n" : "");
        for (size_t i = first; i < first + lines; i++) {
            const as_verdict *v = rows[i];
            reach = fmax(reach, fmax(v->ratio_high, 1 / v->ratio_low));
            if (kind_of(v) == k)
                as_text_add(data, "%.9g,%.9g,%.9g,%zu,%.9g,%.9g,\"%s\",\"%s\"\n", v->ratio, v->ratio_low, v->ratio_high,
                            lines - (i - first), v->control_ratio, v->visible, as_chart_plain(in->arena, v->case_, 200), kinds[k]);
        }
    }
    as_set_header(in, as_arena_printf(in->arena, "%zu case%s%s", count, count == 1 ? "" : "s", count > lines ? ", this page the part shown" : ""),
                  2, header);
    as_set_range(header, pow(reach, -1.05), pow(reach, 1.05), 0.3, (double)lines + 0.7);
    as_text_add(header, "AS_PLOT = %zu.0\nset ytics (", 60 + 22 * lines);
    for (size_t i = first; i < first + lines; i++)
        as_text_add(header, "%s'%s' %zu", i > first ? ", " : "", as_chart_plain(in->arena, rows[i]->case_, 90), lines - (i - first));
    as_text_add(header, ")\n");
    return true;
}
