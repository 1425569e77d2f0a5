/* test_oracle.c: an oracle is found by a kernel's name, computes attention by its formula, and sees what is wrong and
 * where. SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "kernels/attention/attention.h"
#include "kernels/oracle/oracle.h"

enum { B = 2, H = 2, T = 5, D = 3, ROWS = B * H * T };

typedef struct {
    as_problem p;
    as_operand table[AS_OPERANDS_MAX];
    float q[ROWS * D], k[ROWS * D], v[ROWS * D], o[ROWS * D];
    void *operand[4];
} fixture;

static void open_fixture(fixture *f)
{
    f->p = (as_problem){.batch = B,
                        .heads = H,
                        .kv_heads = H,
                        .length = T,
                        .context = T,
                        .head_dim = D,
                        .threads = 1,
                        .scale = 0.5f,
                        .pattern = as_pattern_parse("causal", NULL)};
    void *const operand[] = {f->q, f->k, f->v, f->o};
    memcpy(f->operand, operand, sizeof operand);
    as_attention_operands(&f->p, f->table);
    for (size_t i = 0; i < 3; i++)
        as_operand_fill(&f->table[i], i, f->operand[i]);
}

static void close_fixture(fixture *f) { as_pattern_free((as_pattern *)f->p.pattern); }

/* Causal softmax attention in the fewest words. */
static void attend(fixture *f)
{
    for (size_t row = 0; row < ROWS; row++) {
        const size_t head = row / T * T;
        double weight[T], sum = 0, out[D] = {0};
        for (size_t j = head; j <= row; j++) {
            double score = 0;
            for (size_t c = 0; c < D; c++)
                score += (double)f->q[row * D + c] * f->k[j * D + c];
            sum += weight[j - head] = exp(0.5 * score);
        }
        for (size_t j = head; j <= row; j++)
            for (size_t c = 0; c < D; c++)
                out[c] += weight[j - head] / sum * f->v[j * D + c];
        for (size_t c = 0; c < D; c++)
            f->o[row * D + c] = (float)out[c];
    }
}

static as_oracle_verdict verdict_of(fixture *f, size_t rows)
{
    as_oracle_verdict verdict;
    double *truth = NULL;
    const as_oracle_question question = {
        as_oracle_find("attention/any"), &f->p, f->table, 4, f->operand, rows, 1, false};
    assert_true(as_oracle_check(&question, &truth, &verdict));
    free(truth);
    return verdict;
}

static void found_by_name(void **state)
{
    (void)state;
    const as_oracle *attention = as_oracle_find("attention/flash");
    assert_non_null(attention);
    assert_ptr_equal(as_oracle_find("attention/mine:m=1"), attention);
    assert_null(as_oracle_find("attentions/flash"));
    assert_null(as_oracle_find("unknown/kernel"));
    assert_ptr_not_equal(as_oracle_find("content/topk:k=3"), attention);
    assert_ptr_not_equal(as_oracle_find("convolution/wavenet"), as_oracle_find("convolution/gemm"));
}

static void right_and_wrong_answers(void **state)
{
    (void)state;
    fixture f;
    open_fixture(&f);
    attend(&f);
    as_oracle_verdict verdict = verdict_of(&f, ROWS);
    assert_int_equal(verdict.rows, ROWS);
    assert_true(verdict.error_max < 1e-6 && isnan(verdict.mass_kept));

    f.o[((1 * H + 0) * T + 3) * D + 2] += 0.5f;
    verdict = verdict_of(&f, ROWS);
    assert_true(fabs(verdict.error_max - 0.5) < 1e-6);
    assert_true(verdict.worst.batch == 1 && verdict.worst.head == 0 && verdict.worst.row == 3);

    f.o[0] = NAN;
    assert_true(isinf(verdict_of(&f, ROWS).error_max));
    close_fixture(&f);
}

/* First and last row are always among the drawn. */
static void some_rows(void **state)
{
    (void)state;
    fixture f;
    open_fixture(&f);
    attend(&f);
    f.o[ROWS * D - 1] += 1;
    const as_oracle_verdict verdict = verdict_of(&f, 2);
    assert_int_equal(verdict.rows, 2);
    assert_true(verdict.worst.batch == B - 1 && verdict.worst.head == H - 1 && verdict.worst.row == T - 1);
    const as_oracle_row first = as_oracle_nth(&f.table[3], 0, 5, 9), last = as_oracle_nth(&f.table[3], 1, 5, 9);
    assert_true(first.batch == 0 && first.head == 0 && first.row == 0);
    assert_true(last.batch == B - 1 && last.head == H - 1 && last.row == T - 1);
    close_fixture(&f);
}

static void known_truth_is_taken(void **state)
{
    (void)state;
    fixture f;
    double *truth = NULL;
    as_oracle_verdict first, second;
    open_fixture(&f);
    attend(&f);
    const as_oracle_question question = {as_oracle_find("attention/any"), &f.p, f.table, 4, f.operand, ROWS, 1, true};
    assert_true(as_oracle_check(&question, &truth, &first));
    truth[4] += 2;
    assert_true(as_oracle_check(&question, &truth, &second));
    assert_true(first.error_max < 1e-6 && fabs(second.error_max - 2) < 1e-6);
    free(truth);
    close_fixture(&f);
}

static void rows_for_a_budget(void **state)
{
    (void)state;
    const as_problem p = {.context = 100, .head_dim = 10};
    assert_int_equal(as_oracle_rows(&p, 4000 * 7), 7);
    assert_int_equal(as_oracle_rows(&p, 1), 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(found_by_name),        cmocka_unit_test(right_and_wrong_answers), cmocka_unit_test(some_rows),
        cmocka_unit_test(known_truth_is_taken), cmocka_unit_test(rows_for_a_budget),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
