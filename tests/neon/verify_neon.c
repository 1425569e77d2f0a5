/* verify_neon.c: `verify`, the words of kernels/vec, exp and special values in one small static program without other
 * libraries, for an emulator. Prints a line for each failure and a count for each isa; exits 1 when anything failed.
 * SPDX-License-Identifier: Apache-2.0
 *
 *   verify_neon            everything
 *   verify_neon STRIDE     the error of exp alone, on every STRIDE-th float32 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/verify/shapes.h"
#include "harness/verify/verify.h"
#include "kernels/api/cpu.h"
#include "tests/kernels/exp_error.h"
#include "tests/kernels/isa_vec.h"
#include "tests/kernels/special.h"

/* Emulated, a FLOP takes about 100 times as long: shapes whose dense product is larger than this are left to machines
 * that run them. What stays has every kind of tail. */
#define FLOPS_MAX 3e6
#define EXP_STRIDE 4001 /* every so many float32 */

typedef struct {
    size_t checked[AS_ISA_COUNT], failed[AS_ISA_COUNT], left_out;
    as_truths *truths;
} tally;

static void note(tally *t, const as_entry *e, bool ok, const char *about, const char *why)
{
    t->checked[e->isa]++;
    t->failed[e->isa] += !ok;
    if (!ok)
        printf("failed  %s %s %s: %s\n", e->kernel->name, as_isa_name(e->isa), about, why);
}

static void check_problem(const as_problem *p, void *more)
{
    tally *t = more;
    char about[200];
    const double flops = 4.0 * (double)(p->batch * p->heads * p->length) * (double)(p->context * p->head_dim);
    if (flops > FLOPS_MAX) {
        t->left_out++;
        return;
    }
    snprintf(about, sizeof about, "%s B=%zu,H=%zu,Hkv=%zu,T=%zu,S=%zu,d=%zu,t%d", as_pattern_text(p->pattern), p->batch,
             p->heads, p->kv_heads, p->length, p->context, p->head_dim, p->threads);
    for (size_t i = 0; i < as_registry_count(); i++) {
        const as_entry *e = as_registry_at(i);
        const as_verification v = as_verify(e, p, 1, 2e5, t->truths);
        if (!v.refused)
            note(t, e, v.ok, about, v.why);
    }
}

static void check_special(tally *t)
{
    for (size_t i = 0; i < as_registry_count(); i++) {
        const as_entry *e = as_registry_at(i);
        char why[300] = "";
        size_t taken = 0;
        if (!strncmp(e->kernel->name, "attention/", 10))
            note(t, e, special_check(e, &taken, why, sizeof why), "special values", why);
    }
}

static size_t check_vectors(void)
{
    size_t bad = 0;
    for (size_t i = 0; i < TEST_VECS; i++) {
        const test_vec *v = test_vecs[i];
        const exp_error edges = exp_error_edges(v), sweep = exp_error_sweep(v, EXP_STRIDE);
        char why[300] = "";
        if (!v->laws(1, why, sizeof why)) {
            printf("failed  vec %s: %s\n", as_isa_name(v->isa), why);
            bad++;
        }
        exp_error_print(v, &sweep);
        bad += !exp_error_within(v, &edges) + !exp_error_within(v, &sweep);
    }
    return bad;
}

static int exp_alone(uint32_t stride)
{
    int bad = 0;
    for (size_t i = 0; i < TEST_VECS; i++) {
        const exp_error e = exp_error_sweep(test_vecs[i], stride ? stride : 1);
        exp_error_print(test_vecs[i], &e);
        bad += !exp_error_within(test_vecs[i], &e);
    }
    return bad;
}

int main(int argc, char **argv)
{
    if (argc > 1)
        return exp_alone((uint32_t)strtoul(argv[1], NULL, 10)) != 0;
    tally t = {.truths = as_truths_create()};
    size_t bad = check_vectors();
    as_verify_each(check_problem, &t);
    check_special(&t);
    for (int isa = 0; isa < AS_ISA_COUNT; isa++) {
        if (t.checked[isa])
            printf("%s: %zu checks, %zu failed\n", as_isa_name((as_isa)isa), t.checked[isa], t.failed[isa]);
        bad += t.failed[isa];
    }
    as_truths_free(t.truths);
    printf("%zu problems left out as too long for an emulator\n", t.left_out);
    return bad != 0;
}
