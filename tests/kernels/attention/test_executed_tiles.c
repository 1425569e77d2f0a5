/* test_executed_tiles.c: what attention in tiles says that it multiplies is what it multiplies, whatever the pattern.
 * SPDX-License-Identifier: Apache-2.0 */
#define KERNEL_FILE "attention/counted_tiles.h"
#define KERNEL_SYMBOL as_kernel_attention_tiles_counted
#include "../executed.h"

static void test(void **state)
{
    static const char *const patterns[] = {"causal",
                                           "full",
                                           "window:w=37",
                                           "dilated:r=3,k=5+window:w=2",
                                           "sink:s=3+window:w=30",
                                           "block:b=16,density=0.3,seed=2",
                                           "random:r=5,seed=1"};
    static const struct {
        size_t length, context, d;
        as_dtype dtype;
    } shapes[] = {{75, 75, 24, AS_F32},
                  {96, 96, 17, AS_F32},
                  {40, 301, 8, AS_F32},
                  {130, 130, 300, AS_F32},
                  {75, 90, 24, AS_BF16}};
    (void)state;
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++)
        for (size_t j = 0; j < sizeof shapes / sizeof *shapes; j++)
            executed_check((as_problem){.batch = 2,
                                        .heads = 4,
                                        .kv_heads = 2,
                                        .length = shapes[j].length,
                                        .context = shapes[j].context,
                                        .head_dim = shapes[j].d,
                                        .dtype = shapes[j].dtype,
                                        .threads = 1,
                                        .pattern = as_pattern_parse(patterns[i], NULL)},
                           0);
}

EXECUTED_MAIN(test)
