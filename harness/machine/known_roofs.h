/* known_roofs.h: the roofs of this machine as an earlier result folder has them, in place of measuring them anew.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_MACHINE_KNOWN_ROOFS_H
#define AS_MACHINE_KNOWN_ROOFS_H

#include "../base/arena.h"
#include "../base/err.h"
#include "machine.h"

/* Into `m`, which is described, the rates of `dir`/machine.json and the date on which they were measured. Texts live in
 * `arena`. false: no rates are there, or they are those of another machine. */
bool as_known_roofs(const char *dir, as_arena *arena, as_machine *m, as_err *err);

#endif
