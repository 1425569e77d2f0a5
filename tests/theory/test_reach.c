/* test_reach.c: the reach engine against powers of the adjacency matrix, and the laws and numbers of the patterns. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "harness/theory/reach.h"

enum { SIDE = 64, LAYERS = 9, DEEP = 300 };

static const char *const PATTERNS[] = {
    "causal",
    "full",
    "window:w=1",
    "window:w=2",
    "window:w=5",
    "window:w=64",
    "dilated:r=2,k=2",
    "dilated:r=3",
    "dilated:r=7,k=3",
    "dilated:r=1,k=4",
    "global:g=1",
    "sink:s=3",
    "sink:s=3+window:w=2",
    "global:g=2+dilated:r=5",
    "window:w=2+dilated:r=9,k=4",
    "log:base=2",
    "log:base=3",
    "log:base=2+window:w=3",
    "power:p=2",
    "power:p=3",
    "power:p=5+sink:s=1",
    "random:r=3,seed=7",
    "random:r=1,seed=2",
    "random:r=2,seed=5+window:w=2",
    "strided:l=6",
    "fixed:l=8,c=2",
    "block:b=8,density=0.3,seed=4",
    "longnet:w=8/16/32,r=1/2/4",
    "longformer:w=8,g=2",
    "schedule(dilated:r=1,k=2;dilated:r=2,k=2;dilated:r=4,k=2)",
    "schedule(window:w=2;sink:s=2+window:w=3)",
    "schedule(window:w=3;sink:s=2)",
    "schedule(random:r=2,seed=1;window:w=2;fixed:l=8,c=1)",
    "schedule(full;window:w=2)",
    "schedule(full;sink:s=2)",
    "schedule(full;sink:s=2;random:r=1,seed=3)",
    "random:r=2,seed=1,sides=both",
    "random:r=1,seed=4,sides=both",
    "window:w=6,sides=both+random:r=1,seed=3",
    "schedule(window:w=5,sides=both;sink:s=1)",
    "schedule(random:r=1,seed=4,sides=both;window:w=16,sides=both;window:w=8,sides=both)",
    "schedule(strided:l=5;random:r=3,seed=9+window:w=1)",
};

static as_layers *parse(const char *text)
{
    as_pattern_error error = {0};
    as_layers *s = as_layers_parse(text, &error);
    if (!s)
        print_message("%s: %zu: %s\n", text, error.column, error.what);
    assert_non_null(s);
    return s;
}

typedef struct {
    uint64_t row[SIDE]; /* bit u of row t: t sees u */
} matrix;

/* One layer, all heads together. */
static void adjacency(const as_pattern *p, size_t length, size_t heads, matrix *m)
{
    as_run *runs = malloc(as_pattern_runs_max(p, length) * sizeof *runs);
    memset(m, 0, sizeof *m);
    for (size_t h = 0; h < heads; h++)
        for (size_t t = 0; t < length; t++) {
            size_t n = as_pattern_row(p, (as_at){h, t, length}, runs);
            for (size_t i = 0; i < n; i++)
                for (size_t c = 0; c < runs[i].count; c++)
                    m->row[t] |= UINT64_C(1) << (runs[i].first + c * runs[i].step);
        }
    free(runs);
}

/* through = layer * below: what t sees through one more layer above. */
static void climb(const matrix *layer, const matrix *below, matrix *through, size_t length)
{
    memset(through, 0, sizeof *through);
    for (size_t t = 0; t < length; t++)
        for (size_t via = 0; via < length; via++)
            through->row[t] |= layer->row[t] >> via & 1 ? below->row[via] : 0;
}

static size_t row_size(const matrix *m, size_t t) { return (size_t)__builtin_popcountll(m->row[t]); }

static void equal(const as_layers *s, size_t length, size_t depth, uint64_t found, uint64_t truth)
{
    if (found != truth)
        print_message("%s, T = %zu, layer %zu\n", as_layers_text(s), length, depth);
    assert_int_equal(found, truth);
}

static void check(const as_layers *s, size_t length, size_t heads, size_t deep)
{
    static matrix layer[4], below, above;
    size_t m = as_layers_period(s), covered = 0, pairs = 0;
    as_reach r;
    as_reach_ask ask = {.schedule = s, .length = length, .layers = LAYERS, .heads = heads, .share = true};
    assert_true(as_reach_find(&ask, &r, NULL));
    for (size_t i = 0; i < m; i++)
        adjacency(as_layers_at(s, i), length, heads, &layer[i]);
    for (size_t t = 0; t < length; t++)
        pairs += as_layers_all(s, AS_PATTERN_CAUSAL) ? t + 1 : length;
    for (size_t depth = 1; depth <= deep && (depth <= LAYERS || !covered); depth++) {
        if (depth == 1)
            above = layer[0];
        else
            climb(&layer[(depth - 1) % m], &below, &above, length);
        size_t last = row_size(&above, length - 1), all = 0;
        for (size_t t = 0; t < length; t++)
            all += row_size(&above, t);
        if (depth <= LAYERS) {
            equal(s, length, depth, r.sees[depth - 1], last);
            if (!r.sampled)
                assert_true(fabs(r.share[depth - 1] - (double)all / (double)pairs) < 1e-12);
        }
        if (last == length && !covered)
            covered = depth;
        below = above;
    }
    if (covered) {
        equal(s, length, 0, r.cover, AS_COVERS);
        equal(s, length, 0, r.layers_to_cover, covered);
    } else {
        equal(s, length, 0, r.cover, AS_COVERS_NEVER);
    }
    as_reach shallow; /* whether it covers is no matter of how much is listed */
    ask.layers = 1, ask.share = false;
    assert_true(as_reach_find(&ask, &shallow, NULL));
    equal(s, length, 1, shallow.sees[0], r.sees[0]);
    equal(s, length, 0, shallow.layers_to_cover, r.layers_to_cover);
    as_reach_free(&shallow);
    as_reach_free(&r);
}

static void against_powers_of_the_matrix(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof PATTERNS / sizeof *PATTERNS; i++) {
        as_layers *s = parse(PATTERNS[i]);
        bool per_head = false;
        for (size_t l = 0; l < as_layers_period(s); l++)
            per_head = per_head || as_pattern_traits(as_layers_at(s, l)) & AS_PATTERN_PER_HEAD;
        for (size_t t = 1; t <= SIDE; t++) {
            char why[200];
            if (!as_layers_fits(s, t, t, why, sizeof why))
                continue;
            check(s, t, 1, DEEP);
            if (per_head && t % 9 == 1)
                check(s, t, 3, DEEP);
        }
        as_layers_free(s);
    }
}

/* Every term of the language that has an example at this length. */
static void every_term_of_the_language(void **state)
{
    (void)state;
    const char *name, *example, *help;
    for (size_t i = 0; as_pattern_term(i, &name, &example, &help); i++) {
        char why[200];
        as_pattern_error error;
        as_layers *s = as_layers_parse(example, &error); /* file: names a file that is not there */
        assert_true(s || !strcmp(name, "file"));
        for (size_t t = 1; s && t <= SIDE; t += 7)
            if (as_layers_fits(s, t, t, why, sizeof why))
                check(s, t, 1, DEEP);
        as_layers_free(s);
    }
}

/* What BY_DISTANCE promises: row t is the last row moved. */
static void distance_is_all_that_matters(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof PATTERNS / sizeof *PATTERNS; i++) {
        static matrix m;
        as_layers *s = parse(PATTERNS[i]);
        for (size_t l = 0; l < as_layers_period(s); l++) {
            const as_pattern *p = as_layers_at(s, l);
            if (!(as_pattern_traits(p) & AS_PATTERN_BY_DISTANCE))
                continue;
            assert_true(as_pattern_traits(p) & AS_PATTERN_CAUSAL);
            adjacency(p, SIDE, 1, &m);
            for (size_t t = 0; t < SIDE; t++)
                for (size_t u = 0; u < SIDE; u++)
                    assert_int_equal(m.row[t] >> u & 1, u <= t && m.row[SIDE - 1] >> (SIDE - 1 - (t - u)) & 1);
        }
        as_layers_free(s);
    }
}

static as_reach find(const char *text, size_t length, size_t layers)
{
    as_layers *s = parse(text);
    as_reach r;
    as_reach_ask ask = {.schedule = s, .length = length, .layers = layers, .heads = 1};
    assert_true(as_reach_find(&ask, &r, NULL));
    as_layers_free(s);
    return r;
}

static uint64_t cover(const char *text, size_t length)
{
    as_reach r = find(text, length, 1);
    uint64_t layers = r.cover == AS_COVERS ? r.layers_to_cover : 0;
    as_reach_free(&r);
    return layers;
}

static unsigned floor_log2(size_t n) { return 63 - (unsigned)__builtin_clzll(n); }

static void laws_of_windows(void **state)
{
    (void)state;
    for (size_t w = 2; w < 40; w += 3)
        for (size_t t = 1; t < 3000; t = t * 3 + 1) {
            char text[64];
            snprintf(text, sizeof text, "window:w=%zu", w);
            uint64_t need = (t - 1 + w - 2) / (w - 1);
            assert_int_equal(cover(text, t), need ? need : 1);
            as_reach r = find(text, t, 12);
            for (size_t l = 1; l <= 12; l++)
                assert_int_equal(r.sees[l - 1], 1 + l * (w - 1) < t ? 1 + l * (w - 1) : t);
            as_reach_free(&r);
            snprintf(text, sizeof text, "sink:s=4+window:w=%zu", w);
            r = find(text, t, 12);
            for (size_t l = 1; l <= 12; l++)
                assert_int_equal(r.sees[l - 1], 5 + l * (w - 1) < t ? 5 + l * (w - 1) : t);
            as_reach_free(&r);
        }
    assert_int_equal(cover("window:w=2", 100000), 99999);
    assert_int_equal(cover("window:w=3", 100), 50);
    assert_int_equal(cover("window:w=5", 100), 25);
}

static void laws_of_dilated(void **state)
{
    (void)state;
    for (size_t r = 2; r < 9; r++) {
        char text[64];
        snprintf(text, sizeof text, "dilated:r=%zu", r);
        assert_int_equal(cover(text, 1000), 0);
        as_reach found = find(text, 1000, 5);
        for (size_t l = 0; l < 5; l++)
            assert_int_equal(found.sees[l], (1000 + r - 1) / r);
        assert_int_equal(found.cover, AS_COVERS_NEVER);
        as_reach_free(&found);
    }
    static const uint64_t sees[] = {3, 7, 15, 31};
    as_reach found = find("schedule(dilated:r=1,k=3;dilated:r=2,k=3;dilated:r=4,k=3;dilated:r=8,k=3)", 100, 4);
    for (size_t l = 0; l < 4; l++)
        assert_int_equal(found.sees[l], sees[l]);
    as_reach_free(&found);
    assert_int_equal(cover("schedule(dilated:r=2,k=2;dilated:r=4,k=2;dilated:r=8,k=2)", 100), 0);
}

static void laws_of_logarithms(void **state)
{
    (void)state;
    for (size_t t = 2; t <= 5000; t = t * 2 - t / 3 + 1)
        assert_int_equal(cover("log:base=2", t), floor_log2(t));
    assert_int_equal(cover("log:base=2", 1 << 20), 20);
    assert_int_equal(cover("log:base=3", 729), 12); /* m(base - 1) at T = base^m */
    assert_int_equal(cover("log:base=4", 1024), 15);
    const size_t t = 3000;
    as_reach r = find("log:base=2", t, 12);
    for (unsigned l = 1; l <= 12; l++) {
        size_t within = 0;
        for (size_t distance = 0; distance < t; distance++)
            within += (unsigned)__builtin_popcountll(distance) <= l;
        assert_int_equal(r.sees[l - 1], within);
    }
    as_reach_free(&r);
    r = find("log:base=5", t, 12);
    for (unsigned l = 1; l <= 12; l++) {
        size_t within = 0;
        for (size_t distance = 0; distance < t; distance++) {
            unsigned digits = 0;
            for (size_t rest = distance; rest; rest /= 5)
                digits += rest % 5;
            within += digits <= l;
        }
        assert_int_equal(r.sees[l - 1], within);
    }
    as_reach_free(&r);
}

static void laws_of_the_others(void **state)
{
    (void)state;
    assert_int_equal(cover("power:p=2", 1 << 20), 4);
    assert_int_equal(cover("strided:l=32", 1024), 2);
    assert_int_equal(cover("fixed:l=32,c=4", 1024), 2);
    assert_int_equal(cover("causal", 1 << 20), 1);
    assert_int_equal(cover("full", 1000), 1);
    assert_int_equal(cover("sink:s=4", 1000), 0);
    assert_int_equal(cover("window:w=1", 1000), 0);
    assert_int_equal(cover("window:w=1", 1), 1);
}

/* Longer than the matrix: the estimate must be near a share that is known. */
static void sampled_share(void **state)
{
    (void)state;
    const size_t t = 200000, w = 300, g = 1;
    as_layers *s = parse("sink:s=1+window:w=300");
    as_reach r;
    as_reach_ask ask = {.schedule = s, .length = t, .layers = 8, .heads = 1, .share = true};
    assert_true(as_reach_find(&ask, &r, NULL));
    assert_true(r.sampled > 16);
    for (size_t l = 1; l <= 8; l++) {
        double connected = 0, far = (double)(g + 1 + l * (w - 1));
        for (size_t i = 1; i <= t; i++)
            connected += (double)i < far ? (double)i : far;
        assert_true(fabs(r.share[l - 1] / (connected / ((double)t * (double)(t + 1) / 2)) - 1) < 0.02);
    }
    as_reach_free(&r);
    as_layers_free(s);
}

static void refuses_what_is_too_long(void **state)
{
    (void)state;
    as_layers *s = parse("causal");
    as_err err = {0};
    as_reach r;
    as_reach_ask ask = {.schedule = s, .length = AS_THEORY_LENGTH_MAX + 1, .layers = 1, .heads = 1};
    assert_false(as_reach_find(&ask, &r, &err));
    assert_int_equal(err.code, AS_EXIT_USAGE);
    as_layers_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(against_powers_of_the_matrix),
        cmocka_unit_test(every_term_of_the_language),
        cmocka_unit_test(distance_is_all_that_matters),
        cmocka_unit_test(laws_of_windows),
        cmocka_unit_test(laws_of_dilated),
        cmocka_unit_test(laws_of_logarithms),
        cmocka_unit_test(laws_of_the_others),
        cmocka_unit_test(sampled_share),
        cmocka_unit_test(refuses_what_is_too_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
