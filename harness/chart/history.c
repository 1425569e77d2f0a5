/* history.c: x is the place of a result among all, by date; y how far its time lies above the pinned build's.
 * SPDX-License-Identifier: Apache-2.0 */
#include "history.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "page.h"

enum { CASES = 6, TICKS = 8, PLOT = 460 /* pixels, as style.gp has it */, PARTS = 16 }; /* of a page */

static int by_date(const void *a, const void *b)
{
    const as_history *x = *(const as_history *const *)a, *y = *(const as_history *const *)b;
    const int order = strcmp(x->date, y->date);
    return order ? order : strcmp(x->result, y->result);
}

/* Every result once, by date. */
static const as_history **results_of(const as_history_chart *chart, as_arena *arena, size_t *count)
{
    const as_history **list = as_arena_alloc(arena, (chart->count + 1) * sizeof(const as_history *));
    for (size_t i = 0; i < chart->count; i++)
        list[i] = &chart->rows[i];
    qsort(list, chart->count, sizeof *list, by_date);
    *count = 0;
    for (size_t i = 0; i < chart->count; i++)
        if (!*count || by_date(&list[*count - 1], &list[i]))
            list[(*count)++] = list[i];
    return list;
}

static double above(double ratio) { return 100 * (ratio - 1); }

static void add_ticks(as_text *header, const as_history *const *results, size_t count, as_arena *arena)
{
    const size_t step = (count + TICKS - 1) / TICKS;
    as_text_add(header, "set xtics (");
    for (size_t i = 0; i < count; i += step)
        as_text_add(header, "%s'%.10s' %zu", i ? ", " : "", as_chart_plain(arena, results[i]->date, 30), i + 1);
    as_text_add(header, ")\n");
}

/* The parts of a case's key: kernel|pattern|T=..:S=..:..|dtype|... */
static void split_key(const char *key, const char *parts[PARTS], as_arena *arena)
{
    size_t field = 0;
    if (!strncmp(key, "attention/", 10)) /* goes without saying */
        key += 10;
    for (size_t p = 0; p < PARTS; p++) {
        const size_t length = strcspn(key, field == 2 ? "|:" : "|");
        parts[p] = as_arena_intern_n(arena, key, p + 1 < PARTS ? length : strlen(key));
        key += length;
        field += *key == '|';
        key += *key != 0;
    }
}

/* `ends` have the case's key as their text and percent as their height. */
static void add_ends(as_end *ends, size_t count, double low, double high, as_arena *arena, as_text *header)
{
    const char **parts = as_arena_alloc(arena, (count + 1) * PARTS * sizeof *parts);
    for (size_t i = 0; i < count; i++)
        split_key(ends[i].text, parts + i * PARTS, arena);
    const char **names = as_ends_name(arena, parts, count, PARTS);
    for (size_t i = 0; i < count; i++) {
        ends[i].text = names[i];
        ends[i].height = (ends[i].height - low) / (high - low);
    }
    as_ends_header(ends, count, count, PLOT, arena, header);
}

size_t as_history_page(const as_history_chart *chart, size_t at, const char *name, as_arena *arena, as_text *header,
                       as_text *data)
{
    size_t count, curves = 0, end = at;
    const as_history **results = results_of(chart, arena, &count);
    double low = -1, high = 1;
    as_text labels = {0};
    as_end ends[CASES];
    as_text_add(data, "result,percent,low,high,level,case,date,commit,change\n");
    while (end < chart->count && curves < CASES) {
        const size_t first = end;
        bool begun = false; /* a case that was measured nowhere has no block: gnuplot counts no empty ones */
        for (; end < chart->count && chart->rows[end].case_ == chart->rows[first].case_; end++) {
            const as_history *r = &chart->rows[end];
            if (isnan(r->ratio))
                continue;
            const as_history **place = bsearch(&r, results, count, sizeof *results, by_date);
            const double y = above(r->ratio), from = isnan(r->ratio_low) ? y : above(r->ratio_low),
                         to = isnan(r->ratio_high) ? y : above(r->ratio_high);
            as_text_add(data, "%s%zu,%.6g,%.6g,%.6g,%.6g,\"%s\",%s,%s,", begun || !curves ? "" : "\n\n",
                        (size_t)(place - results) + 1, y, from, to, above(r->level),
                        as_chart_plain(arena, r->case_, 200), as_chart_plain(arena, r->date, 30),
                        as_chart_plain(arena, r->commit ? r->commit : "", 30));
            if (!isnan(r->change))
                as_text_add(data, "%.6g", above(r->change));
            as_text_add(data, "\n");
            begun = true;
            ends[curves] = (as_end){
                .text = r->case_ ? r->case_ : "?", .x = (double)(place - results) + 1, .height = above(r->level)};
            low = fmin(low, fmin(y, above(r->level)));
            high = fmax(high, fmax(y, above(r->level)));
        }
        if (begun)
            as_text_add(&labels, "%s\\\n    '%s'", curves++ ? ", " : "",
                        as_chart_plain(arena, chart->rows[first].case_, 100));
    }
    as_text_add(header,
                "AS_NAME = '%s'\nAS_DATA = '%s.csv'\nAS_CURVES = %zu\nAS_KEY_ROWS = %zu\narray AS_LABEL[%zu] = [%s]\n",
                name, name, curves, curves, curves, labels.data);
    as_text_add(header,
                "AS_MACHINE = '%s'\nAS_SWEEP = '%zu results'\nAS_SHAPE = 'pinned: %s; above 0 takes more time; lines "
                "are levels between changes'\n",
                as_chart_plain(arena, chart->machine ? chart->machine : "unknown machine", 60), count,
                as_chart_plain(arena, chart->pinned, 40));
    as_text_add(header,
                "AS_LOG_Y = 0\nAS_GUIDES = 0\nAS_ROOFS = 0\nAS_X_LOW = 0.5\nAS_X_HIGH = %zu.5\nAS_Y_LOW = "
                "%.6g\nAS_Y_HIGH = %.6g\n",
                count, low - 0.1 * (high - low), high + 0.1 * (high - low));
    add_ends(ends, curves, low - 0.1 * (high - low), high + 0.1 * (high - low), arena, header);
    add_ticks(header, (const as_history *const *)results, count, arena);
    as_text_free(&labels);
    return end;
}
