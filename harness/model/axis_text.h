/* axis_text.h: a place on an axis in words: 4k, and "faster from T = 1100 [990, above 4k] on".
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_MODEL_AXIS_TEXT_H
#define AS_MODEL_AXIS_TEXT_H

#include "../base/text.h"
#include "records.h"

void as_place_add(as_text *out, double x);

/* Where the two of a pair cross, of which `verdict` says that they do; an end of the interval that is beyond the range
 * is said to be below or above it. */
void as_place_add_crossing(as_text *out, const as_crossover *c, const char *symbol);

#endif
