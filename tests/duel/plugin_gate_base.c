/* plugin_gate_base.c: the base of duels that a test makes of the exact gates.
 * SPDX-License-Identifier: Apache-2.0 */
#define CHANGED 0
#include "gate_kernels.h"
