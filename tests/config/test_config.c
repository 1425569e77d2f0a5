/* test_config.c: what a config means, what it defaults to, and one error with its place for everything else.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness/base/text.h"
#include "harness/config/config.h"
#include "kernels/common/random.h"

static as_arena *arena;
static as_config config;
static as_err err;

static bool parse_n(const char *yaml, size_t length)
{
    as_arena_free(arena);
    arena = as_arena_create();
    memset(&config, 0, sizeof config);
    memset(&err, 0, sizeof err);
    return as_config_parse("dir/t.yaml", yaml, length, arena, &config, &err);
}

static void must_parse(const char *yaml)
{
    if (!parse_n(yaml, strlen(yaml)))
        fail_msg("%s", err.text);
}

static void counts_are(const as_counts *list, size_t n, const uint64_t *expected)
{
    assert_int_equal(list->count, n);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(list->values[i], expected[i]);
}
#define COUNTS_ARE(list, ...)                                                                                          \
    counts_are(&(list), sizeof((uint64_t[]){__VA_ARGS__}) / sizeof(uint64_t), (const uint64_t[]){__VA_ARGS__})

static const char *full =
    "name: scaling-length\nabout: one line\n"
    "shapes:\n  length: {from: 256, to: 16k, factor: 2}\n  width: [512]\n  heads: [8]\n  kv_heads: [8, 2]\n"
    "  context: [same]\n  batch: [1]\n  dtype: [f32, bf16]\n  threads: [1, 2]\n"
    "kernels: [attention/naive, attention/blas, \"attention/flash\"]\n"
    "patterns: [causal, \"window:w=256\", \"window:w=252+sink:s=4\"]\n"
    "measure: {cache: cold, processes: 6, batches: 8, precision: 3%, budget: 10m, case_timeout: 90s, memory: 50%}\n"
    "counters: [instructions, cache]\nseed: 7\n";

static void everything_is_read(void **state)
{
    (void)state;
    must_parse(full);
    assert_string_equal(config.name, "scaling-length");
    assert_string_equal(config.about, "one line");
    assert_string_equal(config.path, "dir/t.yaml");
    assert_string_equal(config.text, full);
    COUNTS_ARE(config.shapes.length, 256, 512, 1024, 2048, 4096, 8192, 16384);
    COUNTS_ARE(config.shapes.kv_heads, 8, 2);
    COUNTS_ARE(config.shapes.context, 0);
    COUNTS_ARE(config.shapes.threads, 1, 2);
    assert_int_equal(config.shapes.dtype.count, 2);
    assert_string_equal(config.shapes.dtype.values[1], "bf16");
    assert_int_equal(config.kernels.count, 3);
    assert_string_equal(config.kernels.values[2], "attention/flash");
    assert_string_equal(config.kernels.places[1], "dir/t.yaml:12:28");
    assert_int_equal(config.patterns.count, 3);
    assert_string_equal(as_pattern_text(config.patterns.values[2]), "sink:s=4+window:w=252"); /* canonical */
    assert_true(config.measure.cold);
    assert_int_equal(config.measure.processes, 6);
    assert_int_equal(config.measure.batches, 8);
    assert_true(config.measure.precision == 0.03);
    assert_true(config.measure.budget_s == 600 && config.measure.case_timeout_s == 90);
    assert_true(config.measure.memory_bytes == 0 && config.measure.memory_percent == 50);
    assert_int_equal(config.counters.count, 2);
    assert_int_equal(config.seed, 7);
}

static void defaults(void **state)
{
    (void)state;
    must_parse("shapes: {length: 64}\nkernels: attention/naive\n");
    assert_string_equal(config.name, "t");
    assert_string_equal(config.about, "");
    COUNTS_ARE(config.shapes.length, 64);
    COUNTS_ARE(config.shapes.width, 512);
    COUNTS_ARE(config.shapes.heads, 8);
    COUNTS_ARE(config.shapes.kv_heads, 0);
    COUNTS_ARE(config.shapes.context, 0);
    COUNTS_ARE(config.shapes.batch, 1);
    COUNTS_ARE(config.shapes.threads, 1);
    assert_string_equal(config.shapes.dtype.values[0], "f32");
    assert_int_equal(config.patterns.count, 1);
    assert_string_equal(as_pattern_text(config.patterns.values[0]), "causal");
    assert_false(config.measure.cold);
    assert_int_equal(config.measure.processes, 5);
    assert_int_equal(config.measure.batches, 7);
    assert_true(config.measure.precision == 0.02 && config.measure.budget_s == 600);
    assert_true(config.measure.case_timeout_s == 60 && config.measure.memory_percent == 75);
    assert_int_equal(config.counters.count, 0);
    assert_int_equal(config.seed, 1);
}

static void length_is(const char *yaml, size_t n, const uint64_t *expected)
{
    as_text text = {0};
    as_text_add(&text, "shapes: {length: %s}\nkernels: a/b\n", yaml);
    must_parse(text.data);
    counts_are(&config.shapes.length, n, expected);
    as_text_free(&text);
}
#define LENGTH_IS(yaml, ...)                                                                                           \
    length_is(yaml, sizeof((uint64_t[]){__VA_ARGS__}) / sizeof(uint64_t), (const uint64_t[]){__VA_ARGS__})

static void numbers_and_ranges(void **state)
{
    (void)state;
    LENGTH_IS("8k", 8192);
    LENGTH_IS("\"1M\"", 1048576);
    LENGTH_IS("[512, 8k, 512]", 512, 8192); /* each value once */
    LENGTH_IS("{from: 10, to: 50, step: 20}", 10, 30, 50);
    LENGTH_IS("{from: 10, to: 49, step: 20}", 10, 30);
    LENGTH_IS("{from: 7, to: 7, factor: 2}", 7);
    LENGTH_IS("{from: 256, to: 1k, factor: 1.414}", 256, 362, 512, 724, 1023);
    LENGTH_IS("{from: 256, to: 1k, factor: 1.41421356}", 256, 362, 512, 724, 1024);
    LENGTH_IS("{from: 1, to: 5, factor: 1.2}", 1, 2, 3, 4, 5); /* rounded, repeated values once */
    LENGTH_IS("[3, {from: 4, to: 8, factor: 2}, 5]", 3, 4, 8, 5);
    must_parse("shapes: {length: 1, context: [same, 4k], kv_heads: same}\nkernels: a/b\n");
    COUNTS_ARE(config.shapes.context, 0, 4096);
    COUNTS_ARE(config.shapes.kv_heads, 0);
    must_parse("shapes: {length: 1}\nkernels: a/b\nmeasure: {memory: 2GiB, precision: 0.05, budget: 250ms}\n");
    assert_true(config.measure.memory_bytes == (uint64_t)2 << 30);
    assert_true(config.measure.precision == 0.05 && config.measure.budget_s == 0.25);
}

static void two_spellings_are_one_pattern(void **state)
{
    (void)state;
    must_parse("shapes: {length: 9}\nkernels: a/b\npatterns: [\"sink:s=4+window:w=8\", \"window:w=8+sink:s=4\"]\n");
    assert_int_equal(config.patterns.count, 1);
}

#define BODY "shapes: {length: 64}\nkernels: a/b\n"

/* Each is one line, exit code 2, begins with its place and says what the second text says. */
static const struct {
    const char *yaml, *place, *says;
} bad[] = {
    /* not YAML */
    {"shapes: {length: 64\nkernels: a/b\n", "dir/t.yaml:2:", "not YAML"},
    {"shapes:\n\tlength: 64\n", "dir/t.yaml:2:1", "not YAML"},
    {"name: \"abc\nshapes: 3", "dir/t.yaml:", "not YAML"},
    {"name: \xff\xfe\n", "dir/t.yaml:1:", "not YAML"},
    {"kernels: *nowhere\n", "dir/t.yaml:1:", "not YAML"},
    {"", "dir/t.yaml:1:1", "empty"},
    {"# only a comment\n", "dir/t.yaml:1:1", "empty"},
    {BODY "---\nname: second\n", "dir/t.yaml:4:1", "second YAML document"},
    {"- a\n- b\n", "dir/t.yaml:1:1", "keys and values"},
    {"word", "dir/t.yaml:1:1", "keys and values"},
    /* keys */
    {BODY "paterns: causal\n", "dir/t.yaml:3:1", "did you mean 'patterns'?"},
    {BODY "zzzzzzzz: 1\n", "dir/t.yaml:3:1", "it takes name, about, shapes"},
    {"shapes: {length: 64, wdith: 3}\nkernels: a/b\n", "dir/t.yaml:1:22", "did you mean 'width'?"},
    {BODY "measure: {batch: 3}\n", "dir/t.yaml:3:11", "did you mean 'batches'?"},
    {BODY "kernels: a/c\n", "dir/t.yaml:3:1", "kernels is there twice"},
    {"shapes: {length: 64, length: 65}\nkernels: a/b\n", "dir/t.yaml:1:22", "length is there twice"},
    {"? [a, b]\n: 3\n", "dir/t.yaml:1:3", "not a word"},
    {BODY "<<: {seed: 3}\n", "dir/t.yaml:3:1", "unknown key '<<'"},
    {"kernels: a/b\n", "dir/t.yaml:1:1", "has no 'shapes'"},
    {"shapes: {length: 64}\n", "dir/t.yaml:1:1", "has no 'kernels'"},
    {"shapes: {width: 64}\nkernels: a/b\n", "dir/t.yaml:1:9", "has no 'length'"},
    /* types */
    {"shapes: 64\nkernels: a/b\n", "dir/t.yaml:1:9", "keys and values"},
    {"shapes: {length: [[64]]}\nkernels: a/b\n", "dir/t.yaml:1:19", "not a list"},
    {"shapes: {length: long}\nkernels: a/b\n", "dir/t.yaml:1:18", "not 'long'"},
    {"shapes: {length: }\nkernels: a/b\n", "dir/t.yaml:1:", "has no value"},
    {"shapes: {length: 64, dtype: f17}\nkernels: a/b\n", "dir/t.yaml:1:29", "not 'f17'"},
    {"shapes: {length: 64}\nkernels: {a: b}\n", "dir/t.yaml:2:10", "not keys and values"},
    {BODY "name: [a]\n", "dir/t.yaml:3:7", "not a list"},
    {BODY "name: ../../etc\n", "dir/t.yaml:3:7", "not '../../etc'"},
    {BODY "name: -rf\n", "dir/t.yaml:3:7", "not '-rf'"},
    {BODY "name: \"a\\0b\"\n", "dir/t.yaml:3:7", "NUL"},
    {BODY "about: \"a\\nb\"\n", "dir/t.yaml:3:8", "one line"},
    {BODY "counters: [\"../x\"]\n", "dir/t.yaml:3:12", "not '../x'"},
    {BODY "seed: -1\n", "dir/t.yaml:3:7", "not '-1'"},
    {BODY "measure: {cache: hot}\n", "dir/t.yaml:3:18", "warm or cold, not 'hot'"},
    {BODY "measure: {processes: 0}\n", "dir/t.yaml:3:22", "not '0'"},
    {BODY "measure: {batches: 2.5}\n", "dir/t.yaml:3:20", "not '2.5'"},
    {BODY "measure: {precision: 0%}\n", "dir/t.yaml:3:22", "not '0%'"},
    {BODY "measure: {precision: 200%}\n", "dir/t.yaml:3:22", "not '200%'"},
    {BODY "measure: {budget: soon}\n", "dir/t.yaml:3:19", "not 'soon'"},
    {BODY "measure: {case_timeout: -1s}\n", "dir/t.yaml:3:25", "not '-1s'"},
    {BODY "measure: {case_timeout: 0s}\n", "dir/t.yaml:3:25", "not '0s'"},
    {BODY "measure: {memory: 101%}\n", "dir/t.yaml:3:19", "not '101%'"},
    {BODY "measure: {memory: 0}\n", "dir/t.yaml:3:19", "not '0'"},
    {BODY "measure: {memory: nan}\n", "dir/t.yaml:3:19", "not 'nan'"},
    /* numbers */
    {"shapes: {length: 0}\nkernels: a/b\n", "dir/t.yaml:1:18", "not '0'"},
    {"shapes: {length: [64, -5]}\nkernels: a/b\n", "dir/t.yaml:1:23", "not '-5'"},
    {"shapes: {length: 1e30}\nkernels: a/b\n", "dir/t.yaml:1:18", "not '1e30'"},
    {"shapes: {length: 1.5}\nkernels: a/b\n", "dir/t.yaml:1:18", "not '1.5'"},
    {"shapes: {length: 0x10}\nkernels: a/b\n", "dir/t.yaml:1:18", "not '0x10'"},
    {"shapes: {length: .inf}\nkernels: a/b\n", "dir/t.yaml:1:18", "not '.inf'"},
    {"shapes: {length: 99999999999999999999}\nkernels: a/b\n", "dir/t.yaml:1:18", "from 1 to 1024M"},
    {"shapes: {length: 1024M}\nkernels: a/b\n", "dir/t.yaml:1:18", "beyond what 63 bits count"},
    {"shapes: {length: 1, context: 1024M, batch: 1M}\nkernels: a/b\n", "dir/t.yaml:1:18", "beyond what 63 bits count"},
    {"shapes: {length: [64, same]}\nkernels: a/b\n", "dir/t.yaml:1:23", "not 'same'"},
    {"shapes: {length: 64, width: 100, heads: 3}\nkernels: a/b\n", "dir/t.yaml:1:41", "33.33, which is not whole"},
    {"shapes: {length: 64, width: [64, 100]}\nkernels: a/b\n", "dir/t.yaml:1:34", "12.5, which is not whole"},
    {"shapes: {length: 64, width: 64, heads: [4, 5]}\nkernels: a/b\n", "dir/t.yaml:1:44", "not whole"},
    {"shapes: {length: 64, heads: 8, kv_heads: [8, 3]}\nkernels: a/b\n", "dir/t.yaml:1:46",
     "3 kv_heads do not divide 8"},
    {"shapes: {length: 64, heads: 4, kv_heads: 8}\nkernels: a/b\n", "dir/t.yaml:1:42", "8 kv_heads do not divide 4"},
    /* ranges */
    {"shapes: {length: {from: 2, to: 9}}\nkernels: a/b\n", "dir/t.yaml:1:18", "either factor or step"},
    {"shapes: {length: {from: 2, to: 9, factor: 2, step: 1}}\nkernels: a/b\n", "dir/t.yaml:1:18",
     "either factor or step"},
    {"shapes: {length: {from: 9, to: 2, factor: 2}}\nkernels: a/b\n", "dir/t.yaml:1:18", "swap"},
    {"shapes: {length: {from: 2, factor: 2}}\nkernels: a/b\n", "dir/t.yaml:1:18", "has no 'to'"},
    {"shapes: {length: {from: 2, to: 9, factor: 1}}\nkernels: a/b\n", "dir/t.yaml:1:43", "not '1'"},
    {"shapes: {length: {from: 2, to: 9, factor: nan}}\nkernels: a/b\n", "dir/t.yaml:1:43", "not 'nan'"},
    {"shapes: {length: {from: 2, to: 9, step: 0}}\nkernels: a/b\n", "dir/t.yaml:1:41", "not '0'"},
    {"shapes: {length: {from: 2, to: 9, fator: 2}}\nkernels: a/b\n", "dir/t.yaml:1:35", "did you mean 'factor'?"},
    {"shapes: {length: {from: 1, to: 1M, step: 1}}\nkernels: a/b\n", "dir/t.yaml:1:18", "more than 4096 values"},
    /* empty, too many */
    {"shapes: {length: []}\nkernels: a/b\n", "dir/t.yaml:1:18", "empty list"},
    {"shapes: {length: 64}\nkernels: []\n", "dir/t.yaml:2:10", "empty list"},
    {BODY "patterns: []\n", "dir/t.yaml:3:11", "empty list"},
    {"shapes: {length: {from: 1, to: 4000, step: 1}, batch: {from: 1, to: 100, step: 1}}\nkernels: a/b\n",
     "dir/t.yaml:1:1", "more than 100000 cases"},
    /* patterns */
    {BODY "patterns: [causal, \"windw:w=3\"]\n", "dir/t.yaml:3:21", "windw"},
    {BODY "patterns: [\"window:w=0\"]\n", "dir/t.yaml:3:", "pattern 'window:w=0'"},
    {BODY "patterns: [\"causal+zzz\"]\n", "dir/t.yaml:3:20", "zzz"},
    {BODY "patterns: \"\"\n", "dir/t.yaml:3:11", "has no value"},
    /* anchors */
    {"shapes: &s {length: *s}\nkernels: a/b\n", "dir/t.yaml:1:", "unknown key 'length' in the range of length"},
    {"shapes: {length: 64}\nkernels: &k [a/b, *k]\n", "dir/t.yaml:2:10", "not a list"},
    {"&r shapes: &t {length: [64, *t]}\nkernels: a/b\n", "dir/t.yaml:1:", "in the range of length"},
};

static void every_error_has_its_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (parse_n(bad[i].yaml, strlen(bad[i].yaml)))
            fail_msg("accepted: %s", bad[i].yaml);
        if (strncmp(err.text, bad[i].place, strlen(bad[i].place)) != 0 || !strstr(err.text, bad[i].says))
            fail_msg("for\n%s\ngot      %s\nexpected %s ... %s", bad[i].yaml, err.text, bad[i].place, bad[i].says);
        assert_int_equal(err.code, AS_EXIT_USAGE);
        assert_null(strchr(err.text, '\n'));
    }
}

static void anchors_may_be_used_sensibly(void **state)
{
    (void)state;
    must_parse("shapes: {length: &l [64, 128], context: *l}\nkernels: a/b\n");
    COUNTS_ARE(config.shapes.context, 64, 128);
}

static uint32_t roll(uint64_t *seed) { return (uint32_t)(as_random_next(seed) >> 33); }

static void garbage_of_a_megabyte(void **state)
{
    (void)state;
    const size_t size = (size_t)1 << 20;
    static const char *const alphabets[] = {"[", "{a: ", "- ", "&a [", "a: b\n", "\"",
                                            "x", "? ",   "!!", "*a ",  "# \n",   "- - "};
    char *text = malloc(size + 1);
    for (size_t kind = 0; kind < sizeof alphabets / sizeof *alphabets; kind++) {
        size_t period = strlen(alphabets[kind]);
        for (size_t i = 0; i < size; i++)
            text[i] = alphabets[kind][i % period];
        assert_false(parse_n(text, size));
        assert_true(strlen(err.text) > 10);
    }
    uint64_t seed = 5;
    for (size_t i = 0; i < size; i++)
        text[i] = (char)roll(&seed);
    assert_false(parse_n(text, size));
    for (size_t i = 0; i < size; i++)
        text[i] = (char)(' ' + roll(&seed) % 95);
    assert_false(parse_n(text, size));
    memset(text, ' ', size + 1);
    assert_false(parse_n(text, size + 1));
    assert_non_null(strstr(err.text, "larger than 1 MiB"));
    free(text);
}

/* One to four random edits: a byte changed, a stretch removed, doubled, or replaced by a word that means something. */
static size_t mutate(char *text, size_t length, size_t cap, uint64_t *seed)
{
    static const char *const words[] = {"[",  "]",      "{",  "}",  ": ",   "- ",        "\n", "&a ",
                                        "*a", "1e30",   "-1", "0",  "same", "\"",        "'",  "|\n",
                                        "<<", "!!int ", "%",  "\t", "\xc3", "window:w=", "+",  "\0"};
    for (unsigned edits = 1 + roll(seed) % 4; edits--;) {
        size_t at = roll(seed) % length, span = 1 + roll(seed) % 12;
        span = span > length - at ? length - at : span;
        const char *word = words[roll(seed) % (sizeof words / sizeof *words)];
        size_t more = strlen(word);
        switch (roll(seed) % 4) {
        case 0:
            text[at] = (char)roll(seed);
            break;
        case 1:
            memmove(text + at, text + at + span, length - at - span);
            length -= length > span ? span : 0;
            break;
        case 2:
            if (length + span <= cap) {
                memmove(text + at + span, text + at, length - at);
                length += span;
            }
            break;
        default:
            if (length + more <= cap) {
                memmove(text + at + more, text + at, length - at);
                memcpy(text + at, word, more);
                length += more;
            }
        }
    }
    return length;
}

static void mutations_never_crash(void **state)
{
    (void)state;
    uint64_t seed = 20240229;
    size_t accepted = 0;
    char text[4096];
    for (int i = 0; i < 20000; i++) {
        size_t length = strlen(full);
        memcpy(text, full, length);
        length = mutate(text, length, sizeof text, &seed);
        if (parse_n(text, length)) {
            accepted++;
            assert_true(config.shapes.length.count > 0 && config.kernels.count > 0 && config.patterns.count > 0);
        } else {
            assert_true(strlen(err.text) > 10);
            assert_null(strchr(err.text, '\n'));
            assert_true(err.code == AS_EXIT_USAGE);
        }
    }
    assert_true(accepted > 100 && accepted < 19900); /* the mutations are neither all harmless nor all fatal */
}

static void missing_files(void **state)
{
    (void)state;
    as_arena_free(arena);
    arena = as_arena_create();
    assert_false(as_config_read("/nowhere/at/all.yaml", arena, &config, &err));
    assert_int_equal(err.code, AS_EXIT_USAGE);
    assert_non_null(strstr(err.text, "/nowhere/at/all.yaml"));
    assert_false(as_config_read("/", arena, &config, &err));
}

static int teardown(void **state)
{
    (void)state;
    as_arena_free(arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_is_read),
        cmocka_unit_test(defaults),
        cmocka_unit_test(numbers_and_ranges),
        cmocka_unit_test(two_spellings_are_one_pattern),
        cmocka_unit_test(every_error_has_its_place),
        cmocka_unit_test(anchors_may_be_used_sensibly),
        cmocka_unit_test(garbage_of_a_megabyte),
        cmocka_unit_test(mutations_never_crash),
        cmocka_unit_test(missing_files),
    };
    return cmocka_run_group_tests(tests, NULL, teardown);
}
