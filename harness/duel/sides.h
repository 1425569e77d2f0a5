/* sides.h: the two builds of a duel, and the cases that both are measured in.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_DUEL_SIDES_H
#define AS_DUEL_SIDES_H

#include "state.h"

/* Checks that base and new are two different programs or plug-ins that can be read; builds base from git when asked. */
bool as_duel_find_sides(as_duel_session *s, as_err *err);

/* Asks both builds for their kernels and lists the cases. */
bool as_duel_list_cases(as_duel_session *s, as_err *err);

/* Copies base's file into the folder: the control. */
bool as_duel_copy_base(as_duel_session *s, as_err *err);

#endif
