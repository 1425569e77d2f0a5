/* test_picture.c: the cells of a mask's picture against counting pair by pair. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "harness/theory/picture.h"

static void check(const char *text, size_t length, size_t most)
{
    as_pattern *p = as_pattern_parse(text, NULL);
    as_grid g;
    char why[200];
    assert_non_null(p);
    if (!as_pattern_fits(p, length, length, why, sizeof why)) {
        as_pattern_free(p);
        return;
    }
    assert_true(as_grid_count(p, length, most, &g, NULL));
    assert_int_equal(g.cells, length < most ? length : most);
    uint64_t *truth = calloc(g.cells * g.cells, sizeof *truth), sum = 0;
    size_t *cell = malloc(length * sizeof *cell); /* cell c is [c T/cells, (c+1) T/cells) */
    for (size_t c = 0; c < g.cells; c++)
        for (size_t t = c * length / g.cells; t < (c + 1) * length / g.cells; t++)
            cell[t] = c;
    as_run *runs = malloc(as_pattern_runs_max(p, length) * sizeof *runs);
    for (size_t t = 0; t < length; t++) {
        size_t n = as_pattern_row(p, (as_at){0, t, length}, runs);
        for (size_t i = 0; i < n; i++)
            for (size_t k = 0; k < runs[i].count; k++)
                truth[cell[t] * g.cells + cell[runs[i].first + k * runs[i].step]]++;
    }
    for (size_t i = 0; i < g.cells * g.cells; i++) {
        assert_int_equal(g.count[i], truth[i]);
        sum += g.count[i];
    }
    assert_int_equal(sum, as_pattern_edges(p, 0, length, length));
    for (size_t i = 0; i < g.cells && !strcmp(text, "causal"); i++)
        assert_true(as_grid_share(&g, i, i) == 1);
    free(runs);
    free(cell);
    free(truth);
    as_grid_free(&g);
    as_pattern_free(p);
}

static void cells_are_exact(void **state)
{
    (void)state;
    static const char *const texts[] = {"causal",
                                        "full",
                                        "window:w=7",
                                        "dilated:r=3",
                                        "dilated:r=5,k=4",
                                        "log:base=2",
                                        "power:p=2",
                                        "sink:s=3+window:w=5",
                                        "global:g=2+dilated:r=6",
                                        "strided:l=9",
                                        "fixed:l=8,c=2",
                                        "random:r=4,seed=1",
                                        "longnet:w=8/16,r=1/4"};
    static const size_t lengths[] = {1, 2, 17, 48, 49, 64, 100, 193}, cells[] = {1, 7, 48, 128};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        for (size_t t = 0; t < sizeof lengths / sizeof *lengths; t++)
            for (size_t c = 0; c < sizeof cells / sizeof *cells; c++)
                check(texts[i], lengths[t], cells[c]);
}

static void svg_has_a_panel_a_layer(void **state)
{
    (void)state;
    as_layers *s = as_layers_parse("schedule(causal;window:w=2)", NULL);
    as_text out = {0};
    assert_true(as_picture_svg(s, 16, &out, NULL));
    assert_non_null(strstr(out.data, "layer 2: window:w=2"));
    assert_string_equal(out.data + out.length - 7, "</svg>\n");
    as_text_free(&out);
    as_layers_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(cells_are_exact), cmocka_unit_test(svg_has_a_panel_a_layer)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
