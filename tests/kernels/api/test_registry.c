/* test_registry.c: built-in kernels are found by name and instruction set; plug-ins that are none, or of another ABI,
 * are refused in a sentence that names the remedy. SPDX-License-Identifier: Apache-2.0 */
#include "kernels_of_test.h"

#include "kernels/api/cpu.h"
#include "kernels/api/registry.h"
#include "kernels/pattern/pattern.h"

static void finds_the_highest_build(void **state)
{
    (void)state;
    assert_int_equal(as_registry_find("attention/flash", AS_ISA_BIT(AS_SCALAR))->isa, AS_SCALAR);
    assert_ptr_equal(as_registry_find("attention/naive:x=1", AS_ISA_ALL),
                     as_registry_find("attention/naive", AS_ISA_ALL));
    assert_null(as_registry_find("attention/fla", AS_ISA_ALL));
    assert_null(as_registry_find("attention/naive", 0));
    const as_entry *best = as_registry_find("attention/gather", as_cpu_isas());
    for (size_t i = 0; i < as_registry_count(); i++) {
        const as_entry *e = as_registry_at(i);
        if (!strcmp(e->kernel->name, "attention/gather") && (as_cpu_isas() & AS_ISA_BIT(e->isa)))
            assert_true(e->isa <= best->isa);
    }
    assert_null(as_registry_at(as_registry_count()));
}

static void best_goes_on_to_the_next_build(void **state)
{
    (void)state;
    char why[300];
    as_problem p = small_problem();
    p.pattern = as_pattern_parse("window:w=2", NULL);
    assert_null(as_registry_best("attention/naive", as_cpu_isas(), &p, why, sizeof why));
    assert_non_null(strstr(why, "dense kernel"));
    assert_non_null(as_registry_best("attention/gather", as_cpu_isas(), &p, why, sizeof why));
    p.page = 16;
    assert_null(as_registry_best("attention/gather", as_cpu_isas(), &p, why, sizeof why));
    assert_string_equal(why, "does not take keys and values in pages");
    assert_null(as_registry_best("attention/none", as_cpu_isas(), &p, why, sizeof why));
    assert_string_equal(why, "");
    as_pattern_free((as_pattern *)p.pattern);
}

static void loads_a_plugin_once(void **state)
{
    (void)state;
    char why[400] = "";
    const size_t before = as_registry_count();
    assert_true(as_registry_load(TEST_PLUGINS "/plugin_null.so", why, sizeof why));
    assert_int_equal(as_registry_count(), before + 1);
    assert_true(as_registry_load(TEST_PLUGINS "/plugin_null.so", why, sizeof why));
    assert_int_equal(as_registry_count(), before + 1);
    const as_entry *e = as_registry_find("attention/null", AS_ISA_ALL);
    assert_string_equal(e->origin, TEST_PLUGINS "/plugin_null.so");
    assert_int_equal(e->kernel->struct_size, sizeof(as_kernel));
}

static void refuses(const char *path, const char *first, const char *second)
{
    char why[400] = "";
    const size_t before = as_registry_count();
    assert_false(as_registry_load(path, why, sizeof why));
    if (!strstr(why, first) || !strstr(why, second) || !strstr(why, path))
        fail_msg("%s: '%s'", path, why);
    assert_int_equal(as_registry_count(), before);
}

static void other_abis_are_refused_with_the_remedy(void **state)
{
    (void)state;
    refuses(TEST_PLUGINS "/plugin_abi2.so", "built for plug-in ABI 2, this program speaks 3", "docs/abi-3.md");
    refuses(TEST_PLUGINS "/plugin_abi2_always.so", "built for plug-in ABI 2, this program speaks 3", "docs/abi-3.md");
    refuses(TEST_PLUGINS "/plugin_other_abi.so", "built for plug-in ABI 4, this program speaks 3", "update attnscope");
    refuses("/nowhere/none.so", "cannot be loaded as a plug-in", "none.so");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_the_highest_build),
        cmocka_unit_test(best_goes_on_to_the_next_build),
        cmocka_unit_test(loads_a_plugin_once),
        cmocka_unit_test(other_abis_are_refused_with_the_remedy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
