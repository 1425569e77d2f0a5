/* plugin_gate_new.c: the same kernels, each changed for the worse in one thing.
 * SPDX-License-Identifier: Apache-2.0 */
#define CHANGED 1
#include "gate_kernels.h"
