/* test_target.c: what --isa, --shard and --plugin may say, and this machine as a plan sees it.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "harness/plan/target.h"
#include "kernels/api/cpu.h"

static void an_isa_hides_those_above_it(void **unused)
{
    (void)unused;
    uint32_t isas;
    as_err err = {0};
    assert_true(as_isas_allowed(NULL, &isas, &err));
    assert_int_equal(isas, as_cpu_isas());
    assert_true(as_isas_allowed("scalar", &isas, &err));
    assert_int_equal(isas, AS_ISA_BIT(AS_SCALAR));
    assert_false(as_isas_allowed("scalr", &isas, &err));
    assert_string_equal(err.text, "--isa: there is no 'scalr', the nearest is scalar: 'attnscope list' shows them");
    for (int isa = 0; isa < AS_ISA_COUNT; isa++)
        if (!(as_cpu_isas() & AS_ISA_BIT(isa))) {
            assert_false(as_isas_allowed(as_isa_name((as_isa)isa), &isas, &err));
            assert_non_null(strstr(err.text, "this CPU does not run it"));
        }
}

static void a_shard_is_one_of_some(void **unused)
{
    (void)unused;
    static const char *const bad[] = {"0/2",  "3/2",  "1",   "1/",   "/2",       "1/2/3",
                                      " 1/2", "-1/2", "1/0", "1/2x", "1/1000001"};
    as_target target;
    as_err err = {0};
    as_selection selection = {.shard = "2/3", .only = "causal"};
    assert_true(as_target_here(&selection, &target, &err));
    assert_int_equal(target.shard, 2);
    assert_int_equal(target.shards, 3);
    assert_string_equal(target.only, "causal");
    assert_true(target.memory_bytes > 0 && target.cpus > 0 && target.gflops > 0);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        selection.shard = bad[i];
        assert_false(as_target_here(&selection, &target, &err));
        assert_int_equal(err.code, AS_EXIT_USAGE);
        assert_non_null(strstr(err.text, "--shard is I/N"));
    }
}

static void a_plugin_must_load(void **unused)
{
    (void)unused;
    as_err err = {0};
    as_selection selection = {0};
    assert_true(as_plugins_load(&selection, &err));
    selection.plugins[0] = "./no-such-plugin.so";
    assert_false(as_plugins_load(&selection, &err));
    assert_int_equal(err.code, AS_EXIT_USAGE);
    assert_non_null(strstr(err.text, "--plugin"));
    selection.plugins[0] = TEST_PLUGINS "/plugin_plan.so";
    assert_true(as_plugins_load(&selection, &err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_isa_hides_those_above_it),
        cmocka_unit_test(a_shard_is_one_of_some),
        cmocka_unit_test(a_plugin_must_load),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
