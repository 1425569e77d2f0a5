/* print.c: the ranking as a table, a verdict and lists.
 * SPDX-License-Identifier: Apache-2.0 */
#include "print.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

enum { ROWS_SHOWN = 15, RULED_OUT_SHOWN = 10 };

static const char *number_text(as_arena *a, double value)
{
    return isnan(value) ? "-" : as_arena_printf(a, "%.4g", value);
}

static const char *count_text(as_arena *a, uint64_t value, const char *missing)
{
    return value == AS_NO_COUNT ? missing : as_arena_printf(a, "%" PRIu64, value);
}

/* Writes schedule(P;P;P;Q) as schedule(3 x P;Q), and K;K;K;L likewise. */
static const char *shorten(as_arena *a, const char *text)
{
    const bool schedule = !strncmp(text, "schedule(", 9);
    const char *c = schedule ? text + 9 : text;
    as_text out = {0};
    as_text_add(&out, "%s", schedule ? "schedule(" : "");
    while (*c) {
        const size_t n = strcspn(c, schedule ? ";)" : ";");
        size_t times = 1;
        const char *next = c + n;
        for (; *next == ';' && !strncmp(next + 1, c, n) && (next[n + 1] == ';' || next[n + 1] == ')' || !next[n + 1]);
             next += n + 1)
            times++;
        if (times > 1)
            as_text_add(&out, "%zu x ", times);
        as_text_append(&out, c, n);
        as_text_append(&out, next, *next != 0);
        c = next + (*next != 0);
    }
    return as_text_keep(&out, a);
}

static void print_rows(const as_choice *const *rows, size_t count, as_arena *a, as_text *out)
{
    static const char *const heads[] = {"rank", "pattern",  "kernel",          "isa",       "threads",
                                        "ms",   "interval", "layers to cover", "workspace", "basis"};
    enum { COLS = sizeof heads / sizeof *heads };
    const char **cells = as_arena_alloc(a, (count + 1) * COLS * sizeof *cells);
    memcpy(cells, heads, sizeof heads);
    for (size_t i = 0; i < count; i++) {
        const as_choice *r = rows[i];
        char bytes[32] = "-";
        if (r->workspace_bytes != AS_NO_COUNT)
            as_format_bytes(bytes, (double)r->workspace_bytes);
        const char *row[COLS] = {count_text(a, r->rank, "-"),
                                 shorten(a, r->pattern),
                                 shorten(a, r->kernel),
                                 r->isa ? shorten(a, r->isa) : "-",
                                 count_text(a, r->threads, "-"),
                                 number_text(a, r->ms),
                                 as_arena_printf(a, "%.4g .. %.4g", r->ms_low, r->ms_high),
                                 count_text(a, r->layers_to_cover, "never"),
                                 as_arena_intern(a, bytes),
                                 as_basis_text(r->basis)};
        memcpy(&cells[(i + 1) * COLS], row, sizeof row);
    }
    as_print_rows(out, cells, count + 1, COLS);
}

static void print_verdict(const as_chosen *c, as_arena *a, as_text *out)
{
    const as_choice *first = &c->rows[0];
    if (!c->ranked)
        as_text_add(out, "nothing is left: every candidate is ruled out\n");
    else if (c->tied > 1)
        as_text_add(out, "\nno clear winner: the intervals of the first and %zu other%s meet\n", c->tied - 1,
                    c->tied == 2 ? "" : "s");
    else
        as_text_add(out, "\nuse %s on %s: %.4g ms for all layers (%.4g .. %.4g, %s)\n", shorten(a, first->kernel),
                    shorten(a, first->pattern), first->ms, first->ms_low, first->ms_high, as_basis_text(first->basis));
}

/* A line for each pattern and reason, with the kernels that it is about. Rows of one pattern are neighbours. */
static void print_ruled_out(const as_chosen *c, as_arena *a, as_text *out)
{
    size_t lines = 0, i = c->ranked;
    if (i < c->count)
        as_text_add(out, "\nruled out:\n");
    while (i < c->count && lines < RULED_OUT_SHOWN) {
        const as_choice *first = &c->rows[i];
        as_text kernels = {0};
        for (; i < c->count && !strcmp(c->rows[i].pattern, first->pattern) && !strcmp(c->rows[i].note, first->note);
             i++)
            as_text_add(&kernels, "%s%s", kernels.length ? ", " : "", c->rows[i].kernel);
        as_text_add(out, "  %s (%s): %s\n", shorten(a, first->pattern), kernels.data, first->note);
        as_text_free(&kernels);
        lines++;
    }
    if (i < c->count)
        as_text_add(out, "  %zu more: --format csv\n", c->count - i);
}

void as_choose_table(const as_chosen *c, const as_choose_ask *ask, as_arena *a, as_text *out)
{
    const as_choice **rows = as_arena_alloc(a, (c->count + 1) * sizeof *rows);
    size_t n = 0;
    for (size_t i = 0; i < c->ranked && i < ROWS_SHOWN; i++)
        rows[n++] = &c->rows[i];
    if (n)
        print_rows(rows, n, a, out);
    if (c->ranked > n)
        as_text_add(out, "%zu more: --format csv\n", c->ranked - n);
    print_verdict(c, a, out);
    for (size_t i = n = 0; i < c->ranked; i++)
        if (c->rows[i].pareto == 1)
            rows[n++] = &c->rows[i];
    if (n)
        as_text_add(out, "\ncost per layer against layers to cover, the best of both:\n");
    for (size_t i = 0; i < n; i++)
        as_text_add(out, "  %.4g ms a layer, %" PRIu64 " to cover: %s  %s\n", rows[i]->ms / (double)ask->layers,
                    rows[i]->layers_to_cover, shorten(a, rows[i]->kernel), shorten(a, rows[i]->pattern));
    print_ruled_out(c, a, out);
}
