/* test_catalogue.c: everything that a config may name is listed, once, with its words.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness/config/catalogue.h"

/* The entry of that name; it must be there once. */
static const json_t *entry_of(const json_t *all, const char *section, const char *name)
{
    const json_t *list = json_object_get(all, section), *found = NULL;
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *entry = json_array_get(list, i);
        if (strcmp(json_string_value(json_object_get(entry, "name")), name))
            continue;
        assert_null(found);
        found = entry;
    }
    assert_non_null(found);
    assert_true(*json_string_value(json_object_get(found, "about")));
    return found;
}

static void all_sections_are_filled(void **unused)
{
    (void)unused;
    setenv("ATTNSCOPE_HOME", TEST_SOURCE, 1);
    json_t *all = as_catalogue();
    assert_int_equal(json_object_size(all), 5);
    const json_t *kernel = entry_of(all, "kernels", "kernelised/performer");
    const json_t *param = json_array_get(json_object_get(kernel, "params"), 0);
    assert_string_equal(json_string_value(json_object_get(param, "key")), "m");
    assert_true(json_integer_value(json_object_get(param, "least")) <
                json_integer_value(json_object_get(param, "most")));
    assert_true(json_array_size(json_object_get(kernel, "isas")) > 0);
    entry_of(all, "patterns", "window");
    assert_true(json_is_true(json_object_get(entry_of(all, "isas", "scalar"), "runs")));
    entry_of(all, "counters", "branches");
    entry_of(all, "configs", "configs/quick.yaml");
    json_decref(all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(all_sections_are_filled)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
