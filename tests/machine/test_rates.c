/* test_rates.c: roofs from the struct into machine.json and back, onto the page, and from an earlier folder.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "harness/base/file.h"
#include "harness/machine/known_roofs.h"
#include "harness/machine/read_json.h"
#include "harness/machine/roofs.h"

typedef struct {
    as_arena *arena;
    as_machine m;
    char dir[64], path[96];
} world;

static int make_world(void **state)
{
    world *w = calloc(1, sizeof *w);
    *state = w;
    w->arena = as_arena_create();
    as_machine_describe(&w->m, w->arena);
    strcpy(w->dir, "/tmp/test_rates.XXXXXX");
    if (!mkdtemp(w->dir))
        return -1;
    snprintf(w->path, sizeof w->path, "%s/machine.json", w->dir);
    return 0;
}

static int free_world(void **state)
{
    world *w = *state;
    unlink(w->path);
    rmdir(w->dir);
    as_arena_free(w->arena);
    free(w);
    return 0;
}

/* Each rate another number, so that none takes another's place. */
static void set_rates(as_machine *m)
{
    double next = 1.5;
    for (size_t i = 0; as_rated_at(i); i++)
        for (int isa = 0; isa < AS_ISA_COUNT; isa++)
            for (int scope = 0; scope < AS_SCOPE_COUNT; scope++)
                m->rate[as_rated_at(i)->dtype][isa][scope] = next++;
    m->rate[AS_F32][AS_AMX][AS_ONE_CPU] = NAN;
    for (int level = 0; level < 4; level++)
        m->read_gbs[level] = 100 - level;
    m->roofs_date = "2026-01-31T12:00:00Z";
}

static void write_machine(world *w)
{
    as_text out = {0};
    as_err err = {0};
    assert_true(as_machine_json(&w->m, &out));
    assert_true(as_file_write(w->path, out.data, out.length, &err));
    as_text_free(&out);
}

static void rates_come_back_as_they_were(void **state)
{
    world *w = *state;
    as_machine_facts facts;
    as_err err = {0};
    set_rates(&w->m);
    write_machine(w);
    assert_true(as_machine_facts_read(w->dir, w->arena, &facts, &err));
    for (int dtype = 0; dtype < AS_RATED_DTYPES; dtype++)
        for (int isa = 0; isa < AS_ISA_COUNT; isa++)
            for (int scope = 0; scope < AS_SCOPE_COUNT; scope++) {
                const double was = w->m.rate[dtype][isa][scope], is = facts.rate[dtype][isa][scope];
                assert_true(isnan(was) ? isnan(is) : was == is);
            }
    for (int level = 0; level < 4; level++)
        assert_true(facts.read_gbs[level] == 100 - level);
    assert_string_equal(facts.fingerprint, w->m.fingerprint);
    assert_string_equal(facts.roofs_date, w->m.roofs_date);
    assert_int_equal(facts.cpus, w->m.cpus);
}

static void keys_are_those_of_0_1(void **state)
{
    (void)state;
    static const char *const keys[] = {"fma_gflops", "fma_gflops_all", "bf16_gflops", "bf16_gflops_all"};
    for (size_t i = 0; i < 4; i++)
        assert_string_equal(as_rated_at(i / 2)->key[i % 2], keys[i]);
}

static void no_file_is_an_unknown_machine_and_no_json_an_error(void **state)
{
    world *w = *state;
    as_machine_facts facts;
    as_err err = {0};
    assert_true(as_machine_facts_read(w->dir, w->arena, &facts, &err));
    assert_true(!facts.fingerprint && facts.cpus == 0 && isnan(facts.rate[AS_F32][AS_SCALAR][AS_ONE_CPU]));
    const char other_kinds[] = "{\"cpu\": 5, \"fma_gflops\": [1], \"read_gbs\": {}}";
    assert_true(as_file_write(w->path, other_kinds, sizeof other_kinds - 1, &err));
    assert_true(as_machine_facts_read(w->dir, w->arena, &facts, &err));
    assert_true(!facts.name && isnan(facts.rate[AS_F32][AS_SCALAR][AS_ONE_CPU]) && isnan(facts.read_gbs[0]));
    assert_true(as_file_write(w->path, "{\n5", 3, &err));
    assert_false(as_machine_facts_read(w->dir, w->arena, &facts, &err));
    assert_non_null(strstr(err.text, "machine.json:2:"));
}

static void roofs_are_taken_from_a_folder_of_this_machine_alone(void **state)
{
    world *w = *state;
    as_machine other;
    as_err err = {0};
    as_machine_describe(&other, w->arena);
    assert_false(as_known_roofs(w->dir, w->arena, &other, &err));
    assert_non_null(strstr(err.text, "no machine.json with measured roofs"));
    set_rates(&w->m);
    write_machine(w);
    assert_true(as_known_roofs(w->dir, w->arena, &other, &err));
    assert_true(other.rate[AS_BF16][AS_AMX][AS_ALL_CPUS] == w->m.rate[AS_BF16][AS_AMX][AS_ALL_CPUS]);
    assert_true(other.read_gbs[3] == 97);
    assert_string_equal(other.roofs_date, w->m.roofs_date);
    other.fingerprint[0] ^= 1;
    assert_false(as_known_roofs(w->dir, w->arena, &other, &err));
    assert_non_null(strstr(err.text, "another machine's"));
}

static void the_page_has_a_row_for_each_rate(void **state)
{
    world *w = *state;
    as_text out = {0};
    as_rates_clear(w->m.rate);
    as_machine_text(&w->m, &out);
    assert_null(strstr(out.data, "one cpu GFLOP/s"));
    as_text_free(&out);
    w->m.rate[AS_BF16][AS_AMX][AS_ONE_CPU] = 1234.56;
    as_machine_text(&w->m, &out);
    assert_non_null(strstr(out.data, "bfloat16 pairs"));
    assert_null(strstr(out.data, "float32 multiply-adds"));
    assert_non_null(strstr(out.data, "1234.6"));
    as_text_free(&out);
}

static void sets_lie_between_two_caches(void **state)
{
    world *w = *state;
    const size_t caches[] = {32 << 10, 1 << 20, 32 << 20};
    memcpy(w->m.cache_bytes, caches, sizeof caches);
    w->m.memory_available = (uint64_t)64 << 30;
    for (int level = 0; level < 4; level++) {
        const size_t bytes = as_roof_set_bytes(&w->m, level);
        assert_int_equal(bytes % 4096, 0);
        assert_true(level == 3 || bytes < caches[level]);
        assert_true(level == 0 || bytes > caches[level - 1]);
    }
    float *data = as_roof_set(1 << 20);
    assert_non_null(data);
    assert_true(data[0] > 0.7f && data[(1 << 18) - 1] == data[0]);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_world, free_world)
    const struct CMUnitTest tests[] = {TEST(rates_come_back_as_they_were),
                                       TEST(keys_are_those_of_0_1),
                                       TEST(no_file_is_an_unknown_machine_and_no_json_an_error),
                                       TEST(roofs_are_taken_from_a_folder_of_this_machine_alone),
                                       TEST(the_page_has_a_row_for_each_rate),
                                       TEST(sets_lie_between_two_caches)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
