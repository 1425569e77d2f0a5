/* plugin_other_abi.c: a plug-in that was built for another version of the ABI and says so.
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernel.h"

const as_kernel *const *attnscope_plugin(uint32_t abi)
{
    static const as_kernel later = {
        .struct_size = sizeof(as_kernel), .abi = AS_KERNEL_ABI + 1, .name = "attention/later"};
    static const as_kernel *const all[] = {&later, NULL};
    return abi == AS_KERNEL_ABI ? all : NULL;
}
