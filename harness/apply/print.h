/* print.h: what `attnscope apply` found, for people and for programs.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_APPLY_PRINT_H
#define AS_APPLY_PRINT_H

#include "apply.h"

/* `path`: the file of the output. */
void as_applied_table(const as_applied *a, const char *path, as_arena *arena, as_text *out);

/* One JSON object. false: no memory. */
bool as_applied_json(const as_applied *a, as_text *out);

#endif
