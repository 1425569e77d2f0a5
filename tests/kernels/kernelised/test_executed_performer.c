/* test_executed_performer.c: what kernelised/performer says that it multiplies is what it multiplies.
 * SPDX-License-Identifier: Apache-2.0 */
#define KERNEL_FILE "kernels/kernelised/performer.c"
#define KERNEL_SHARED "kernels/kernelised/chunk.c"
#define KERNEL_SYMBOL as_kernel_kernelised_performer_counted
#include "../executed.h"

static void test(void **state)
{
    (void)state;
    /* z and the division: 3 m + d a token, where every head has its own keys */
    for (size_t T = 1; T < 100; T += 33)
        executed_check((as_problem){.batch = 2,
                                    .heads = 4,
                                    .kv_heads = 2,
                                    .length = T,
                                    .context = T,
                                    .head_dim = 23,
                                    .threads = 1,
                                    .param = {50, 1, 30}},
                       2 * T * (2 * 50 + 4 * (2 * 50 + 23)));
}

EXECUTED_MAIN(test)
