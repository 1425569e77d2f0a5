/* test_sentences.c: what sections say, which sentence comes first and what is left out.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "harness/narrate/sentences.h"

static as_arena *arena;

static const char *text_of(const as_sentence *s)
{
    as_text out = {0};
    for (size_t i = 0; i < s->count; i++)
        as_text_add(&out, "%s", s->pieces[i].text);
    const char *text = as_arena_intern(arena, out.data ? out.data : "");
    as_text_free(&out);
    return text;
}

static as_summary case_of(const char *name, as_status status, const char *reason)
{
    as_summary r;
    as_record_clear(&as_summary_schema, &r);
    r.case_ = name;
    r.kernel = "K";
    r.pattern = "causal";
    r.mechanism = "attention";
    r.isa = "avx2";
    r.dtype = "f32";
    r.length = r.context = 2048;
    r.width = 512;
    r.heads = 8;
    r.threads = 1;
    r.status = status;
    r.reason = reason;
    return r;
}

static void pieces(void **state)
{
    as_section s = {.arena = arena};
    (void)state;
    as_section_add(&s, AS_TONE_GOOD, "mark")->about = "about";
    as_section_say_curve(&s, "K<", NULL);
    as_section_say(&s, " %d", 7);
    as_section_say_piece(&s, AS_PIECE_FORMULA, "T^2");
    assert_int_equal(s.count, 1);
    assert_string_equal(text_of(s.sentences), "K< on ? 7T^2");
    assert_int_equal(s.sentences->pieces[0].kind, AS_PIECE_NAME);
    assert_int_equal(s.sentences->pieces[4].kind, AS_PIECE_FORMULA);
    char place[32];
    assert_string_equal(as_narrate_place(place, 4096.2), "4k");
}

static void counts(void **state)
{
    as_summary rows[] = {case_of("a", AS_STATUS_OK, NULL), case_of("b", AS_STATUS_SKIPPED, "why")};
    as_fit fits[2];
    (void)state;
    rows[0].median_ns = 10;
    rows[0].n = 35;
    rows[0].disturbed = 3;
    rows[0].slowed = 2;
    for (size_t i = 0; i < 2; i++) {
        as_record_clear(&as_fit_schema, &fits[i]);
        fits[i].verdict = i ? AS_FIT_REFUTED : AS_FIT_CONFIRMED;
    }
    const as_section s = as_narrate_counts(rows, 2, fits, 2, arena);
    assert_int_equal(s.count, 3);
    assert_string_equal(s.sentences[0].mark, "1 of 2");
    assert_string_equal(text_of(&s.sentences[0]), "cases measured");
    assert_string_equal(s.sentences[1].mark, "35");
    assert_string_equal(
        text_of(&s.sentences[1]),
        "samples, 3 of them disturbed, 2 on a core that was shared or clocked low (marked, none deleted)");
    assert_string_equal(s.sentences[2].mark, "1 of 2");
    assert_int_equal(as_narrate_counts(rows, 1, NULL, 0, arena).count, 2);
}

static void growth(void **state)
{
    as_fit fits[14];
    (void)state;
    for (size_t i = 0; i < 14; i++) {
        as_record_clear(&as_fit_schema, &fits[i]);
        fits[i].kernel = "K";
        fits[i].pattern = "causal";
        fits[i].curve = "isa=avx2";
        fits[i].axis = AS_AXIS_LENGTH;
        fits[i].from = 256;
        fits[i].to = 16384;
        fits[i].tail_slope = 1 + 0.01 * (double)i;
        fits[i].verdict = i == 13 ? AS_FIT_REFUTED : i == 12 ? AS_FIT_CONFIRMED : AS_NO_WORD;
    }
    fits[13].tail_low = 1.1;
    fits[13].tail_high = 1.2;
    fits[13].declared = "T^2";
    fits[13].expected_slope = 2;
    fits[13].growth = "T";
    const as_section s = as_narrate_growth(fits, 14, arena);
    assert_int_equal(s.count, 12);
    assert_string_equal(s.more, "2 more curves in fits.csv");
    assert_string_equal(s.sentences[0].mark, "refuted");
    assert_int_equal(s.sentences[0].tone, AS_TONE_BAD);
    assert_string_equal(s.sentences[0].about, "isa=avx2");
    assert_string_equal(
        text_of(&s.sentences[0]),
        "K on causal: time grows as T^1.13 [1.10, 1.20] over the upper half of T = 256 to 16k; declared "
        "is T^2, which comes to T^2.00 there. Its class: T.");
    assert_string_equal(s.sentences[1].mark, "confirmed");
    assert_string_equal(text_of(&s.sentences[2]),
                        "K on causal: time grows as T^1.00 over the upper half of T = 256 to 16k.");
    fits[0].quantity = "edges"; /* a count, no time */
    assert_int_equal(as_narrate_growth(fits, 1, arena).count, 0);
}

static void crossovers(void **state)
{
    as_crossover rows[4];
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        as_record_clear(&as_crossover_schema, &rows[i]);
        rows[i].axis = i == 3 ? AS_AXIS_WIDTH : AS_AXIS_LENGTH;
        rows[i].kernel_a = i == 2 ? "K" : "dense";
        rows[i].isa_a = i == 2 ? "avx2" : NULL;
        rows[i].kernel_b = "L";
        rows[i].pattern_b = "window:w=64";
        rows[i].isa_b = "avx2";
        rows[i].from = 256;
        rows[i].to = 4096;
        rows[i].ratio_to = 2.5;
        rows[i].verdict = i == 1 ? AS_CROSSOVER_CROSSES : AS_CROSSOVER_NONE;
    }
    rows[1].beyond = AS_CURVE_B;
    rows[1].at = 1000;
    rows[1].at_low = 900;
    as_section s = as_narrate_crossovers(rows, 4, AS_AXIS_LENGTH, arena);
    assert_int_equal(s.count, 2);
    assert_string_equal(text_of(&s.sentences[0]),
                        "L  window:w=64 (avx2): faster from T = 1000 [900, above 4k] on, 2.5x at T = 4k");
    assert_string_equal(text_of(&s.sentences[1]), "L  window:w=64 (avx2): none in range, 2.5x at T = 4k");
    rows[1].beyond = AS_CURVE_A;
    s = as_narrate_crossovers(rows, 4, AS_NO_WORD, arena);
    assert_int_equal(s.count, 3);
    assert_non_null(strstr(text_of(&s.sentences[0]), "faster up to T = 1000 [900, above 4k],"));
}

static void roofs_and_fastest(void **state)
{
    as_summary rows[] = {case_of("a", AS_STATUS_OK, NULL), case_of("b", AS_STATUS_OK, NULL)};
    (void)state;
    rows[0].median_ns = 2e6;
    rows[0].percent_of_roof = 40;
    rows[0].gflops_useful = 40;
    rows[0].roof_gflops = 100;
    rows[1].kernel = "L";
    rows[1].pattern = "window:w=8";
    rows[1].median_ns = 1e6;
    as_section s = as_narrate_nearest_roof(rows, 2, arena);
    assert_int_equal(s.count, 1);
    assert_string_equal(s.sentences->mark, "40 %");
    assert_string_equal(text_of(s.sentences), "K on causal (avx2, f32) at T = 2k, D = 512, H = 8: 40 useful GFLOP/s of "
                                              "100 GFLOP/s, the measured roof with 1 thread.");
    assert_int_equal(as_narrate_nearest_bandwidth(rows, 2, arena).count, 0);
    s = as_narrate_fastest(rows, 2, arena);
    assert_int_equal(s.count, 2);
    assert_string_equal(text_of(&s.sentences[0]),
                        "L on window:w=8 (avx2, f32) at T = 2k, D = 512, H = 8: 1.00 ms per call.");
    assert_string_equal(s.sentences[1].mark, "fastest dense");
}

static void failures(void **state)
{
    const as_summary rows[] = {case_of("a", AS_STATUS_OK, NULL), case_of("b", AS_STATUS_SKIPPED, "memory: 12.5 GiB"),
                               case_of("c", AS_STATUS_SKIPPED, "memory: 8 GiB"), case_of("d", AS_STATUS_FAILED, NULL)};
    (void)state;
    const as_section s = as_narrate_failures(rows, 4, arena);
    assert_int_equal(s.count, 2);
    assert_string_equal(s.sentences[0].mark, "2 skipped");
    assert_string_equal(text_of(&s.sentences[0]), "memory: 12.5 GiB");
    assert_string_equal(s.sentences[0].about, "first: b");
    assert_string_equal(s.sentences[1].mark, "1 failed");
    assert_string_equal(text_of(&s.sentences[1]), "no reason given");
    assert_string_equal(s.sentences[1].about, "d");
}

static void verdicts(void **state)
{
    as_verdict rows[3];
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        as_record_clear(&as_verdict_schema, &rows[i]);
        rows[i].case_ = i ? "b" : "a";
        rows[i].verdict = i == 2 ? AS_SAME : AS_REGRESSED;
        rows[i].gate = i == 1 ? AS_GATE_TIME : AS_GATE_FLOPS;
        rows[i].ratio = rows[i].ratio_low = rows[i].ratio_high = i ? 1.02 : 3;
    }
    const as_section s = as_narrate_verdicts(rows, 3, arena);
    assert_int_equal(s.count, 2);
    assert_string_equal(s.sentences[0].mark, "regressed");
    assert_string_equal(s.sentences[0].about, "b"); /* the largest change of time */
    assert_string_equal(text_of(&s.sentences[0]),
                        "2 of 3 verdicts; the largest change is +2.00 % of the time [+2.00, +2.00].");
    assert_string_equal(text_of(&s.sentences[1]), "1 of 3 verdicts.");
}

static int setup(void **state)
{
    (void)state;
    arena = as_arena_create();
    return 0;
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
        cmocka_unit_test(pieces),
        cmocka_unit_test(counts),
        cmocka_unit_test(growth),
        cmocka_unit_test(crossovers),
        cmocka_unit_test(roofs_and_fastest),
        cmocka_unit_test(failures),
        cmocka_unit_test(verdicts),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
