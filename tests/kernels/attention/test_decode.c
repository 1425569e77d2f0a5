/* test_decode.c: one query against a cache of keys, at every width of head and in both types, by each build of
 * attention/flash. The cache ends where memory does: what is read behind a last, partial vector is seen.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>
#include <cmocka.h>

#include "../bench.h"
#include "kernels/api/registry.h"
#include "kernels/tile/element.h"

enum { KEYS = 37, HEADS = 4, KV_HEADS = 2, WIDEST = 300 };

/* Moves operand i to the end of a page that has none behind it. The mapping, to be unmapped. */
static void *move_to_end(as_bench *b, size_t i, size_t *mapped)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE), bytes = as_operand_bytes(&b->operands[i]),
                 room = (bytes + page - 1) / page * page;
    *mapped = room + page;
    char *map = mmap(NULL, *mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_true(map != MAP_FAILED);
    assert_int_equal(mprotect(map + room, page, PROT_NONE), 0);
    memcpy(map + room - bytes, b->data[i], bytes);
    b->data[i] = map + room - bytes;
    return map;
}

static double element(const void *x, size_t i, as_dtype dtype)
{
    return dtype == AS_F32 ? ((const float *)x)[i] : tile_bf16_element(x, i);
}

/* The largest distance from softmax(q k / sqrt(d)) v in double. */
static double distance(const as_bench *b)
{
    const size_t d = b->problem.head_dim;
    const as_dtype dtype = b->problem.dtype;
    double most = 0;
    for (size_t h = 0; h < HEADS; h++) {
        const size_t cache = h / (HEADS / KV_HEADS) * KEYS * d;
        double weight[KEYS], sum = 0;
        for (size_t s = 0; s < KEYS; s++) {
            double score = 0;
            for (size_t c = 0; c < d; c++)
                score += element(b->data[0], h * d + c, dtype) * element(b->data[1], cache + s * d + c, dtype);
            sum += weight[s] = exp(score / sqrt((double)d));
        }
        for (size_t c = 0; c < d; c++) {
            double want = 0;
            for (size_t s = 0; s < KEYS; s++)
                want += weight[s] / sum * element(b->data[2], cache + s * d + c, dtype);
            const double off = fabs(want - element(b->data[3], h * d + c, dtype));
            most = off <= most ? most : off; /* NaN is the largest */
        }
    }
    return most;
}

/* False when the kernel refuses. */
static bool check(const as_kernel *kernel, const as_pattern *pattern, size_t d, as_dtype dtype)
{
    as_problem p = bench_problem(&(shape){1, HEADS, KV_HEADS, 1, KEYS, d, 1, {0}}, pattern);
    void *map[AS_OPERANDS_MAX];
    size_t mapped[AS_OPERANDS_MAX];
    as_bench b;
    p.dtype = dtype;
    if (!bench_open_problem(&b, kernel, &p, d))
        return false;
    for (size_t i = 0; i < b.count; i++)
        map[i] = move_to_end(&b, i, &mapped[i]);
    as_bench_run_all(&b);
    const double off = distance(&b);
    if (!(off < (dtype == AS_F32 ? 2e-6 : 1e-2)))
        fail_msg("%s, d = %zu, %s: off by %g", kernel->name, d, dtype == AS_F32 ? "f32" : "bf16", off);
    for (size_t i = 0; i < b.count; i++)
        munmap(map[i], mapped[i]);
    as_bench_close(&b);
    return true;
}

static void test_every_width(void **state)
{
    as_pattern *pattern = as_pattern_parse("causal", NULL);
    size_t from = 0, builds = 0;
    const as_entry *e;
    (void)state;
    for (; (e = bench_build("attention/flash", &from)); builds++)
        for (size_t d = 1; d <= WIDEST; d++) {
            assert_int_equal(check(e->kernel, pattern, d, AS_F32), e->isa != AS_AMX);
            assert_int_equal(check(e->kernel, pattern, d, AS_BF16), 1);
        }
    assert_true(builds > 1);
    as_pattern_free(pattern);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_every_width)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
