/* test_executed_lsh.c: what content/lsh says that it multiplies is what it multiplies.
 * SPDX-License-Identifier: Apache-2.0 */
#define KERNEL_FILE "kernels/content/lsh.c"
#define KERNEL_SYMBOL as_kernel_content_lsh_counted
#include "../executed.h"

static void test(void **state)
{
    (void)state;
    for (size_t T = 40; T < 200; T += 53)
        executed_check((as_problem){.batch = 2,
                                    .heads = 3,
                                    .kv_heads = 3,
                                    .length = T,
                                    .context = T,
                                    .head_dim = 70,
                                    .threads = 1,
                                    .param = {10, 33, 2, 1}},
                       0);
}

EXECUTED_MAIN(test)
