/* test_terms.c: every term of the pattern language against its definition, at every length up to 128: rows, edges,
 * traits; and the counts that the literature's numbers give. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "kernels/pattern/pattern.h"

#define LONGEST 128

static as_pattern *parse(const char *text)
{
    as_pattern_error error = {0, ""};
    as_pattern *p = as_pattern_parse(text, &error);
    if (!p)
        fail_msg("%s: column %zu: %s", text, error.column, error.what);
    return p;
}

/* times[j] += how often key j is seen; runs well-formed, inside the room that was promised, ascending. */
static void mark(const as_pattern *p, as_at at, unsigned char *times)
{
    const size_t room = as_pattern_runs_max(p, at.context);
    as_run *runs = malloc((room + 1) * sizeof *runs);
    const as_run guard = {~(size_t)0, 12345, 54321};
    const unsigned traits = as_pattern_traits(p);
    runs[room] = guard;
    size_t n = as_pattern_row(p, at, runs);
    assert_true(n <= room);
    assert_memory_equal(&runs[room], &guard, sizeof guard);
    for (size_t i = 0; i < n; i++) {
        const as_run r = runs[i];
        assert_true(r.count >= 1 && r.step >= 1);
        const size_t last = r.first + (r.count - 1) * r.step;
        assert_true(last < at.context);
        assert_true(i == 0 || runs[i - 1].first <= r.first);
        if (traits & AS_PATTERN_CAUSAL)
            assert_true(last <= at.position);
        if (traits & AS_PATTERN_CONTIGUOUS)
            assert_true(r.step == 1 || r.count == 1);
        for (size_t c = 0; c < r.count; c++)
            times[r.first + c * r.step]++;
    }
    free(runs);
}

/* ---- definitions, from the literature: does token t (from 1) see token j of S? Parameters in a, b, c. */
typedef struct {
    long a, b, c;
} given;
typedef bool sees(long t, long j, long S, given g);

static long distance(long t, long j) { return t > j ? t - j : j - t; }
static bool causal(long t, long j, long S, given g) { return (void)S, (void)g, j <= t; }
static bool full(long t, long j, long S, given g) { return (void)S, (void)g, (void)t, (void)j, true; }
static bool window(long t, long j, long S, given g) { return (void)S, j <= t && j > t - g.a; }
static bool window_both(long t, long j, long S, given g) { return (void)S, distance(t, j) <= g.a / 2; }
static bool prefix(long t, long j, long S, given g) { return (void)S, j <= t && j <= g.a; }
static bool global_both(long t, long j, long S, given g) { return (void)S, j <= g.a || t <= g.a; }

static bool dilated(long t, long j, long S, given g)
{
    (void)S;
    return j <= t && (t - j) % g.a == 0 && (g.b == 0 || (t - j) / g.a < g.b);
}

static bool log_(long t, long j, long S, given g)
{
    (void)S;
    long d = t - j;
    while (d > 1 && d % g.a == 0)
        d /= g.a;
    return d == 0 || d == 1;
}

static bool power(long t, long j, long S, given g)
{
    (void)S;
    if (j >= t)
        return j == t;
    for (long n = 1; n <= t - j; n++) {
        long d = 1;
        for (long i = 0; i < g.a && d <= t - j; i++)
            d *= n;
        if (d == t - j)
            return true;
    }
    return false;
}

static bool strided(long t, long j, long S, given g)
{
    (void)S;
    return j <= t && (t - j < g.a || (t - j) % g.a == 0);
}

/* floor((j-1)/l) = floor((t-1)/l), or j's place in its block is one of the last c. */
static bool fixed(long t, long j, long S, given g)
{
    (void)S;
    const long l = g.a, c = g.b;
    return j <= t && ((j - 1) / l == (t - 1) / l || (j - 1) % l >= l - c);
}

static bool blocks(long t, long j, long S, given g)
{
    (void)S;
    const long d = (t - 1) / g.a - (j - 1) / g.a;
    return j <= t && d < g.b;
}

static bool blocks_both(long t, long j, long S, given g)
{
    (void)S;
    return distance((t - 1) / g.a, (j - 1) / g.a) <= g.b / 2;
}

static bool longformer(long t, long j, long S, given g)
{
    return window(t, j, S, (given){g.a, 0, 0}) || prefix(t, j, S, (given){g.b, 0, 0});
}

static bool longformer_both(long t, long j, long S, given g)
{
    return window_both(t, j, S, (given){g.a, 0, 0}) || global_both(t, j, S, (given){g.b, 0, 0});
}

static bool longformer_dilated(long t, long j, long S, given g)
{
    return dilated(t, j, S, (given){g.c, g.a, 0}) || prefix(t, j, S, (given){g.b, 0, 0});
}

static bool bigbird(long t, long j, long S, given g)
{
    return blocks(t, j, S, (given){g.a, g.c, 0}) || prefix(t, j, S, (given){g.a * g.b, 0, 0});
}

static bool bigbird_both(long t, long j, long S, given g)
{
    return blocks_both(t, j, S, (given){g.a, g.c, 0}) || global_both(t, j, S, (given){g.a * g.b, 0, 0});
}

static const struct {
    const char *text;
    sees *definition;
    given g;
} sets[] = {
    {"causal", causal, {0, 0, 0}},
    {"full", full, {0, 0, 0}},
    {"window:w=1", window, {1, 0, 0}},
    {"window:w=2", window, {2, 0, 0}},
    {"window:w=7", window, {7, 0, 0}},
    {"window:w=64", window, {64, 0, 0}},
    {"window:w=4k", window, {4096, 0, 0}},
    {"window:w=1,sides=both", window_both, {1, 0, 0}},
    {"window:w=2,sides=both", window_both, {2, 0, 0}},
    {"window:w=7,sides=both", window_both, {7, 0, 0}},
    {"window:w=32,sides=both", window_both, {32, 0, 0}},
    {"window:w=999,sides=both", window_both, {999, 0, 0}},
    {"dilated:r=1", dilated, {1, 0, 0}},
    {"dilated:r=1,k=5", dilated, {1, 5, 0}},
    {"dilated:r=3", dilated, {3, 0, 0}},
    {"dilated:r=4,k=1", dilated, {4, 1, 0}},
    {"dilated:r=4,k=5", dilated, {4, 5, 0}},
    {"dilated:r=7,k=100", dilated, {7, 100, 0}},
    {"dilated:r=200", dilated, {200, 0, 0}},
    {"log:base=2", log_, {2, 0, 0}},
    {"log:base=3", log_, {3, 0, 0}},
    {"log:base=10", log_, {10, 0, 0}},
    {"log:base=127", log_, {127, 0, 0}},
    {"power:p=1", power, {1, 0, 0}},
    {"power:p=2", power, {2, 0, 0}},
    {"power:p=3", power, {3, 0, 0}},
    {"power:p=7", power, {7, 0, 0}},
    {"power:p=80", power, {80, 0, 0}},
    {"global:g=1", prefix, {1, 0, 0}},
    {"global:g=5", prefix, {5, 0, 0}},
    {"sink:s=4", prefix, {4, 0, 0}},
    {"sink:s=300", prefix, {300, 0, 0}},
    {"global:g=3,sides=both", global_both, {3, 0, 0}},
    {"global:g=200,sides=both", global_both, {200, 0, 0}},
    {"strided:l=1", strided, {1, 0, 0}},
    {"strided:l=2", strided, {2, 0, 0}},
    {"strided:l=9", strided, {9, 0, 0}},
    {"strided:l=150", strided, {150, 0, 0}},
    {"fixed:l=1,c=1", fixed, {1, 1, 0}},
    {"fixed:l=8,c=1", fixed, {8, 1, 0}},
    {"fixed:l=8,c=3", fixed, {8, 3, 0}},
    {"fixed:l=8,c=8", fixed, {8, 8, 0}},
    {"fixed:l=13,c=5", fixed, {13, 5, 0}},
    {"fixed:l=400,c=5", fixed, {400, 5, 0}},
    {"block:b=8,density=0", blocks, {8, 1, 0}},
    {"block:b=1,density=0", blocks, {1, 1, 0}},
    {"block:b=7,density=1", causal, {0, 0, 0}},
    {"block:b=7,density=1,sides=both", full, {0, 0, 0}},
    {"block:b=9,density=0,sides=both", blocks_both, {9, 1, 0}},
    {"blockwindow:b=8,w=3", blocks, {8, 3, 0}},
    {"blockwindow:b=5,w=2", blocks, {5, 2, 0}},
    {"blockwindow:b=1,w=6", blocks, {1, 6, 0}},
    {"blockwindow:b=6,w=1", blocks, {6, 1, 0}},
    {"blockwindow:b=8,w=3,sides=both", blocks_both, {8, 3, 0}},
    {"blockwindow:b=5,w=7,sides=both", blocks_both, {5, 7, 0}},
    {"blockwindow:b=1,w=5,sides=both", blocks_both, {1, 5, 0}},
    {"blockrandom:b=4,r=1000", causal, {0, 0, 0}},
    {"blockrandom:b=4,r=1000,sides=both", full, {0, 0, 0}},
    {"random:r=1000,seed=3", causal, {0, 0, 0}},
    {"random:r=1000,sides=both", full, {0, 0, 0}},
    {"longformer", longformer, {512, 1, 0}},
    {"longformer:w=16,g=2", longformer, {16, 2, 0}},
    {"longformer:w=16,g=0", longformer, {16, 0, 0}},
    {"longformer:w=6,g=3,r=4", longformer_dilated, {6, 3, 4}},
    {"longformer:w=16,g=3,sides=both", longformer_both, {16, 3, 0}},
    {"bigbird:b=8,r=0", bigbird, {8, 2, 3}},
    {"bigbird:b=8,g=1,w=2,r=0", bigbird, {8, 1, 2}},
    {"bigbird:b=8,g=1,w=5,r=0,sides=both", bigbird_both, {8, 1, 5}},
    {"sink:s=4+window:w=9", longformer, {9, 4, 0}},
};
#define SETS (sizeof sets / sizeof *sets)

static void check_set(const as_pattern *p, sees *definition, given g, size_t S)
{
    uint64_t from_row[LONGEST + 1] = {0}; /* edges of the rows from here to the last */
    const bool says_causal = as_pattern_traits(p) & AS_PATTERN_CAUSAL;
    for (size_t i = S; i-- > 0;) {
        unsigned char times[LONGEST] = {0};
        mark(p, (as_at){0, i, S}, times);
        from_row[i] = from_row[i + 1];
        for (size_t j = 0; j < S; j++) {
            const bool seen = definition((long)i + 1, (long)j + 1, (long)S, g);
            if (times[j] != seen)
                fail_msg("%s: token %zu of %zu sees %zu %d times", as_pattern_text(p), i + 1, S, j + 1, times[j]);
            assert_true(!seen || j <= i || !says_causal);
            from_row[i] += seen;
        }
    }
    for (size_t T = 1; T <= S; T++) {
        assert_int_equal(as_pattern_edges(p, 0, T, S), from_row[S - T]);
        if (T == S || T == 1 || T == S / 2)
            assert_int_equal(as_pattern_edges_counted(p, 0, T, S), from_row[S - T]);
    }
}

static void test_sets_are_their_definitions(void **state)
{
    (void)state;
    for (size_t i = 0; i < SETS; i++) {
        as_pattern *p = parse(sets[i].text);
        char why[200];
        for (size_t S = 1; S <= LONGEST; S++) {
            assert_true(as_pattern_fits(p, S, S, why, sizeof why));
            check_set(p, sets[i].definition, sets[i].g, S);
        }
        as_pattern_free(p);
    }
}

/* causal is said exactly when no row of any length sees the future. */
static void test_causal_is_said_when_it_holds(void **state)
{
    (void)state;
    for (size_t i = 0; i < SETS; i++) {
        as_pattern *p = parse(sets[i].text);
        bool future = false;
        for (long t = 1; t <= 64; t++)
            for (long j = t + 1; j <= 64; j++)
                future |= sets[i].definition(t, j, 64, sets[i].g);
        assert_int_equal(!future, !!(as_pattern_traits(p) & AS_PATTERN_CAUSAL));
        as_pattern_free(p);
    }
}

/* ---- what is drawn */
static size_t row_size(const as_pattern *p, as_at at, unsigned char *times)
{
    size_t sum = 0;
    memset(times, 0, at.context);
    mark(p, at, times);
    for (size_t j = 0; j < at.context; j++) {
        assert_true(times[j] <= 1);
        sum += times[j];
    }
    return sum;
}

static size_t least(size_t a, size_t b) { return a < b ? a : b; }

static void test_random_has_exact_counts(void **state)
{
    (void)state;
    unsigned char times[LONGEST];
    for (size_t r = 1; r < 80; r += r < 20 ? 1 : 13) {
        char text[80];
        snprintf(text, sizeof text, "random:r=%zu,seed=%zu", r, r * 7);
        as_pattern *p = parse(text);
        strcat(text, ",sides=both");
        as_pattern *both = parse(text);
        for (size_t S = 1; S <= LONGEST; S++) {
            uint64_t edges = 0;
            for (size_t i = 0; i < S; i++) {
                edges += row_size(p, (as_at){0, i, S}, times);
                assert_int_equal(row_size(p, (as_at){0, i, S}, times), least(r, i + 1));
                assert_int_equal(row_size(both, (as_at){0, i, S}, times), least(r, S));
            }
            assert_int_equal(as_pattern_edges(p, 0, S, S), edges);
            assert_int_equal(as_pattern_edges(p, 0, S / 2 + 1, S), as_pattern_edges_counted(p, 0, S / 2 + 1, S));
            assert_int_equal(as_pattern_edges(both, 0, S / 2 + 1, S), as_pattern_edges_counted(both, 0, S / 2 + 1, S));
        }
        as_pattern_free(p);
        as_pattern_free(both);
    }
}

/* A large sample is distinct, sorted, and its work stays small: 200000 of 4 million. */
static void test_random_scales(void **state)
{
    (void)state;
    as_pattern *p = parse("random:r=200000,seed=9");
    const size_t S = 4000000, room = as_pattern_runs_max(p, S);
    as_run *runs = malloc(room * sizeof *runs);
    size_t n = as_pattern_row(p, (as_at){0, S - 1, S}, runs), keys = 0;
    for (size_t i = 0; i < n; i++) {
        assert_true(i == 0 || runs[i].first > runs[i - 1].first + runs[i - 1].count);
        keys += runs[i].count;
    }
    assert_int_equal(keys, 200000);
    free(runs);
    as_pattern_free(p);
}

/* Every token is drawn about equally often: chi-squared over 16 tokens and 4000 rows of 4, 15 degrees of freedom. */
static void test_random_is_even(void **state)
{
    (void)state;
    size_t seen[16] = {0};
    unsigned char times[16];
    for (size_t seed = 0; seed < 4000; seed++) {
        char text[80];
        snprintf(text, sizeof text, "random:r=4,seed=%zu", seed);
        as_pattern *p = parse(text);
        row_size(p, (as_at){0, 15, 16}, times);
        for (size_t j = 0; j < 16; j++)
            seen[j] += times[j];
        as_pattern_free(p);
    }
    double chi = 0;
    for (size_t j = 0; j < 16; j++)
        chi += ((double)seen[j] - 1000) * ((double)seen[j] - 1000) / 1000;
    assert_true(chi < 37.7 && chi > 2); /* one in a thousand either way, were it not fixed */
}

static void expect_row(const char *text, size_t position, size_t context, const size_t *keys, size_t count)
{
    unsigned char times[4096];
    as_pattern *p = parse(text);
    assert_int_equal(row_size(p, (as_at){0, position, context}, times), count);
    for (size_t i = 0; i < count; i++)
        if (!times[keys[i]])
            fail_msg("%s: row %zu has no key %zu", text, position, keys[i]);
    as_pattern_free(p);
}

/* The same edges on every machine: written down once, and computed a second time by other means. */
#define ROW(text, position, context, ...)                                                                              \
    expect_row(text, position, context, (const size_t[]){__VA_ARGS__},                                                 \
               sizeof((const size_t[]){__VA_ARGS__}) / sizeof(size_t))

static void test_draws_are_the_same_everywhere(void **state)
{
    (void)state;
    ROW("random:r=8,seed=7", 999, 1000, 19, 38, 168, 250, 657, 687, 745, 923);
    ROW("random:r=5", 63, 64, 25, 27, 40, 55, 59);
    ROW("random:r=4,seed=1,sides=both", 3, 64, 20, 29, 45, 53);
    ROW("random:r=3,seed=8388608G", 4095, 4096, 882, 3505, 3790);
    ROW("block:b=2,density=0.2,seed=3", 41, 42, 14, 15, 18, 19, 40, 41);
    ROW("blockrandom:b=2,r=3,seed=1", 77, 100, 38, 39, 56, 57, 74, 75);
    ROW("bigbird:b=2,seed=4", 40, 64, 0, 1, 2, 3, 14, 15, 18, 19, 30, 31, 36, 37, 38, 39, 40);
    ROW("bigbird:b=2,seed=4,sides=both", 40, 64, 0, 1, 2, 3, 6, 7, 26, 27, 38, 39, 40, 41, 42, 43);
}

/* Whole blocks, the own one always, the others about as often as asked, rows of a block alike. */
static void check_blocks(const char *text, size_t b, bool both, double density)
{
    as_pattern *p = parse(text);
    size_t there = 0, of = 0;
    for (size_t S = 1; S <= LONGEST; S++) {
        unsigned char times[LONGEST], first[LONGEST] = {0};
        for (size_t i = 0; i < S; i++) {
            row_size(p, (as_at){0, i, S}, times);
            if (i % b == 0)
                memcpy(first, times, S);
            for (size_t j = 0; j < S; j++) {
                const bool own = j / b == i / b;
                assert_int_equal(times[j], own ? both || j <= i : !both && j > i ? 0 : times[j / b * b]);
                assert_true(own || times[j] == first[j]);
                if (S == LONGEST && !own && j % b == 0 && i % b == 0 && (both || j < i))
                    there += times[j], of++;
            }
        }
        for (size_t T = 1; T <= S; T += 1 + T / 3)
            assert_int_equal(as_pattern_edges(p, 0, T, S), as_pattern_edges_counted(p, 0, T, S));
    }
    assert_true(!of || ((double)there / (double)of > density - 0.12 && (double)there / (double)of < density + 0.12));
    as_pattern_free(p);
}

static void test_block(void **state)
{
    (void)state;
    check_blocks("block:b=4,density=0.3,seed=1", 4, false, 0.3);
    check_blocks("block:b=3,density=0.7,seed=2", 3, false, 0.7);
    check_blocks("block:b=4,density=0.25,seed=3,sides=both", 4, true, 0.25);
    check_blocks("block:b=7,density=0.5,sides=both", 7, true, 0.5);
}

/* min(r, blocks) blocks, all keys of each up to the query. */
static void check_block_random(const char *text, size_t b, size_t r, bool both)
{
    as_pattern *p = parse(text);
    unsigned char times[LONGEST];
    for (size_t S = 1; S <= LONGEST; S++) {
        for (size_t i = 0; i < S; i++) {
            const size_t end = both ? S : i + 1, blocks = (end + b - 1) / b;
            size_t drawn = 0;
            row_size(p, (as_at){0, i, S}, times);
            for (size_t j = 0; j < end; j++) {
                assert_int_equal(times[j], times[j / b * b]);
                drawn += j % b == 0 && times[j];
            }
            assert_int_equal(drawn, least(r, blocks));
        }
        assert_int_equal(as_pattern_edges(p, 0, S, S), as_pattern_edges_counted(p, 0, S, S));
    }
    as_pattern_free(p);
}

static void test_blockrandom(void **state)
{
    (void)state;
    check_block_random("blockrandom:b=4,r=3,seed=5", 4, 3, false);
    check_block_random("blockrandom:b=5,r=1", 5, 1, false);
    check_block_random("blockrandom:b=4,r=3,seed=5,sides=both", 4, 3, true);
}

/* ---- longnet, by its definition: how many branches keep both tokens in one segment, the key not after the query */
static unsigned branches(const size_t (*wr)[2], size_t count, bool groups, size_t heads, size_t head, size_t i,
                         size_t j)
{
    unsigned times = 0;
    for (size_t n = 0; n < count; n++) {
        const size_t w = wr[n][0], r = wr[n][1], offset = groups ? head / ((heads + r - 1) / r) : head % r;
        times += j <= i && i / w == j / w && i % w % r == offset && j % w % r == offset;
    }
    return times;
}

static void check_longnet(const char *text, const size_t (*wr)[2], size_t count, bool groups, size_t heads)
{
    as_pattern *p = parse(text);
    assert_true(as_pattern_traits(p) & AS_PATTERN_MULTISET && as_pattern_traits(p) & AS_PATTERN_PER_HEAD);
    for (size_t S = 1; S <= LONGEST; S++) {
        uint64_t all = 0;
        for (size_t head = 0; head < heads; head++) {
            uint64_t edges = 0;
            for (size_t i = 0; i < S; i++) {
                unsigned char times[LONGEST] = {0};
                mark(p, (as_at){head, i, S}, times);
                for (size_t j = 0; j < S; j++) {
                    assert_int_equal(times[j], branches(wr, count, groups, heads, head, i, j));
                    edges += times[j];
                }
            }
            assert_int_equal(as_pattern_edges(p, head, S, S), edges);
            assert_int_equal(as_pattern_edges_counted(p, head, S, S), edges);
            assert_int_equal(as_pattern_edges(p, head, 1, S), as_pattern_edges_counted(p, head, 1, S));
            all += edges;
        }
        assert_int_equal(as_pattern_edges_all(p, heads, S, S), all);
    }
    as_branch b;
    for (size_t n = 0; n < count; n++)
        assert_true(as_pattern_branch(p, n, 0, &b) && b.w == wr[n][0] && b.r == wr[n][1] && b.offset == 0);
    assert_false(as_pattern_branch(p, count, 0, &b));
    as_pattern_free(p);
}

/* as_pattern_alike: within a stretch, the row before with its last run one key longer is the row. */
static void test_rows_alike(void **state)
{
    (void)state;
    static const char *const texts[] = {"block:b=16,density=0.3,seed=2", "block:b=7,density=0.9,seed=1", "causal",
                                        "block:b=16,density=0.3,seed=2,sides=both",
                                        "window:w=3+block:b=16,density=0.3,seed=2"};
    size_t known = 0;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        as_pattern *p = parse(texts[i]);
        as_run runs[2][LONGEST];
        const size_t alike = as_pattern_alike(p);
        known += alike > 1;
        for (size_t t = 0, n = 0; t < LONGEST; t++) {
            const size_t before = n;
            n = as_pattern_row(p, (as_at){0, t, LONGEST}, runs[t % 2]);
            if (t % alike == 0)
                continue;
            assert_int_equal(n, before);
            as_run *last = runs[(t + 1) % 2];
            last[n - 1].count++;
            assert_memory_equal(last, runs[t % 2], n * sizeof *last);
        }
        as_pattern_free(p);
    }
    assert_int_equal(known, 3);
}

static void test_longnet(void **state)
{
    (void)state;
    static const size_t a[][2] = {{8, 1}, {16, 2}, {32, 4}}, b[][2] = {{10, 3}, {25, 4}}, c[][2] = {{5, 5}};
    check_longnet("longnet:w=8/16/32,r=1/2/4", a, 3, false, 5);
    check_longnet("longnet:w=32/8/16,r=4/1/2,offsets=groups,heads=6", a, 3, true, 6);
    check_longnet("longnet:w=10/25,r=3/4", b, 2, false, 4);
    check_longnet("longnet:w=10/25,r=3/4,offsets=groups,heads=5", b, 2, true, 5);
    check_longnet("longnet:w=5,r=5", c, 1, false, 3);
}

/* ---- numbers of the literature */
static void expect_edges(const char *text, size_t T, uint64_t edges)
{
    as_pattern *p = parse(text);
    const uint64_t found = as_pattern_edges(p, 0, T, T);
    if (found != edges)
        fail_msg("%s at %zu: %llu edges, expected %llu", text, T, (unsigned long long)found, (unsigned long long)edges);
    as_pattern_free(p);
}

static void test_numbers(void **state)
{
    (void)state;
    /* the causal core at T = 1024, D = 512: 4 D E = 2 T (T+1) D */
    expect_edges("causal", 1024, 1074790400 / (4 * 512));
    for (size_t m = 0; m <= 30; m++)
        expect_edges("log:base=2", (size_t)1 << m, ((uint64_t)m << m) + 1);
    expect_edges("sink:s=4+window:w=512", 100000, 516u * 100000u - 516u * 515u / 2);
    expect_edges("global:g=4+window:w=512", 100000, 516u * 100000u - 516u * 515u / 2);
    expect_edges("window:w=256", 1 << 20, ((uint64_t)256 << 20) - 256 * 255 / 2);
    expect_edges("fixed:l=128,c=8", 4096, 32 * (128 * 129 / 2) + 8 * 128 * (32 * 31 / 2));
    expect_edges("longnet:w=2048,r=1", 32768, 33570816);
    expect_edges("longnet:w=4096,r=2", 32768, 16785408);
    expect_edges("longnet:w=8192,r=4", 32768, 8392704);
    expect_edges("longnet:w=16384,r=6", 32768, 7461092);
    expect_edges("longnet:w=32768,r=12", 32768, 3730546);
    const uint64_t together = 33570816 + 16785408 + 8392704 + 7461092 + 3730546;
    expect_edges("longnet:w=2048/4096/8192/16384/32768,r=1/2/4/6/12", 32768, together);
    const double fewer = 32768.0 * 32769 / 2 / (double)together;
    assert_true(fewer > 7.675 && fewer < 7.685);
}

/* A million tokens and a billion: closed forms do not walk. */
static void test_closed_forms_at_length(void **state)
{
    (void)state;
    static const char *const texts[] = {"causal",
                                        "full",
                                        "window:w=4k",
                                        "dilated:r=4,k=64",
                                        "dilated:r=7",
                                        "log:base=3",
                                        "power:p=2",
                                        "random:r=64",
                                        "sink:s=4",
                                        "strided:l=128",
                                        "fixed:l=128,c=8",
                                        "global:g=9,sides=both",
                                        "window:w=64,sides=both"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        as_pattern *p = parse(texts[i]);
        const size_t S = (size_t)1 << 30, rows = as_pattern_runs_max(p, S) > 1000 ? 3 : 1000;
        const uint64_t all = as_pattern_edges(p, 0, S, S);
        assert_true(all > S && all <= (uint64_t)1 << 60);
        assert_int_equal(as_pattern_edges(p, 0, rows, S), as_pattern_edges_counted(p, 0, rows, S));
        as_pattern_free(p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sets_are_their_definitions),
        cmocka_unit_test(test_causal_is_said_when_it_holds),
        cmocka_unit_test(test_random_has_exact_counts),
        cmocka_unit_test(test_random_scales),
        cmocka_unit_test(test_random_is_even),
        cmocka_unit_test(test_draws_are_the_same_everywhere),
        cmocka_unit_test(test_block),
        cmocka_unit_test(test_blockrandom),
        cmocka_unit_test(test_rows_alike),
        cmocka_unit_test(test_longnet),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_closed_forms_at_length),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
