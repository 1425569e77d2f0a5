/* test_decode.c: one query against a cache of keys, at every width of head and in both types, by each build of attention/flash. The
 * cache ends where memory does: what is read behind a last, partial vector is seen.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>
#include <cmocka.h>

#include "../bench.h"
#include "kernels/registry.h"
#include "kernels/tile/element.h"

enum { KEYS = 37, HEADS = 4, KV_HEADS = 2, WIDEST = 300 };

/* A copy of the operand that ends with a page, none behind it; `map` is what to unmap. */
static char *at_end(const as_operand *operand, const void *data, char **map, size_t *mapped)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE), bytes = as_operand_bytes(operand), room = (bytes + page - 1) / page * page;
    *mapped = room + page;
    *map = mmap(NULL, *mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_true(*map != MAP_FAILED);
    assert_int_equal(mprotect(*map + room, page, PROT_NONE), 0);
    return memcpy(*map + room - bytes, data, bytes);
}

static double element(const void *x, size_t i, as_dtype dtype)
{
    return dtype == AS_F32 ? ((const float *)x)[i] : tile_bf16_element(x, i);
}

/* The largest distance from softmax(q k / sqrt(d)) v in double. */
static double distance(const bench *b, void *const operand[])
{
    const size_t d = b->p.head_dim;
    double most = 0;
    for (size_t h = 0; h < HEADS; h++) {
        const size_t cache = h / (HEADS / KV_HEADS) * KEYS * d;
        double weight[KEYS], sum = 0;
        for (size_t s = 0; s < KEYS; s++) {
            double score = 0;
            for (size_t c = 0; c < d; c++)
                score += element(operand[0], h * d + c, b->p.dtype) * element(operand[1], cache + s * d + c, b->p.dtype);
            sum += weight[s] = exp(score / sqrt((double)d));
        }
        for (size_t c = 0; c < d; c++) {
            double want = 0;
            for (size_t s = 0; s < KEYS; s++)
                want += weight[s] / sum * element(operand[2], cache + s * d + c, b->p.dtype);
            const double off = fabs(want - element(operand[3], h * d + c, b->p.dtype));
            most = off <= most ? most : off; /* NaN is the largest */
        }
    }
    return most;
}

/* How many were compared: none that the kernel refuses. */
static size_t check(const as_kernel *kernel, const as_pattern *pattern, size_t d, as_dtype dtype)
{
    char *map[AS_OPERANDS_MAX];
    size_t mapped[AS_OPERANDS_MAX];
    void *operand[AS_OPERANDS_MAX];
    bench b = {.kernel = kernel, .p = {.batch = 1, .heads = HEADS, .kv_heads = KV_HEADS, .length = 1, .context = KEYS, .head_dim = d,
                                       .dtype = dtype, .threads = 1, .scale = 1 / sqrtf((float)d), .pattern = pattern}};
    b.p.edges = as_pattern_edges_all(pattern, HEADS, 1, KEYS);
    if (kernel->refuse && kernel->refuse(&b.p, (char[300]){0}, 300))
        return 0;
    b.count = kernel->operands(&b.p, b.table);
    for (size_t i = 0; i < b.count; i++) {
        char *data = malloc(as_operand_bytes(&b.table[i]));
        assert_non_null(data);
        if (b.table[i].role == AS_IN)
            as_operand_fill(&b.table[i], d + i, data);
        else
            as_operand_poison(&b.table[i], data);
        operand[i] = at_end(&b.table[i], data, &map[i], &mapped[i]);
        free(data);
    }
    const size_t bytes = (kernel->workspace(&b.p) + 127) / 64 * 64;
    b.workspace = aligned_alloc(64, bytes);
    memset(b.workspace, 0xff, bytes);
    const as_call call = {&b.p, operand, b.workspace};
    for (const as_phase *phase = kernel->phases; phase->run; phase++)
        phase->run(&call);
    const double off = distance(&b, operand);
    if (!(off < (dtype == AS_F32 ? 2e-6 : 1e-2)))
        fail_msg("%s, d = %zu, %s: off by %g", kernel->name, d, dtype == AS_F32 ? "f32" : "bf16", off);
    for (size_t i = 0; i < b.count; i++)
        munmap(map[i], mapped[i]);
    free(b.workspace);
    return 1;
}

static void test_every_width(void **state)
{
    as_pattern *pattern = as_pattern_parse("causal", NULL);
    size_t from = 0, seen = 0;
    const as_entry *e;
    (void)state;
    while ((e = bench_build("attention/flash", &from)))
        for (size_t d = 1; d <= WIDEST; d++)
            seen += check(e->kernel, pattern, d, AS_F32) + check(e->kernel, pattern, d, AS_BF16);
    assert_true(seen >= 2 * WIDEST);
    as_pattern_free(pattern);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_every_width)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
