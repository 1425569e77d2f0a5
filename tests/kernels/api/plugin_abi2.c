/* plugin_abi2.c: a plug-in as it was built before ABI 3, whose header is gone: it serves 2 and nothing else.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include <stdint.h>

#ifndef SERVES
#define SERVES(abi) ((abi) == 2)
#endif

typedef struct {
    uint32_t abi, isas;
    const char *name, *help, *order;
    void *hooks[8];
} old_kernel;

const void *const *attnscope_plugin(uint32_t abi);
const void *const *attnscope_plugin(uint32_t abi)
{
    static const old_kernel old = {2, 1, "attention/old", "of ABI 2", "edges", {NULL}};
    static const void *const all[] = {&old, NULL};
    return SERVES(abi) ? all : NULL;
}
