/* axis_text.h: a place on an axis in words: 4k, and "faster from T = 1100 [990, above 4k] on".
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_MODEL_AXIS_TEXT_H
#define AS_MODEL_AXIS_TEXT_H

#include "../base/text.h"
#include "records.h"

/* Appends x, rounded to a whole number. */
void as_place_add(as_text *out, double x);

/* Appends the crossover. Call only when c->verdict is "crosses". An interval end outside the measured range prints as
 * "below X" or "above X". */
void as_place_add_crossing(as_text *out, const as_crossover *c, const char *symbol);

#endif
