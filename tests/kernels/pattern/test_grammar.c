/* test_grammar.c: one spelling for each pattern, unions that obey the laws of sets, errors that name their place, and
 * no text that does harm. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "kernels/pattern/pattern.h"

static as_pattern *parse(const char *text)
{
    as_pattern_error error = {0, ""};
    as_pattern *p = as_pattern_parse(text, &error);
    if (!p)
        fail_msg("%.200s: column %zu: %s", text, error.column, error.what);
    return p;
}

/* ---- spelling */
static const struct {
    const char *text, *canonical;
} spellings[] = {
    {"causal", "causal"},
    {" window : w = 256 ", "window:w=256"},
    {"window:w=4k", "window:w=4096"},
    {"window:w=5,sides=causal", "window:w=5"},
    {"window:sides=both,w=8", "window:w=8,sides=both"},
    {"window:w=9,sides=both", "window:w=8,sides=both"},
    {"window:w=1,sides=both", "window:w=1"},
    {"dilated:k=64,r=4", "dilated:r=4,k=64"},
    {"dilated:r=4,k=0", "dilated:r=4"},
    {"dilated:r=1", "causal"},
    {"dilated:r=1,k=7", "window:w=7"},
    {"dilated:r=9,k=1", "window:w=1"},
    {"power:p=1", "causal"},
    {"global:g=4", "sink:s=4"},
    {"global:g=4,sides=both", "global:g=4,sides=both"},
    {"strided:l=1", "causal"},
    {"strided:l=8", "strided:l=8"},
    {"dilated:r=8+window:w=8", "strided:l=8"},
    {"strided:l=8+window:w=5", "strided:l=8"},
    {"strided:l=8+window:w=9", "dilated:r=8+window:w=9"},
    {"strided:l=8+dilated:r=24", "strided:l=8"},
    {"strided:l=8+strided:l=4", "dilated:r=4+window:w=8"},
    {"fixed:l=8,c=8", "causal"},
    {"fixed:c=2,l=8", "fixed:l=8,c=2"},
    {"fixed:l=8,c=2+fixed:l=8,c=3", "fixed:l=8,c=3"},
    {"random:r=4,seed=0", "random:r=4"},
    {"random:seed=7,r=4", "random:r=4,seed=7"},
    {"block:b=4,density=1.0,seed=3", "causal"},
    {"block:b=4,density=1,sides=both", "full"},
    {"block:b=4,density=0,seed=3", "block:b=4,density=0"},
    {"block:b=1,density=.0", "window:w=1"},
    {"block:b=4,density=0.50,seed=1", "block:b=4,density=0.5,seed=1"},
    {"block:b=4,density=0.1234567890123456", "block:b=4,density=0.1234567890123456"},
    {"block:b=4,density=0.00001", "block:b=4,density=1e-05"},
    {"block:b=4,density=0.1,seed=1+block:b=4,density=0.3,seed=1", "block:b=4,density=0.3,seed=1"},
    {"blockwindow:b=1,w=4", "window:w=4"},
    {"blockwindow:b=1,w=5,sides=both", "window:w=4,sides=both"},
    {"blockwindow:b=4,w=1", "block:b=4,density=0"},
    {"blockrandom:b=1,r=4,seed=2", "random:r=4,seed=2"},
    {"longformer", "sink:s=1+window:w=512"},
    {"longformer:g=0", "window:w=512"},
    {"longformer:w=64,g=2,r=3", "dilated:r=3,k=64+sink:s=2"},
    {"longformer:w=64,sides=both", "global:g=1,sides=both+window:w=64,sides=both"},
    {"bigbird", "blockrandom:b=64,r=3+blockwindow:b=64,w=3+sink:s=128"},
    {"bigbird:seed=5,sides=both",
     "blockrandom:b=64,r=3,seed=5,sides=both+blockwindow:b=64,w=3,sides=both+global:g=128,sides=both"},
    {"bigbird:b=8,g=0,r=0,w=1", "block:b=8,density=0"},
    {"longnet:w=8/16,r=1/2,offsets=paper", "longnet:w=8/16,r=1/2"},
    {"longnet:w=16/8/16,r=4/1/2", "longnet:w=8/16/16,r=1/2/4"},
    {"longnet:r=1/2,heads=12,w=1k/2k,offsets=groups", "longnet:w=1024/2048,r=1/2,offsets=groups,heads=12"},
    {"window:w=256+sink:s=4", "sink:s=4+window:w=256"},
    {"sink:s=4+window:w=256", "sink:s=4+window:w=256"},
    {"global:g=9+sink:s=4", "sink:s=9"},
    {"sink:s=4+global:g=9,sides=both", "global:g=9,sides=both"},
    {"window:w=9+window:w=16,sides=both", "window:w=16,sides=both"},
    {"window:w=10+window:w=16,sides=both", "window:w=10+window:w=16,sides=both"},
    {"dilated:r=4,k=3+window:w=9", "window:w=9"},
    {"dilated:r=4,k=3+window:w=8", "dilated:r=4,k=3+window:w=8"},
    {"dilated:r=4,k=3+dilated:r=2,k=5", "dilated:r=2,k=5"},
    {"dilated:r=4,k=3+dilated:r=2,k=4", "dilated:r=2,k=4+dilated:r=4,k=3"},
    {"log:base=4+log:base=2", "log:base=2"},
    {"log:base=6+log:base=2", "log:base=2+log:base=6"},
    {"log:base=2+window:w=3", "log:base=2"},
    {"log:base=3+window:w=3", "log:base=3+window:w=3"},
    {"power:p=2+power:p=6", "power:p=2"},
    {"causal+log:base=2", "causal"},
    {"causal+window:w=4,sides=both", "causal+window:w=4,sides=both"},
    {"full+causal+random:r=4,sides=both", "full"},
};

static void test_one_spelling(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++) {
        as_pattern *p = parse(spellings[i].text);
        assert_string_equal(as_pattern_text(p), spellings[i].canonical);
        as_pattern *again = parse(spellings[i].canonical);
        assert_string_equal(as_pattern_text(again), spellings[i].canonical);
        as_pattern_free(p);
        as_pattern_free(again);
    }
}

/* Every term's example is valid and says what it is. */
static void test_examples(void **state)
{
    (void)state;
    const char *name, *example, *help;
    size_t count = 0;
    for (; as_pattern_term(count, &name, &example, &help); count++) {
        assert_true(*help);
        assert_int_equal(strncmp(name, example, strlen(name)), 0);
        as_pattern_error error = {0, ""};
        as_pattern *p = as_pattern_parse(example, &error);
        assert_true(p || !strcmp(name, "file"));
        as_pattern_free(p);
    }
    assert_true(count >= 18);
}

static void test_parts(void **state)
{
    (void)state;
    uint64_t value;
    as_pattern *p = parse("dilated:r=4,k=64+sink:s=3");
    assert_int_equal(as_pattern_parts(p), 2);
    assert_string_equal(as_pattern_part(p, 0), "dilated");
    assert_true(as_pattern_value(p, 0, "r", 0, &value) && value == 4);
    assert_true(as_pattern_value(p, 0, "k", 0, &value) && value == 64);
    assert_true(as_pattern_value(p, 1, "s", 0, &value) && value == 3);
    assert_false(as_pattern_value(p, 1, "r", 0, &value));
    assert_false(as_pattern_value(p, 0, "r", 1, &value));
    as_pattern_free(p);
    p = parse("longnet:w=8/16,r=1/2");
    assert_true(as_pattern_value(p, 0, "w", 1, &value) && value == 16);
    assert_false(as_pattern_value(p, 0, "w", 2, &value));
    as_pattern_free(p);
}

/* ---- unions */
static const char *const pool[] = {
    "causal",
    "full",
    "window:w=1",
    "window:w=2",
    "window:w=3",
    "window:w=8",
    "window:w=20",
    "window:w=2,sides=both",
    "window:w=16,sides=both",
    "dilated:r=2",
    "dilated:r=4",
    "dilated:r=8",
    "dilated:r=3,k=4",
    "dilated:r=2,k=9",
    "dilated:r=6,k=3",
    "log:base=2",
    "log:base=3",
    "log:base=9",
    "log:base=4",
    "power:p=2",
    "power:p=3",
    "power:p=4",
    "global:g=3",
    "global:g=5,sides=both",
    "sink:s=2",
    "sink:s=6",
    "strided:l=4",
    "strided:l=8",
    "strided:l=5",
    "fixed:l=8,c=1",
    "fixed:l=8,c=3",
    "fixed:l=6,c=2",
    "block:b=4,density=0",
    "block:b=4,density=0,sides=both",
    "block:b=4,density=0.2,seed=1",
    "block:b=4,density=0.6,seed=1",
    "block:b=4,density=0.6,seed=1,sides=both",
    "block:b=8,density=0.3,seed=2",
    "blockwindow:b=4,w=2",
    "blockwindow:b=4,w=3",
    "blockwindow:b=4,w=3,sides=both",
    "blockwindow:b=8,w=2",
    "random:r=5,seed=1",
    "random:r=9,seed=1",
    "random:r=4,seed=2,sides=both",
    "blockrandom:b=4,r=2,seed=3",
    "bigbird:b=4",
    "longformer:w=12,g=2",
    "longformer:w=8,sides=both",
};
#define POOL (sizeof pool / sizeof *pool)
#define LONGEST 97

static uint64_t state_of_random = 88172645463325252u;
static size_t below(size_t n)
{
    state_of_random ^= state_of_random << 13;
    state_of_random ^= state_of_random >> 7;
    state_of_random ^= state_of_random << 17;
    return (size_t)(state_of_random % n);
}

/* seen[j] |= key j is in the row; runs disjoint and ascending, within the room, canary intact. Returns keys. */
static size_t mark(const as_pattern *p, as_at at, bool *seen)
{
    const size_t room = as_pattern_runs_max(p, at.context);
    as_run *runs = malloc((room + 1) * sizeof *runs);
    const as_run guard = {~(size_t)0, 1234, 4321};
    bool own[LONGEST] = {false};
    size_t keys = 0;
    runs[room] = guard;
    const size_t n = as_pattern_row(p, at, runs);
    assert_true(n <= room);
    assert_memory_equal(&runs[room], &guard, sizeof guard);
    for (size_t i = 0; i < n; i++) {
        assert_true(i == 0 || runs[i - 1].first < runs[i].first);
        if (!runs[i].count || !runs[i].step)
            fail_msg("%s: row %zu of %zu: run %zu is empty", as_pattern_text(p), at.position, at.context, i);
        if (as_pattern_traits(p) & AS_PATTERN_CONTIGUOUS)
            assert_true(runs[i].step == 1 || runs[i].count == 1);
        for (size_t c = 0; c < runs[i].count; c++, keys++) {
            const size_t j = runs[i].first + c * runs[i].step;
            assert_true(j < at.context && !own[j]);
            assert_true(j <= at.position || !(as_pattern_traits(p) & AS_PATTERN_CAUSAL));
            own[j] = seen[j] = true;
        }
    }
    free(runs);
    return keys;
}

static void check_union(const as_pattern *p, as_pattern *const *parts, size_t count, size_t S)
{
    uint64_t edges = 0;
    for (size_t i = 0; i < S; i++) {
        bool whole[LONGEST] = {false}, any[LONGEST] = {false};
        edges += mark(p, (as_at){0, i, S}, whole);
        for (size_t n = 0; n < count; n++)
            mark(parts[n], (as_at){0, i, S}, any);
        if (memcmp(whole, any, sizeof any))
            fail_msg("%s: row %zu of %zu is not the union of its parts", as_pattern_text(p), i, S);
    }
    assert_int_equal(as_pattern_edges(p, 0, S, S), edges);
    assert_int_equal(as_pattern_edges_counted(p, 0, S, S), edges);
}

static void join(char *out, const char *const *texts, size_t count)
{
    *out = 0;
    for (size_t i = 0; i < count; i++)
        sprintf(out + strlen(out), "%s%s", i ? "+" : "", texts[i]);
}

/* Commutative, associative, idempotent: by text; and by rows the union of the parts. */
static void check_laws(const char *const *texts, size_t count)
{
    static const size_t lengths[] = {1, 2, 17, 40, LONGEST};
    char text[2000], other[2000];
    as_pattern *parts[4];
    const char *turned[8];
    join(text, texts, count);
    as_pattern *p = parse(text);
    for (size_t i = 0; i < count; i++)
        parts[i] = parse(texts[i]);
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++)
        check_union(p, parts, count, lengths[i]);

    for (size_t i = 0; i < count; i++) /* turned round, then every term twice */
        turned[i] = turned[2 * count - 1 - i] = texts[count - 1 - i];
    for (size_t times = 1; times <= 2; times++) {
        join(other, turned, count * times);
        as_pattern *q = parse(other);
        assert_string_equal(as_pattern_text(p), as_pattern_text(q));
        as_pattern_free(q);
    }
    for (size_t cut = 1; cut < count; cut++) { /* (a+b)+c = a+(b+c): each side in its own canonical text */
        join(other, texts, cut);
        as_pattern *left = parse(other);
        join(other, texts + cut, count - cut);
        as_pattern *right = parse(other);
        join(other, (const char *const[]){as_pattern_text(left), as_pattern_text(right)}, 2);
        as_pattern *q = parse(other);
        if (strcmp(as_pattern_text(p), as_pattern_text(q)))
            fail_msg("%s = %s, but in parts %s = %s", text, as_pattern_text(p), other, as_pattern_text(q));
        as_pattern_free(left);
        as_pattern_free(right);
        as_pattern_free(q);
    }
    as_pattern *again = parse(as_pattern_text(p));
    assert_string_equal(as_pattern_text(again), as_pattern_text(p));
    as_pattern_free(again);
    as_pattern_free(p);
    for (size_t i = 0; i < count; i++)
        as_pattern_free(parts[i]);
}

static void test_pairs_are_unions(void **state)
{
    (void)state;
    for (size_t i = 0; i < POOL; i++)
        for (size_t j = 0; j <= i; j++)
            check_laws((const char *const[]){pool[i], pool[j]}, 2);
}

static void test_threes_and_fours_are_unions(void **state)
{
    (void)state;
    for (size_t n = 0; n < 1000; n++) {
        const char *texts[4];
        for (size_t i = 0; i < 4; i++)
            texts[i] = pool[below(POOL)];
        check_laws(texts, 3 + n % 2);
    }
}

/* Where no rule says that texts mean the same, rows may agree; where rows differ, texts must. */
static void test_equal_text_means_equal_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < POOL; i++)
        for (size_t j = 0; j < i; j++) {
            as_pattern *a = parse(pool[i]), *b = parse(pool[j]);
            if (!strcmp(as_pattern_text(a), as_pattern_text(b)))
                check_union(a, &b, 1, LONGEST);
            as_pattern_free(a);
            as_pattern_free(b);
        }
}

/* window(T) = causal, as soon as w >= T. */
static void test_wide_window_is_causal(void **state)
{
    (void)state;
    as_pattern *causal = parse("causal");
    for (size_t T = 1; T <= LONGEST; T++)
        for (size_t more = 0; more < 2; more++) {
            char text[40];
            snprintf(text, sizeof text, "window:w=%zu", T + more * 1000);
            as_pattern *window = parse(text);
            check_union(window, &causal, 1, T);
            as_pattern_free(window);
        }
    as_pattern_free(causal);
}

/* ---- errors */
static const struct {
    const char *text;
    size_t column;
    const char *says;
} errors[] = {
    {"", 1, "no pattern is called ''"},
    {"windw:w=4", 1, "no pattern is called 'windw'"},
    {"causal+", 8, "no pattern is called ''"},
    {"causal++full", 8, "no pattern"},
    {"window", 7, "window needs w"},
    {"window:", 8, "no parameter ''"},
    {"window:w", 8, "w has no value"},
    {"window:w=", 10, "whole number"},
    {"window:w=0", 10, "w must be at least 1"},
    {"window:w=-4", 10, "whole number"},
    {"window:w=4.5", 10, "whole number"},
    {"window:w=0x10", 10, "whole number"},
    {"window:w=nan", 10, "whole number"},
    {"window:w=9223372036854775808", 10, "above the largest number"},
    {"window:w=18446744073709551617", 10, "above the largest number"},
    {"window:w=9007199254740993", 10, "above the largest number"},
    {"window:w=9007199254740992G", 10, "above the largest number"},
    {"window:w=4,w=5", 12, "w is given twice"},
    {"window:w=4,k=5", 12, "no parameter 'k'"},
    {"window:w=4,sides=left", 18, "must be one of causal|both"},
    {"causal:w=4", 8, "takes no parameters"},
    {"sink:s=4+window:w=0", 19, "at least 1"},
    {"sink:s=4+windw:w=1", 10, "no pattern is called 'windw'"},
    {"sink:s=0", 8, "at least 1"},
    {"dilated:r=0", 11, "at least 1"},
    {"log:base=1", 10, "base must be at least 2"},
    {"log:base=0", 10, "base must be at least 2"},
    {"log", 4, "log needs base"},
    {"power:p=0", 9, "at least 1"},
    {"random:r=0", 10, "at least 1"},
    {"random:r=4,seed=-1", 17, "whole number"},
    {"strided:l=0", 11, "at least 1"},
    {"fixed:l=8,c=9", 1, "c is at most l"},
    {"fixed:l=8,c=0", 13, "at least 1"},
    {"fixed:l=8", 10, "fixed needs c"},
    {"block:b=0,density=0.5", 9, "at least 1"},
    {"block:b=4,density=1.5", 1, "density is a share from 0 to 1"},
    {"block:b=4,density=-0.1", 19, "must be a number"},
    {"block:b=4,density=nan", 19, "must be a number"},
    {"block:b=4,density=inf", 19, "must be a number"},
    {"block:b=4,density=1e999", 19, "must be a number"},
    {"block:b=4,density=0x1p-1", 19, "must be a number"},
    {"block:b=4,density=", 19, "must be a number"},
    {"blockwindow:b=4,w=2,sides=both", 1, "w is odd"},
    {"bigbird:w=2,sides=both", 1, "w is odd"},
    {"bigbird:b=9007199254740992", 1, "largest number"},
    {"longformer:r=2,sides=both", 1, "dilates the causal form only"},
    {"longformer:w=0", 14, "at least 1"},
    {"longnet:w=8/16,r=1", 1, "2 values of w but 1 of r"},
    {"longnet:w=8,r=9", 1, "above its w"},
    {"longnet:w=8/0,r=1/1", 11, "each w must be at least 1"},
    {"longnet:w=8//16,r=1/2/4", 11, "whole numbers"},
    {"longnet:w=8/9223372036854775808,r=1/2", 11, "above the largest number"},
    {"longnet:w=8,r=2,offsets=groups", 1, "needs heads"},
    {"longnet:w=8,r=2,heads=4", 1, "heads is for offsets=groups"},
    {"longnet:w=8,r=2+causal", 1, "stands alone"},
    {"longnet:w=8,r=2+longnet:w=8,r=2", 1, "stands alone"},
    {"longnet:w=1/1/1/1/1/1/1/1/1/1/1/1/1/1/1/1/1,r=1/1/1/1/1/1/1/1/1/1/1/1/1/1/1/1/1", 1, "more than 16 branches"},
    {"file", 5, "file needs path"},
    {"file:", 6, "needs a path"},
    {"file:/nowhere/at/all.npy", 1, "cannot be read"},
    {"window:w=4\n", 11, "control character"},
    {"\x1b[31mcausal", 1, "control character"},
    {"schedule(causal;full)", 1, "a schedule is for layers"},
};

static void expect_error(const char *text, size_t column, const char *says)
{
    as_pattern_error error = {0, ""};
    as_pattern *p = as_pattern_parse(text, &error);
    if (p)
        fail_msg("%.60s was taken as %s", text, as_pattern_text(p));
    if (error.column != column || !strstr(error.what, says))
        fail_msg("%.60s: column %zu, not %zu: %s", text, error.column, column, error.what);
}

static void test_errors_name_their_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++)
        expect_error(errors[i].text, errors[i].column, errors[i].says);
    assert_null(as_pattern_parse("windw", NULL));
}

static void test_long_texts(void **state)
{
    (void)state;
    static const char *const units[] = {"causal+", "window:w=4+", "+", ":", ",", "=", "1", "longnet:w=1/1/", " ", "9k"};
    const size_t size = 1 << 20;
    char *text = malloc(size + 1);
    for (size_t u = 0; u < sizeof units / sizeof *units; u++) {
        for (size_t i = 0; i < size; i++)
            text[i] = units[u][i % strlen(units[u])];
        text[size] = 0;
        expect_error(text, 1, "longer than 4095 characters");
    }
    text[0] = 0;
    for (int i = 0; i < 33; i++)
        sprintf(text + strlen(text), "%ssink:s=%d", i ? "+" : "", i + 1);
    expect_error(text, strlen(text) - strlen("sink:s=33") + 1, "more than 32 terms");
    memset(text, '1', 4000);
    memcpy(text, "longnet:w=1/", 12);
    text[4000] = 0;
    expect_error(text, 11, "above the largest number");
    free(text);
}

static void test_fits(void **state)
{
    (void)state;
    as_pattern *p = parse("causal");
    char why[200];
    assert_true(as_pattern_fits(p, 1, 1, why, sizeof why));
    assert_true(as_pattern_fits(p, 1, 1000, why, sizeof why));
    assert_false(as_pattern_fits(p, 5, 4, why, sizeof why));
    assert_false(as_pattern_fits(p, 0, 4, why, sizeof why));
    assert_false(as_pattern_fits(p, 4, (size_t)1 << 33, why, sizeof why));
    assert_false(as_pattern_fits(p, 5, 4, NULL, 0));
    as_pattern_free(p);
}

/* ---- mutations of good texts: either a pattern whose text reads back as itself, or an error inside the text */
static size_t mutate(char *text, size_t cap)
{
    static const char letters[] = "0123456789kMG.,:=+/-|e causlwindobthrefxpgnmyv\n\xff;(";
    snprintf(text, cap, "%s",
             below(3) ? pool[below(POOL)] : spellings[below(sizeof spellings / sizeof *spellings)].text);
    size_t n = strlen(text);
    for (size_t edits = 1 + below(4); edits; edits--) {
        const size_t at = below(n + 1);
        switch (below(6)) {
        case 0: /* another letter */
            if (at < n)
                text[at] = letters[below(sizeof letters - 1)];
            break;
        case 1: /* one more */
            if (n + 1 < cap) {
                memmove(text + at + 1, text + at, n - at + 1);
                text[at] = letters[below(sizeof letters - 1)];
                n++;
            }
            break;
        case 2: /* one less */
            if (at < n) {
                memmove(text + at, text + at + 1, n - at);
                n--;
            }
            break;
        case 3:
        case 4: /* another digit */
            if (text[at] >= '0' && text[at] <= '9')
                text[at] = letters[below(10)];
            break;
        default: /* a piece of another text at the end */
            n += (size_t)snprintf(text + n, cap - n, "%s%s", below(2) ? "+" : "", pool[below(POOL)] + below(8) / 4);
            n = n < cap ? n : cap - 1;
        }
    }
    return n;
}

static void test_mutations(void **state)
{
    (void)state;
    char text[300], why[200];
    size_t good = 0;
    for (size_t i = 0; i < 60000; i++) {
        as_pattern_error error = {0, ""};
        const size_t n = mutate(text, sizeof text);
        as_pattern *p = as_pattern_parse(text, &error);
        if (!p) {
            assert_true(error.column >= 1 && error.column <= n + 1 && *error.what);
            for (const char *c = error.what; *c; c++)
                assert_true((unsigned char)*c >= 32 && *c != 127);
            continue;
        }
        good++;
        as_pattern *again = parse(as_pattern_text(p));
        assert_string_equal(as_pattern_text(p), as_pattern_text(again));
        as_pattern_free(again);
        if (as_pattern_fits(p, 33, 33, why, sizeof why) && !(as_pattern_traits(p) & AS_PATTERN_MULTISET)) {
            bool seen[LONGEST] = {false};
            mark(p, (as_at){0, below(33), 33}, seen);
            assert_int_equal(as_pattern_edges(p, 0, 20, 33), as_pattern_edges_counted(p, 0, 20, 33));
        }
        as_pattern_free(p);
    }
    assert_true(good > 4000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_spelling),
        cmocka_unit_test(test_examples),
        cmocka_unit_test(test_parts),
        cmocka_unit_test(test_pairs_are_unions),
        cmocka_unit_test(test_threes_and_fours_are_unions),
        cmocka_unit_test(test_equal_text_means_equal_rows),
        cmocka_unit_test(test_wide_window_is_causal),
        cmocka_unit_test(test_errors_name_their_place),
        cmocka_unit_test(test_long_texts),
        cmocka_unit_test(test_fits),
        cmocka_unit_test(test_mutations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
