/* test_executed_linear.c: what kernelised/linear-chunked says that it multiplies is what it multiplies.
 * SPDX-License-Identifier: Apache-2.0 */
#define KERNEL_FILE "kernels/kernelised/linear-chunked.c"
#define KERNEL_SYMBOL as_kernel_kernelised_linear_chunked_counted
#include "../executed.h"

/* Of strips of 16 queries: what comes from the chunks before, and the chunk's keys up to the strip's last. */
static uint64_t sums(size_t T, size_t chunk)
{
    uint64_t sum = 0;
    for (size_t t = 0; t < T; t++) {
        const size_t within = t % chunk, last = within / 16 * 16 + 15 < chunk ? within / 16 * 16 + 15 : chunk - 1;
        if (within % 16 == 0)
            sum += 16 * (1 + (t - within + last < T ? last : (T - 1) % chunk) + 1);
    }
    return sum;
}

static void test(void **state)
{
    (void)state;
    /* Sums of a strip's weights, of a chunk's features, a factor for each output. */
    for (size_t T = 1; T < 100; T += 33) {
        executed_check((as_problem){.batch = 2,
                                    .heads = 4,
                                    .kv_heads = 2,
                                    .length = T,
                                    .context = T,
                                    .head_dim = 23,
                                    .threads = 1,
                                    .param = {32}},
                       2 * (4 * (sums(T, 32) + T * 23) + 2 * 23 * T));
        executed_check((as_problem){.batch = 1,
                                    .heads = 1,
                                    .kv_heads = 1,
                                    .length = T,
                                    .context = T,
                                    .head_dim = 70,
                                    .threads = 1,
                                    .param = {7}},
                       sums(T, 7) + T * 70 + 70 * T);
    }
}

EXECUTED_MAIN(test)
