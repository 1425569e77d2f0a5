/* test_executed_linear.c: what kernelised/linear-chunked says that it multiplies is what it multiplies.
 * SPDX-License-Identifier: Apache-2.0 */
#define KERNEL_FILE "kernels/kernelised/linear-chunked.c"
#define KERNEL_SYMBOL as_kernel_kernelised_linear_chunked_counted
#include "../executed.h"

static void test(void **state)
{
    (void)state;
    /* z and the division: 3 m + d a token, where every head has its own keys */
    for (size_t T = 1; T < 100; T += 33) {
        executed_check((as_problem){.batch = 2, .heads = 4, .kv_heads = 2, .length = T, .context = T, .head_dim = 23,
                                    .threads = 1, .param = {32}}, 2 * T * (2 * 23 + 4 * (2 * 23 + 23)));
        executed_check((as_problem){.batch = 1, .heads = 1, .kv_heads = 1, .length = T, .context = T, .head_dim = 70,
                                    .threads = 1, .param = {7}}, T * (3 * 70 + 70));
    }
}

EXECUTED_MAIN(test)
