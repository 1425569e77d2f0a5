/* test_reach_frontier.c: the set grows as rows do, and the share of pairs is that of all sets.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "harness/theory/reach_frontier.h"
#include "harness/theory/reach_pairs.h"

enum { T = 12 };

static void steps(void **state)
{
    as_layers *s = as_layers_parse("window:w=3", NULL);
    const as_reach_ask ask = {.schedule = s, .length = T, .layers = 2, .heads = 1};
    as_spread spread;
    (void)state;
    assert_true(as_spread_open(&spread, &ask));
    as_spread_start(&spread, T - 1);
    assert_int_equal(spread.size, 1);
    for (size_t layer = 1; layer <= 6; layer++) {
        as_spread_step(&spread, 0);
        const size_t sees = 2 * layer + 1 < T ? 2 * layer + 1 : T;
        assert_int_equal(spread.size, sees);
        for (size_t t = 0; t < T; t++)
            assert_int_equal(as_spread_has(&spread, t), t >= T - sees);
    }
    as_spread_step(&spread, 0);
    assert_true(as_spread_settled(&spread));
    as_spread_start(&spread, 1);
    assert_int_equal(spread.size, 1);
    assert_false(as_spread_has(&spread, T - 1));
    as_spread_close(&spread);
    as_layers_free(s);
}

static void pairs(void **state)
{
    as_layers *s = as_layers_parse("fixed:l=4,c=1", NULL);
    const as_reach_ask ask = {.schedule = s, .length = T, .layers = 3, .heads = 1, .share = true};
    double share[3] = {0};
    as_reach out = {.share = share, .layers = 3};
    as_spread spread;
    (void)state;
    assert_true(as_spread_open(&spread, &ask));
    assert_true(as_pairs_find(&spread, &out));
    for (size_t layers = 1; layers <= 3; layers++) { /* from every token, layer by layer */
        double connected = 0;
        for (size_t t = 0; t < T; t++) {
            as_spread_start(&spread, t);
            for (size_t l = 0; l < layers; l++)
                as_spread_step(&spread, 0);
            connected += (double)spread.size;
        }
        assert_true(share[layers - 1] == connected / (T * (T + 1) / 2.0));
    }
    assert_int_equal(out.sampled, 0);
    as_spread_close(&spread);
    as_layers_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps),
        cmocka_unit_test(pairs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
