/* test_contract.c: a kernel is asked only for what it takes, and what it hands over is checked.
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernels_of_test.h"

static const size_t from[] = {0, 4};

/* One row for each field that has a neutral value, with a value that is not. */
#define NOT_NEUTRAL(F)                                                                                                 \
    F(requests, 1, AS_TAKES_REQUESTS)                                                                                  \
    F(softcap, 50.0f, AS_TAKES_SOFTCAP)                                                                                \
    F(alibi, true, AS_TAKES_ALIBI)                                                                                     \
    F(bias_rank, 2, AS_TAKES_BIAS)                                                                                     \
    F(sinks, true, AS_TAKES_SINKS)                                                                                     \
    F(width, 17, AS_TAKES_WIDTH)                                                                                       \
    F(value_dim, 5, AS_TAKES_VALUE_DIM)                                                                                \
    F(values_in_keys, true, AS_TAKES_VALUES_IN_KEYS)                                                                   \
    F(cross, true, AS_TAKES_CROSS)                                                                                     \
    F(page, 16, AS_TAKES_PAGES)                                                                                        \
    F(layout, AS_BTHD, AS_TAKES_LAYOUT)                                                                                \
    F(log_sum_exp, true, AS_TAKES_LSE)                                                                                 \
    F(pass, AS_FORWARD_BACKWARD, AS_TAKES_BACKWARD)                                                                    \
    F(segments, true, AS_TAKES_SEGMENTS)                                                                               \
    F(ranks, 2, AS_TAKES_RANKS)                                                                                        \
    F(dtype, AS_F16, AS_TAKES_DTYPE(AS_F16))                                                                           \
    F(kv_type, 1 + AS_Q8_0, AS_TAKES_KV(AS_Q8_0))                                                                      \
    F(kv_type, 1 + AS_INT8, AS_TAKES_KV(AS_INT8))

static void each_field_needs_its_bit(void **state)
{
    (void)state;
    char why[240];
    as_kernel kernel = small_kernel();
    as_problem p = small_problem();
    p.query_from = p.key_from = from;
    assert_int_equal(as_problem_asks(&p), 0);
    assert_false(as_kernel_refuses(&kernel, &p, why, sizeof why));
    assert_string_equal(why, "");
#define CHECK(field, value, bit)                                                                                       \
    p = small_problem();                                                                                               \
    p.field = value;                                                                                                   \
    assert_true(as_problem_asks(&p) == (uint64_t)(bit));                                                               \
    kernel.takes = ~(uint64_t)(bit);                                                                                   \
    assert_true(as_kernel_refuses(&kernel, &p, why, sizeof why));                                                      \
    assert_true(!strncmp(why, "does not take ", 14) && !strstr(why, "no word"));                                       \
    kernel.takes = bit;                                                                                                \
    assert_false(as_kernel_refuses(&kernel, &p, why, sizeof why));
    NOT_NEUTRAL(CHECK)
}

static void a_value_that_changes_nothing_asks_for_nothing(void **state)
{
    (void)state;
    as_problem p = small_problem();
    p.width = 16;
    p.value_dim = 8;
    p.ranks = 1;
    p.kv_type = 1 + AS_F32;
    assert_int_equal(as_problem_asks(&p), 0);
    assert_int_equal(as_problem_width(&p), 16);
    assert_int_equal(as_problem_value_dim(&p), 8);
    p = small_problem();
    p.dtype = AS_BF16;
    assert_int_equal(as_problem_asks(&p), 0);
    assert_int_equal(as_problem_kv_dtype(&p), AS_BF16);
    p.kv_type = 1 + AS_F32;
    assert_true(as_problem_asks(&p) == AS_TAKES_KV(AS_F32));
}

static int asked;
static bool refuses_silently(const as_problem *p, char *why, size_t cap)
{
    (void)p, (void)why, (void)cap;
    asked++;
    return true;
}

static void a_refusal_always_has_words(void **state)
{
    (void)state;
    char why[240] = "left over";
    as_kernel kernel = small_kernel();
    as_problem p = small_problem();
    kernel.refuse = refuses_silently;
    assert_true(as_kernel_refuses(&kernel, &p, why, sizeof why));
    assert_string_equal(why, "refuses this case without saying why");
    p.sinks = true;
    assert_true(as_kernel_refuses(&kernel, &p, why, sizeof why));
    assert_string_equal(why, "does not take the score sinks");
    assert_int_equal(asked, 1); /* never asked about what it does not take */
}

static as_operand given;
static size_t given_count;
static size_t give(const as_problem *p, as_operand out[AS_OPERANDS_MAX])
{
    (void)p;
    out[0] = given;
    return given_count;
}

static bool accepted(as_operand operand, size_t count)
{
    as_operand table[AS_OPERANDS_MAX];
    as_kernel kernel = small_kernel();
    const as_problem p = small_problem();
    memset(table, 0xff, sizeof table);
    kernel.operands = give;
    given = operand;
    given_count = count;
    const size_t got = as_kernel_operands(&kernel, &p, table);
    assert_true(got == 0 || (got == count && !table[AS_OPERANDS_MAX - 1].name));
    return got > 0;
}

static void operand_tables_are_checked(void **state)
{
    (void)state;
    const as_operand good = AS_OPERAND("o", AS_OUT, AS_FILL_ZERO, AS_F32, 1, 2, 3);
    assert_int_equal(good.rank, 3);
    assert_true(good.shape[0] == 1 && good.shape[2] == 3 && good.shape[3] == 0);
    assert_true(accepted(good, 1));
    assert_false(accepted(good, 0));
    assert_false(accepted(good, AS_OPERANDS_MAX + 1));
    assert_false(accepted(good, 2)); /* the second is empty */
#define BAD(field, value)                                                                                              \
    do {                                                                                                               \
        as_operand bad = good;                                                                                         \
        bad.field = value;                                                                                             \
        assert_false(accepted(bad, 1));                                                                                \
    } while (0)
    BAD(name, NULL);
    BAD(rank, 0);
    BAD(rank, AS_RANK_MAX + 1);
    BAD(role, (as_role)9);
    BAD(fill, (as_fill)9);
    BAD(dtype, AS_DTYPE_COUNT);
    BAD(part, AS_PART_LSE);
    BAD(view_of, 1);
    BAD(stride[1], 4);
    BAD(reserved[3], 1);
}

static void older_and_newer_descriptors(void **state)
{
    (void)state;
    char why[240];
    struct {
        as_kernel kernel;
        uint64_t later;
    } grown = {.kernel = small_kernel()};
    as_kernel out;
    assert_true(as_kernel_adopt(&grown.kernel, &out, why, sizeof why));
    assert_ptr_equal(out.phases, one_phase);

    grown.kernel.struct_size = sizeof grown; /* of a later header, whose field is not used */
    assert_true(as_kernel_adopt(&grown.kernel, &out, why, sizeof why));
    assert_int_equal(out.struct_size, sizeof out);
    grown.later = 1;
    assert_false(as_kernel_adopt(&grown.kernel, &out, why, sizeof why));
    assert_non_null(strstr(why, "update attnscope"));

    grown.kernel.struct_size = 2; /* where ABI 2 had its number */
    assert_false(as_kernel_adopt(&grown.kernel, &out, why, sizeof why));
    assert_non_null(strstr(why, "built for plug-in ABI 2"));
    assert_non_null(strstr(why, "docs/abi-3.md"));
    grown.kernel = small_kernel();
    grown.kernel.abi = AS_KERNEL_ABI + 1;
    assert_false(as_kernel_adopt(&grown.kernel, &out, why, sizeof why));
    assert_non_null(strstr(why, "built for plug-in ABI 4"));
}

static void mechanism_of_a_kernel(void **state)
{
    (void)state;
    size_t length;
    as_kernel kernel = small_kernel();
    assert_ptr_equal(as_kernel_mechanism(&kernel, &length), kernel.name);
    assert_int_equal(length, strlen("attention"));
    kernel.mechanism = "content";
    assert_string_equal(as_kernel_mechanism(&kernel, &length), "content");
    assert_int_equal(length, strlen("content"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_field_needs_its_bit),    cmocka_unit_test(a_value_that_changes_nothing_asks_for_nothing),
        cmocka_unit_test(a_refusal_always_has_words),  cmocka_unit_test(operand_tables_are_checked),
        cmocka_unit_test(older_and_newer_descriptors), cmocka_unit_test(mechanism_of_a_kernel),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
