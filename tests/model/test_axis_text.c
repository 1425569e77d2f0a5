/* test_axis_text.c: places on an axis and crossovers in words.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness/model/axis_text.h"

static void crossing_is(const as_crossover *c, const char *wanted)
{
    as_text out = {0};
    as_place_add_crossing(&out, c, "T");
    assert_string_equal(out.data, wanted);
    as_text_free(&out);
}

static void places_are_rounded(void **state)
{
    (void)state;
    as_text out = {0};
    as_place_add(&out, 4096);
    as_text_add(&out, " ");
    as_place_add(&out, 1100.4);
    assert_string_equal(out.data, "4k 1100");
    as_text_free(&out);
}

static void crossings_have_their_interval(void **state)
{
    (void)state;
    as_crossover c;
    as_record_clear(&as_crossover_schema, &c);
    c.from = 256, c.to = 8192, c.at = 1100, c.at_low = 990, c.at_high = 1200, c.beyond = "b";
    crossing_is(&c, "faster from T = 1100 [990, 1200] on");
    c.beyond = "a";
    crossing_is(&c, "faster up to T = 1100 [990, 1200]");
    c.at_high = NAN; /* beyond the range that was measured */
    crossing_is(&c, "faster up to T = 1100 [990, above 8k]");
    c.at_low = NAN, c.at_high = 1200;
    crossing_is(&c, "faster up to T = 1100 [below 256, 1200]");
    c.at_high = NAN;
    crossing_is(&c, "faster up to T = 1100");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(places_are_rounded),
        cmocka_unit_test(crossings_have_their_interval),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
