/* test_amx.c: the kernels for AMX on a CPU that has none: tile/amx.h and each kernel that is built for it, run on a
 * model of the tile registers (amx_model.h) and held against the oracle. Skips itself where even AVX-512 and its
 * bfloat16 are missing: everything but the tiles is AVX-512 there. Says nothing about speed. SPDX-License-Identifier:
 * Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "amx_laws.h"
#include "harness/verify/shapes.h"
#include "harness/verify/verify.h"
#include "kernels/api/cpu.h"
#include "kernels/pattern/pattern.h"

#if defined AMX_EMULATED

extern atomic_int amx_model_loads, amx_model_held; /* amx_model.h */
atomic_int amx_model_loads, amx_model_held;

extern const as_kernel as_kernel_attention_flash_amx_emulated, as_kernel_attention_tiles_amx_emulated,
    as_kernel_attention_residues_amx_emulated, as_kernel_attention_longnet_amx_emulated;

static const as_kernel *const kernels[] = {
    &as_kernel_attention_flash_amx_emulated,
    &as_kernel_attention_tiles_amx_emulated,
    &as_kernel_attention_residues_amx_emulated,
    &as_kernel_attention_longnet_amx_emulated,
};
static const char f32_refused[] = "amx multiplies bf16; f32 runs on avx512";
#define KERNELS (sizeof kernels / sizeof *kernels)

/* A longer call says nothing that shorter ones do not. */
#define FLOPS_MAX 5e7

static bool here(void) { return (as_cpu_isas() & AS_ISA_BIT(AS_AVX512)) && __builtin_cpu_supports("avx512bf16"); }

static void need_avx512(void)
{
    if (here())
        return;
    print_message("skipped: this CPU lacks AVX-512 or AVX512-BF16, which do all but the products of tiles\n");
    skip();
}

static void law(bool (*holds)(char *why, size_t cap))
{
    char why[300] = "";
    need_avx512();
    if (!holds(why, sizeof why))
        fail_msg("%s", why);
    assert_int_equal(amx_model_held, 0);
}

static void test_model(void **state) { (void)state, law(amx_model_laws); }
static void test_multiply(void **state) { (void)state, law(amx_multiply_laws); }
static void test_configure(void **state) { (void)state, law(amx_configure_laws); }

typedef struct {
    size_t checked[KERNELS], refused, bad;
    as_truths *truths;
} tally;

static void check_problem(const as_problem *p, void *more)
{
    tally *t = more;
    for (size_t i = 0; i < KERNELS; i++) {
        const as_entry entry = {kernels[i], AS_AMX, NULL};
        char why[300] = "";
        if (p->dtype == AS_F32) {
            t->refused += kernels[i]->refuse(p, why, sizeof why) && !strcmp(why, f32_refused);
            continue;
        }
        if (kernels[i]->refuse(p, why, sizeof why) || (double)kernels[i]->work(p).flops_executed > FLOPS_MAX)
            continue;
        const int loads = amx_model_loads;
        const as_verification v = as_verify(&entry, p, 1, 1e6, t->truths);
        const bool lone = p->length == 1 && amx_model_loads == loads; /* decode multiplies no tiles */
        t->checked[i]++;
        if (v.ok && amx_model_held == 0 && (lone || amx_model_loads > loads))
            continue;
        t->bad++;
        print_message("%s %s B=%zu,H=%zu,Hkv=%zu,T=%zu,S=%zu,d=%zu,t%d: %s; %d loads, %d threads hold tiles\n",
                      kernels[i]->name, as_pattern_text(p->pattern), p->batch, p->heads, p->kv_heads, p->length,
                      p->context, p->head_dim, p->threads, v.ok ? "agrees" : v.why, amx_model_loads - loads,
                      (int)amx_model_held);
    }
}

static void test_kernels(void **state)
{
    static const size_t least[KERNELS] = {40, 100, 20, 5};
    tally t = {.truths = as_truths_create()};
    (void)state;
    need_avx512();
    as_verify_each(check_problem, &t);
    as_truths_free(t.truths);
    for (size_t i = 0; i < KERNELS; i++) {
        print_message("%s: %zu problems\n", kernels[i]->name, t.checked[i]);
        assert_true(t.checked[i] >= least[i]);
    }
    assert_int_equal(t.bad, 0);
    assert_true(t.refused > 400);
}

/* What plan and apply rely on: a build that refuses f32 sends it to the next one, bf16 stays. */
static void test_registry(void **state)
{
    const uint32_t isas = as_isa_up_to(AS_AMX);
    as_pattern_error error;
    char why[300];
    as_pattern *pattern = as_pattern_parse("causal", &error);
    as_problem p = {.batch = 1,
                    .heads = 1,
                    .kv_heads = 1,
                    .length = 8,
                    .context = 8,
                    .head_dim = 8,
                    .threads = 1,
                    .scale = 1,
                    .pattern = pattern};
    const as_entry *amx = as_registry_find("attention/flash", AS_ISA_BIT(AS_AMX));
    (void)state;
    if (amx) { /* the compiler knew AMX; nothing is run */
        p.dtype = AS_F32;
        const as_entry *f32 = as_registry_best("attention/flash", isas, &p, why, sizeof why);
        p.dtype = AS_BF16;
        const as_entry *bf16 = as_registry_best("attention/flash", isas, &p, why, sizeof why);
        assert_int_equal(f32->isa, AS_AVX512);
        assert_int_equal(bf16->isa, AS_AMX);
    }
    as_pattern_free(pattern);
    if (!amx)
        skip();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_model),   cmocka_unit_test(test_multiply), cmocka_unit_test(test_configure),
        cmocka_unit_test(test_kernels), cmocka_unit_test(test_registry),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#else

int main(void)
{
    puts("skipped: AMX is emulated on AVX-512, which this build is not for");
    return 0;
}

#endif
