/* test_places.c: where operands lie changes no bit of what comes out: tiles multiply values in place where these begin
 * with a cache line and come in whole panels, and pack them elsewhere. SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "bench.h"
#include "kernels/api/registry.h"

/* Every operand so many floats behind the beginning of a cache line. */
static void move(as_bench *b, size_t floats)
{
    for (size_t i = 0; i < b->count; i++) {
        const size_t bytes = as_operand_bytes(&b->operands[i]);
        char *to = aligned_alloc(64, (bytes + 64 + 127) / 64 * 64);
        assert_non_null(to);
        memcpy(to + floats * sizeof(float), b->data[i], bytes);
        b->data[i] = to + floats * sizeof(float);
    }
}

static void free_moved(as_bench *b, size_t floats)
{
    for (size_t i = 0; i < b->count; i++)
        free((char *)b->data[i] - floats * sizeof(float));
}

static void same_bits(const as_kernel *kernel, const shape *s, const char *text)
{
    as_pattern *pattern = as_pattern_parse(text, NULL);
    assert_non_null(pattern);
    as_bench at, moved;
    if (bench_open(&at, kernel, s, pattern, 7) && bench_open(&moved, kernel, s, pattern, 7)) {
        const size_t out = at.count - 1;
        move(&moved, 3);
        as_bench_run_all(&at);
        as_bench_run_all(&moved);
        assert_memory_equal(at.data[out], moved.data[out], as_operand_bytes(&at.operands[out]));
        free_moved(&moved, 3);
        as_bench_close(&at);
        as_bench_close(&moved);
    }
    as_pattern_free(pattern);
}

static void test_no_bit(void **state)
{
    static const shape shapes[] = {
        {1, 2, 1, 96, 96, 32, 1, {0}},  /* in place where it begins a line */
        {1, 2, 2, 40, 320, 64, 2, {0}}, /* more keys than a key block; two threads */
        {1, 2, 2, 75, 75, 32, 1, {0}},  /* a panel that ends within */
        {1, 2, 1, 64, 64, 40, 1, {0}},  /* columns that end within a vector */
    };
    static const char *const patterns[] = {"causal", "window:w=37", "dilated:r=2", "block:b=16,density=0.4,seed=1"};
    size_t seen = 0;
    (void)state;
    for (size_t i = 0; i < as_registry_count(); i++) {
        const as_entry *e = as_registry_at(i);
        if (!(as_cpu_isas() & AS_ISA_BIT(e->isa)) || strncmp(e->kernel->name, "attention/", 10) ||
            !strcmp(e->kernel->name, "attention/blas")) /* OpenBLAS promises no such thing */
            continue;
        for (size_t j = 0; j < sizeof shapes / sizeof *shapes; j++)
            for (size_t k = 0; k < sizeof patterns / sizeof *patterns; k++)
                same_bits(e->kernel, &shapes[j], patterns[k]);
        seen++;
    }
    assert_true(seen > 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_no_bit)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
