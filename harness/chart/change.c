/* change.c: before and after: the time of the new build over that of the base, a line a case, with its interval. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "page.h"

enum { LINES_MOST = 40, KINDS = 4 };

static const struct {
    as_verdict_kind verdict;
    int style; /* of style.gp */
} kinds[KINDS] = {{AS_REGRESSED, 2}, {AS_IMPROVED, 3}, {AS_SAME, 1}, {AS_INCONCLUSIVE, 7}};

static int kind_of(const as_verdict *v)
{
    int k = 0;
    while (k < KINDS && v->verdict != kinds[k].verdict)
        k++;
    return k;
}

static bool is_drawn(const as_verdict *v)
{
    const bool of_time = v->gate == AS_NO_WORD || v->gate == AS_GATE_TIME;
    return of_time && v->ratio > 0 && v->ratio_low > 0 && v->ratio_high > 0 && kind_of(v) < KINDS;
}

static int by_ratio(const void *a, const void *b)
{
    const double x = (*(const as_verdict *const *)a)->ratio, y = (*(const as_verdict *const *)b)->ratio;
    return (x < y) - (x > y);
}

/* Rows of the kind, whose line on the page is one of `lines` from the top. How many they are. */
static size_t add_kind(const as_verdict *const *rows, size_t lines, int kind, as_arena *arena, bool first,
                       as_text *data)
{
    size_t count = 0;
    for (size_t i = 0; i < lines; i++) {
        const as_verdict *v = rows[i];
        if (kind_of(v) != kind)
            continue;
        as_text_add(data, "%s%.9g,%.9g,%.9g,%zu,%.9g,%.9g,\"%s\",\"%s\"\n", count++ || first ? "" : "\n\n", v->ratio,
                    v->ratio_low, v->ratio_high, lines - i, v->control_ratio, v->visible,
                    as_chart_plain(arena, v->case_, 200), as_verdict_kind_text(kinds[kind].verdict));
    }
    return count;
}

/* A block of data for each kind that there is, for gnuplot counts no empty ones; the header has names and styles. */
static void add_kinds(const as_verdict *const *rows, size_t lines, as_arena *arena, as_text *data, as_text *header)
{
    as_text names = {0}, styles = {0};
    size_t shown = 0;
    for (int k = 0; k < KINDS; k++)
        if (add_kind(rows, lines, k, arena, !shown, data)) {
            as_text_add(&names, "%s'%s'", shown ? ", " : "", as_verdict_kind_text(kinds[k].verdict));
            as_text_add(&styles, "%s%d", shown++ ? ", " : "", kinds[k].style);
        }
    as_text_add(header, "AS_CURVES = %zu\narray AS_LABEL[%zu] = [%s]\narray AS_STYLE[%zu] = [%s]\n", shown, shown,
                names.data, shown, styles.data);
    as_text_free(&names);
    as_text_free(&styles);
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
    const size_t first = index * LINES_MOST,
                 lines = count > first ? (count - first < LINES_MOST ? count - first : LINES_MOST) : 0;
    if (!lines)
        return false;
    as_text_add(data, "ratio,low,high,line,control,visible,case,verdict\n");
    for (size_t i = first; i < first + lines; i++)
        reach = fmax(reach, fmax(rows[i]->ratio_high, 1 / rows[i]->ratio_low));
    as_set_header(in,
                  as_arena_printf(in->arena, "%zu case%s%s", count, count == 1 ? "" : "s",
                                  count > lines ? ", this page the part shown" : ""),
                  2, header);
    add_kinds(rows + first, lines, in->arena, data, header);
    as_set_range(header, pow(reach, -1.05), pow(reach, 1.05), 0.3, (double)lines + 0.7);
    as_text_add(header, "AS_PLOT = %zu.0\nset ytics (", 60 + 22 * lines);
    for (size_t i = first; i < first + lines; i++)
        as_text_add(header, "%s'%s' %zu", i > first ? ", " : "", as_chart_plain(in->arena, rows[i]->case_, 90),
                    lines - (i - first));
    as_text_add(header, ")\n");
    return true;
}
