/* test_explain_text.c: the lines that explain prints of a pattern and of a schedule.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "harness/narrate/explain_text.h"

static void lines(void **state)
{
    static const struct {
        const char *text, *has[3];
    } rows[] = {
        {"window:w=2",
         {"pattern          window:w=2\nlength           8\n", "edges            15 per head",
          "the last token sees all 8 after 7 layers"}},
        {"schedule(full;window:w=2)",
         {"layer 2 of 2     window:w=2", "mask of layer 1", "last row         2 keys: 7..8"}},
        {"dilated:r=3", {"never sees all 8", "last row         3 keys: 2, 5, 8", "paths from the first token"}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        as_text out = {0};
        as_err err = {0};
        as_explained e;
        as_layers *s = as_layers_parse(rows[i].text, NULL);
        assert_non_null(s);
        assert_true(as_explain(s, 8, 4, 1, 16, &e, &err));
        assert_true(as_explain_text(&e, &out, &err));
        for (size_t k = 0; k < 3; k++)
            if (!strstr(out.data, rows[i].has[k]))
                fail_msg("'%s' is not in:\n%s", rows[i].has[k], out.data);
        as_explained_free(&e);
        as_layers_free(s);
        as_text_free(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
