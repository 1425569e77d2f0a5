/* picture.c: pairs counted cell by cell, never pair by pair where runs or distances allow it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "picture.h"

#include <stdlib.h>
#include <string.h>

#include "cost.h"

static size_t edge_of(const as_grid *g, size_t cell) { return (size_t)((__uint128_t)cell * g->length / g->cells); }
/* The cell that holds a token: the last whose edge is not beyond it. */
static size_t cell_of(const as_grid *g, size_t token)
{
    return (size_t)((((__uint128_t)token + 1) * g->cells - 1) / g->length);
}

static uint64_t minus(uint64_t a, uint64_t b) { return a > b ? a - b : 0; }

/* With G(n) = pairs among n neighbouring positions, the cell of queries [a,b) and keys [c,d) holds
 * G(b-c) - G(a-c) - G(b-d) + G(a-d) pairs. */
static void by_distance(as_grid *g, const as_run *row, size_t runs)
{
#define G(x, y) as_pairs_by_distance(row, runs, g->length, minus(x, y))
    for (size_t i = 0; i < g->cells; i++)
        for (size_t j = 0; j <= i; j++) {
            size_t a = edge_of(g, i), b = edge_of(g, i + 1), c = edge_of(g, j), d = edge_of(g, j + 1);
            g->count[i * g->cells + j] = G(b, c) - G(a, c) - G(b, d) + G(a, d);
        }
#undef G
}

/* Adds the keys of one run to the cells of a row: whole cells by their width, others by counting. */
static void add_run(as_grid *g, uint64_t *cells, const as_run *r)
{
    size_t key = r->first, left = r->count;
    while (left) {
        size_t cell = cell_of(g, key), end = edge_of(g, cell + 1);
        size_t inside = (end - key + r->step - 1) / r->step;
        inside = inside < left ? inside : left;
        cells[cell] += inside;
        key += inside * r->step;
        left -= inside;
    }
}

/* Runs of step 1 that span many cells: +1 from one cell to another, summed up once per grid row. */
static void add_span(as_grid *g, uint64_t *cells, uint64_t *whole, const as_run *r)
{
    size_t end = r->first + r->count, from = cell_of(g, r->first), to = cell_of(g, end - 1);
    if (to - from < 2) {
        add_run(g, cells, r);
        return;
    }
    cells[from] += edge_of(g, from + 1) - r->first;
    cells[to] += end - edge_of(g, to);
    whole[from + 1]++;
    whole[to]--; /* wraps, and is right again when summed */
}

static void by_rows(as_grid *g, const as_pattern *p, as_run *runs, uint64_t *whole)
{
    for (size_t i = 0; i < g->cells; i++) {
        uint64_t *cells = g->count + i * g->cells, open = 0;
        memset(whole, 0, (g->cells + 1) * sizeof *whole);
        for (size_t t = edge_of(g, i); t < edge_of(g, i + 1); t++) {
            size_t n = as_pattern_row(p, (as_at){0, t, g->length}, runs);
            for (size_t r = 0; r < n; r++) {
                if (runs[r].step == 1)
                    add_span(g, cells, whole, &runs[r]);
                else
                    add_run(g, cells, &runs[r]);
            }
        }
        for (size_t j = 0; j < g->cells; j++) {
            open += whole[j];
            cells[j] += open * (edge_of(g, j + 1) - edge_of(g, j));
        }
    }
}

bool as_grid_count(const as_pattern *p, size_t length, size_t most, as_grid *out, as_err *err)
{
    unsigned traits = as_pattern_traits(p);
    *out = (as_grid){.length = length, .cells = length < most ? length : most, .causal = traits & AS_PATTERN_CAUSAL};
    out->count = calloc(out->cells * out->cells, sizeof *out->count);
    as_run *runs = malloc(as_pattern_runs_max(p, length) * sizeof *runs);
    uint64_t *whole = malloc((out->cells + 1) * sizeof *whole);
    bool ok = out->count && runs && whole;
    if (ok && traits & AS_PATTERN_BY_DISTANCE)
        by_distance(out, runs, as_pattern_row(p, (as_at){0, length - 1, length}, runs));
    else if (ok)
        by_rows(out, p, runs, whole);
    free(runs);
    free(whole);
    if (ok)
        return true;
    as_grid_free(out);
    return as_fail_memory(err);
}

void as_grid_free(as_grid *g)
{
    free(g->count);
    *g = (as_grid){0};
}

double as_grid_share(const as_grid *g, size_t row, size_t column)
{
    double high = (double)(edge_of(g, row + 1) - edge_of(g, row));
    double wide = (double)(edge_of(g, column + 1) - edge_of(g, column));
    double allowed = high * wide;
    if (g->causal && row == column)
        allowed = high * (high + 1) / 2;
    double share = (double)g->count[row * g->cells + column] / allowed;
    return share < 1 ? share : 1; /* a multiset may yield more pairs than there are */
}

/* Two queries a line where a cell is a token, else shades. */
void as_grid_text(const as_grid *g, as_text *out)
{
    static const char *const halves[4] = {" ", "▄", "▀", "█"};
    static const char *const shades[5] = {" ", "░", "▒", "▓", "█"};
    bool exact = g->cells == g->length;
    for (size_t i = 0; i < g->cells; i += 2) {
        as_text_add(out, "  ");
        for (size_t j = 0; j < g->cells; j++) {
            double top = as_grid_share(g, i, j), below = i + 1 < g->cells ? as_grid_share(g, i + 1, j) : 0;
            double mean = g->causal && j > i ? below : (top + below) / (i + 1 < g->cells ? 2 : 1);
            int shade = mean <= 0 ? 0 : mean < 0.1 ? 1 : mean < 0.5 ? 2 : mean < 1 ? 3 : 4;
            as_text_add(out, "%s", exact ? halves[2 * (top > 0) + (below > 0)] : shades[shade]);
        }
        while (out->length && out->data[out->length - 1] == ' ')
            out->data[--out->length] = 0;
        as_text_add(out, "\n");
    }
}
