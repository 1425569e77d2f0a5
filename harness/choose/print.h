/* print.h: the ranking of `attnscope choose` for people.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_CHOOSE_PRINT_H
#define AS_CHOOSE_PRINT_H

#include "choose.h"

/* Appends the first ranks, the verdict, the best trades of time against layers to cover, and what is ruled out. */
void as_choose_table(const as_chosen *c, const as_choose_ask *ask, as_arena *a, as_text *out);

#endif
