/* test_executed_topk.c: what content/topk says that it multiplies is what it multiplies.
 * SPDX-License-Identifier: Apache-2.0 */
#define KERNEL_FILE "kernels/content/topk.c"
#define KERNEL_SHARED "kernels/content/select.c"
#define KERNEL_SYMBOL as_kernel_content_topk_counted
#include "../executed.h"

static void test(void **state)
{
    (void)state;
    /* attention to 1, 2, .. 6, 7, 7, .. keys: 4 d each */
    for (size_t T = 40; T < 200; T += 53)
        executed_check((as_problem){.batch = 2,
                                    .heads = 4,
                                    .kv_heads = 2,
                                    .length = T,
                                    .context = T,
                                    .head_dim = 70,
                                    .threads = 1,
                                    .param = {7}},
                       4 * 70 * 2 * 4 * (21 + 7 * (T - 6)));
}

EXECUTED_MAIN(test)
