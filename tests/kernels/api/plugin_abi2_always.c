/* plugin_abi2_always.c: a plug-in of ABI 2 that hands out its list without asking which ABI is spoken.
 * SPDX-License-Identifier: Apache-2.0 */
#define SERVES(abi) ((abi) > 0)
#include "plugin_abi2.c"
