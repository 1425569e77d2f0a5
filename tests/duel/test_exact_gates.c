/* test_exact_gates.c: what the gates without a clock say of made-up counts, the gate `order` among them.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "harness/duel/exact_gates.h"
#include "harness/duel/order_gate.h"
#include "harness/verdict/words.h"
#include "tests/duel/made_exact.h"

static as_arena *arena;
static as_case row;
static as_exact sides[2]; /* base, new */

static int set_up(void **unused)
{
    (void)unused;
    arena = as_arena_create();
    row = made_case("a", 64);
    sides[0] = made_exact("a", "base");
    sides[1] = made_exact("a", "new");
    return 0;
}

static int tear_down(void **unused)
{
    (void)unused;
    as_arena_free(arena);
    return 0;
}

/* The verdict of one gate on `row` and `sides`. */
static as_verdict verdict_of(as_gate gate)
{
    static const char *const cases[] = {"a"};
    const as_case *const rows[] = {&row};
    const as_verdict *const timed[] = {NULL};
    size_t count;
    as_exact_input in = {cases, rows, 1, AS_GATE_BIT(gate), sides, 2, NULL};
    as_exact_match(&in, arena);
    const as_verdict *found = as_exact_judge(&in, timed, arena, &count);
    assert_int_equal(count, 1);
    return found[0];
}

static void assert_verdict(as_gate gate, const char *verdict)
{
    const as_verdict v = verdict_of(gate);
    assert_string_equal(as_verdict_kind_text(v.verdict), verdict);
    assert_int_equal(v.gate, gate);
}

static void counts_have_their_tolerance(void **unused)
{
    (void)unused;
    assert_verdict(AS_GATE_INSTRUCTIONS, "same");
    sides[1].instructions = 1002000;
    assert_verdict(AS_GATE_INSTRUCTIONS, "same");
    sides[1].instructions = 1002001;
    assert_verdict(AS_GATE_INSTRUCTIONS, "regressed");
    assert_string_equal(verdict_of(AS_GATE_INSTRUCTIONS).reason, "1002001 instructions, base 1000000");
    sides[1].instructions = 997999;
    assert_verdict(AS_GATE_INSTRUCTIONS, "improved");
    sides[1].instructions = AS_NO_COUNT;
    sides[1].uncounted = "no valgrind";
    assert_verdict(AS_GATE_INSTRUCTIONS, "inconclusive");
    assert_string_equal(verdict_of(AS_GATE_INSTRUCTIONS).reason, "new: no valgrind");
    sides[1].flops_executed = 1000001;
    assert_verdict(AS_GATE_FLOPS, "regressed");
    sides[1].workspace_peak_bytes = 65536 + 655 + 4096;
    assert_verdict(AS_GATE_WORKSPACE, "same");
    sides[1].workspace_peak_bytes++;
    assert_verdict(AS_GATE_WORKSPACE, "regressed");
}

static void another_isa_is_noted(void **unused)
{
    (void)unused;
    row.isa = "avx512";
    sides[0].counted_isa = sides[1].counted_isa = "avx2";
    assert_string_equal(verdict_of(AS_GATE_INSTRUCTIONS).reason,
                        "counted in the build for avx2, the best that valgrind runs");
}

static void speed_is_not_bought_with_a_wider_promise(void **unused)
{
    (void)unused;
    assert_verdict(AS_GATE_ACCURACY, "same");
    sides[1].error_max = 2e-6;
    sides[1].error_allowed = 3e-6;
    assert_verdict(AS_GATE_ACCURACY, "failed");
    assert_float_equal(verdict_of(AS_GATE_ACCURACY).ratio, 20, 1e-9);
}

static void a_side_that_is_not_right_is_one_verdict(void **unused)
{
    (void)unused;
    sides[1].status = "failed";
    sides[1].reason = "row 3 differs";
    assert_int_equal(verdict_of(AS_GATE_FLOPS).verdict, AS_FAILED);
    assert_string_equal(verdict_of(AS_GATE_FLOPS).reason, "new: row 3 differs");
    sides[1].status = "lacking";
    assert_int_equal(verdict_of(AS_GATE_FLOPS).verdict, AS_MISSING);
    sides[0].status = "lacking";
    assert_int_equal(verdict_of(AS_GATE_FLOPS).verdict, AS_FAILED);
    sides[1].status = "ok";
    assert_int_equal(verdict_of(AS_GATE_FLOPS).verdict, AS_NEW);
    sides[1].side = "base"; /* new was not reached */
    assert_int_equal(verdict_of(AS_GATE_FLOPS).verdict, AS_INCONCLUSIVE);
}

static void rows_are_found_by_case_and_side(void **unused)
{
    (void)unused;
    static const char *const cases[] = {"a", "b", "c"};
    const as_exact rows[] = {made_exact("b", "new"), made_exact("a", "base"), made_exact("other", "new"),
                             made_exact("b", "base"), made_exact("b", "base")};
    as_exact_input in = {cases, NULL, 3, 0, rows, 5, NULL};
    as_exact_match(&in, arena);
    assert_ptr_equal(in.pairs[0].base, &rows[1]);
    assert_null(in.pairs[0].new);
    assert_ptr_equal(in.pairs[1].base, &rows[3]);
    assert_ptr_equal(in.pairs[1].new, &rows[0]);
    assert_true(!in.pairs[2].base && !in.pairs[2].new);
    assert_false(as_exact_ready(&in, 0));
    assert_true(as_exact_ready(&in, 1));
}

/* 20,000 cases with both sides; a search for each would compare 20,000 x 40,000 texts. */
static void many_cases_are_judged(void **unused)
{
    (void)unused;
    enum { MANY = 20000 };
    const char **cases = as_arena_alloc(arena, MANY * sizeof *cases);
    const as_case **rows = as_arena_alloc(arena, MANY * sizeof *rows);
    const as_verdict **timed = as_arena_alloc(arena, MANY * sizeof *timed);
    as_exact *exact = as_arena_alloc(arena, 2 * MANY * sizeof *exact);
    size_t count;
    for (size_t i = 0; i < MANY; i++) {
        cases[i] = as_arena_printf(arena, "attention/flash|causal|T=1024:S=1024:D=512|%zu", i);
        rows[i] = &row;
        exact[i] = made_exact(cases[i], "base");
        exact[2 * MANY - 1 - i] = made_exact(cases[i], "new");
    }
    as_exact_input in = {cases, rows, MANY, AS_GATE_BIT(AS_GATE_FLOPS), exact, 2 * MANY, NULL};
    as_exact_match(&in, arena);
    const as_verdict *found = as_exact_judge(&in, timed, arena, &count);
    assert_int_equal(count, MANY);
    assert_ptr_equal(found[MANY - 1].case_, cases[MANY - 1]);
    assert_int_equal(found[MANY - 1].verdict, AS_SAME);
}

/* Four lengths; FLOPs of base grow as T, those of new as T^power. */
static as_growth_rows growth_of(double power, size_t lengths)
{
    static char keys[8][8];
    static const char *cases[8];
    static as_case all[8];
    static const as_case *rows[8];
    static as_exact exact[16];
    for (size_t i = 0; i < lengths; i++) {
        const uint64_t length = (uint64_t)64 << i;
        snprintf(keys[i], sizeof keys[i], "T%zu", i);
        cases[i] = keys[i];
        all[i] = made_case(keys[i], length);
        rows[i] = &all[i];
        exact[2 * i] = made_exact(keys[i], "base");
        exact[2 * i + 1] = made_exact(keys[i], "new");
        exact[2 * i].flops_executed = 1000 * length;
        exact[2 * i + 1].flops_executed = (uint64_t)(1000 * pow((double)length, power));
    }
    as_exact_input in = {cases, rows, lengths, AS_GATE_BIT(AS_GATE_ORDER), exact, 2 * lengths, NULL};
    as_exact_match(&in, arena);
    return as_growths_find(&in, arena);
}

static void a_steeper_growth_is_found(void **unused)
{
    (void)unused;
    const as_growth_rows steeper = growth_of(1.5, 4);
    assert_int_equal(steeper.count, 1);
    assert_string_equal(steeper.of[0].what, "FLOPs");
    assert_string_equal(steeper.of[0].symbol, "T");
    assert_string_equal(steeper.of[0].longest, "T3");
    assert_float_equal(steeper.of[0].slope_base, 1, 1e-9);
    assert_float_equal(steeper.of[0].slope_new, 1.5, 1e-4);
    assert_true(steeper.of[0].from == 64 && steeper.of[0].to == 512);
    assert_int_equal(growth_of(1.5, 2).count, 0); /* two lengths are no law */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(counts_have_their_tolerance, set_up, tear_down),
        cmocka_unit_test_setup_teardown(another_isa_is_noted, set_up, tear_down),
        cmocka_unit_test_setup_teardown(speed_is_not_bought_with_a_wider_promise, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_side_that_is_not_right_is_one_verdict, set_up, tear_down),
        cmocka_unit_test_setup_teardown(rows_are_found_by_case_and_side, set_up, tear_down),
        cmocka_unit_test_setup_teardown(many_cases_are_judged, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_steeper_growth_is_found, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
