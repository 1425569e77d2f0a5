/* test_executed_pages.c: what content/pages says that it multiplies is what it multiplies.
 * SPDX-License-Identifier: Apache-2.0 */
#define KERNEL_FILE "kernels/content/pages.c"
#define KERNEL_SHARED "kernels/content/select.c"
#define KERNEL_SYMBOL as_kernel_content_pages_counted
#include "../executed.h"

static void test(void **state)
{
    (void)state;
    /* pages of one key: attention to 1, 2, .. 6, 7, 7, .. keys: 4 d each */
    for (uint64_t bound = 0; bound <= 1; bound++)
        for (size_t T = 40; T < 200; T += 53)
            executed_check((as_problem){.batch = 2,
                                        .heads = 4,
                                        .kv_heads = 2,
                                        .length = T,
                                        .context = T,
                                        .head_dim = 70,
                                        .threads = 1,
                                        .param = {1, 7, bound, 2}},
                           4 * 70 * 2 * 4 * (21 + 7 * (T - 6)));
}

EXECUTED_MAIN(test)
