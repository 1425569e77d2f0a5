/* power_load.h: a process that loads one CPU in bursts, as a neighbour on a shared machine does.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_DUEL_POWER_LOAD_H
#define AS_DUEL_POWER_LOAD_H

#include <sys/types.h>

#include "../base/err.h"

/* On `cpu`, until as_load_end, or until whoever started it is gone. */
bool as_load_begin(int cpu, pid_t *pid, as_err *err);
void as_load_end(pid_t pid);

#endif
