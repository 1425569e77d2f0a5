/* test_reading.c: what each kind of value takes and refuses, and what a section says of its keys.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "harness/config/reading.h"

typedef struct {
    const char *name, *line;
    as_counts counts;
    as_texts words, names;
    as_patterns patterns;
    bool cold;
    unsigned number;
    uint64_t seed;
    double share, seconds;
    as_measure memory;
} values;

static const char *const counted[] = {"same", NULL}, *const colours[] = {"red", "blue", NULL},
                         *const caches[] = {"warm", "cold", NULL};

static const field rows[] = {
    {.key = "name", .read = as_config_read_name, .offset = offsetof(values, name), .meant = "a name"},
    {.key = "line", .read = as_config_read_line, .offset = offsetof(values, line)},
    {.key = "counts",
     .read = as_config_read_counts,
     .offset = offsetof(values, counts),
     .meant = "a whole number",
     .min = 2,
     .max = 100,
     .words = counted},
    {.key = "words", .read = as_config_read_words, .offset = offsetof(values, words), .words = colours},
    {.key = "names", .read = as_config_read_names, .offset = offsetof(values, names), .meant = "names"},
    {.key = "patterns", .read = as_config_read_patterns, .offset = offsetof(values, patterns)},
    {.key = "cache", .read = as_config_read_cold, .offset = offsetof(values, cold), .words = caches},
    {.key = "number",
     .read = as_config_read_unsigned,
     .offset = offsetof(values, number),
     .meant = "a number",
     .min = 1,
     .max = 9},
    {.key = "seed",
     .read = as_config_read_seed,
     .offset = offsetof(values, seed),
     .meant = "a seed",
     .max = UINT64_MAX},
    {.key = "share", .read = as_config_read_share, .offset = offsetof(values, share), .meant = "a share"},
    {.key = "seconds", .read = as_config_read_seconds, .offset = offsetof(values, seconds), .meant = "a time"},
    {.key = "memory", .read = as_config_read_memory, .offset = offsetof(values, memory), .meant = "a size"},
    {.key = NULL},
};
static const field section = {.key = "the test", .rows = rows};

static as_arena *arena;
static as_err err;

static bool read_text(const char *yaml, const field *as, values *out)
{
    yaml_parser_t parser;
    yaml_document_t document;
    as_arena_free(arena);
    arena = as_arena_create();
    err = (as_err){0};
    *out = (values){0};
    assert_true(yaml_parser_initialize(&parser));
    yaml_parser_set_input_string(&parser, (const unsigned char *)yaml, strlen(yaml));
    assert_true(yaml_parser_load(&parser, &document));
    reading r = {"t.yaml", &document, arena, &err};
    const bool ok = as_config_read_section(&r, yaml_document_get_root_node(&document), as, out);
    yaml_document_delete(&document);
    yaml_parser_delete(&parser);
    return ok;
}

static void must_read(const char *yaml, values *out)
{
    if (!read_text(yaml, &section, out))
        fail_msg("%s", err.text);
}

static void each_kind(void **state)
{
    (void)state;
    values v;
    must_read("name: a.b-c_1\nline: any text, of people\ncounts: [3, same, {from: 4, to: 20, factor: 2}, 3]\n"
              "words: [red, blue, red]\nnames: []\npatterns: [causal, 'window:w=4', causal]\ncache: cold\nnumber: 9\n"
              "seed: 7\nshare: 3%\nseconds: 2m\nmemory: 2GiB\n",
              &v);
    assert_string_equal(v.name, "a.b-c_1");
    assert_string_equal(v.line, "any text, of people");
    static const uint64_t counts[] = {3, 0, 4, 8, 16}; /* each once; a word is 0 */
    assert_int_equal(v.counts.count, 5);
    assert_memory_equal(v.counts.values, counts, sizeof counts);
    assert_string_equal(v.counts.places[1], "t.yaml:3:13");
    assert_int_equal(v.words.count, 2);
    assert_string_equal(v.words.values[1], "blue");
    assert_int_equal(v.names.count, 0);
    assert_int_equal(v.patterns.count, 2);
    assert_string_equal(as_pattern_text(v.patterns.values[1]), "window:w=4");
    assert_true(v.cold && v.number == 9 && v.seed == 7 && v.share == 0.03 && v.seconds == 120);
    assert_true(v.memory.memory_bytes == 2ull << 30 && v.memory.memory_percent == 0);
    must_read("counts: {from: 10, to: 30, step: 10}\ncache: warm\nshare: 0.5\nseconds: 0.25\nmemory: 40%\n", &v);
    static const uint64_t stepped[] = {10, 20, 30};
    assert_int_equal(v.counts.count, 3);
    assert_memory_equal(v.counts.values, stepped, sizeof stepped);
    assert_true(!v.cold && v.share == 0.5 && v.seconds == 0.25 && v.memory.memory_percent == 40);
    assert_true(v.memory.memory_bytes == 0);
}

static void refused(void **state)
{
    static const struct {
        const char *yaml, *error;
    } texts[] = {
        {"name: ../x", "t.yaml:1:7: name is a name, not '../x'"},
        {"name: [x]", "t.yaml:1:7: name is a name, not a list"},
        {"name: ''", "name has no value"},
        {"name: \"a\\0b\"", "name holds a NUL byte"},
        {"line: \"a\\nb\"", "line is one line of text"},
        {"counts: 1", "t.yaml:1:9: counts is a whole number, from 2 to 100, not '1'"},
        {"counts: []", "counts is an empty list"},
        {"counts:\n - 2\n - x", "t.yaml:3:4: counts is a whole number"},
        {"counts: {from: 2, to: 4}", "needs either factor or step"},
        {"counts: {from: 2, to: 4, factor: 2, step: 1}", "needs either factor or step"},
        {"counts: {from: 4, to: 2, step: 1}", "is empty, from is above to"},
        {"counts: {to: 4, step: 1}", "the range of counts has no 'from'"},
        {"counts: {from: 2, to: 4, factor: 1}", "factor is a number of at least 1.001"},
        {"words: green", "words is red or blue, not 'green'"},
        {"names: [a, 'b c']", "t.yaml:1:12: names is names, not 'b c'"},
        {"patterns: ['window:v=4']", "t.yaml:1:20: pattern 'window:v=4'"},
        {"patterns: window:v=4", "t.yaml:1:18: pattern 'window:v=4'"},
        {"cache: hot", "cache is warm or cold, not 'hot'"},
        {"number: 10", "number is a number, from 1 to 9"},
        {"seed: -1", "seed is a seed"},
        {"share: 0", "share is a share, not '0'"},
        {"share: 1.5", "share is a share"},
        {"seconds: 0s", "seconds is a time"},
        {"memory: 0", "memory is a size"},
        {"nmae: x", "t.yaml:1:1: unknown key 'nmae' in the test: did you mean 'name'?"},
        {"other: x", "it takes name, line, counts"},
        {"seed: 1\nseed: 2", "t.yaml:2:1: seed is there twice"},
        {"- seed", "the test is a list of keys and values"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        values v;
        assert_false(read_text(texts[i].yaml, &section, &v));
        assert_int_equal(err.code, AS_EXIT_USAGE);
        if (!strstr(err.text, texts[i].error))
            fail_msg("'%s': %s", texts[i].yaml, err.text);
    }
}

static void required_keys(void **state)
{
    (void)state;
    static const field needed[] = {
        {.key = "seed",
         .read = as_config_read_seed,
         .offset = offsetof(values, seed),
         .meant = "a seed",
         .max = UINT64_MAX,
         .required = true},
        {.key = "name", .read = as_config_read_name, .offset = offsetof(values, name), .meant = "a name"},
        {.key = NULL},
    };
    static const field strict = {.key = "it", .rows = needed};
    values v;
    assert_false(read_text("name: x", &strict, &v));
    assert_string_equal(err.text, "t.yaml:1:1: it has no 'seed': add it; it is a seed");
    assert_true(read_text("seed: 3", &strict, &v));
}

static int end(void **state)
{
    (void)state;
    as_arena_free(arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind),
        cmocka_unit_test(refused),
        cmocka_unit_test(required_keys),
    };
    return cmocka_run_group_tests(tests, NULL, end);
}
