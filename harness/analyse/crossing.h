/* crossing.h: from where on one curve lies below another.
 * SPDX-License-Identifier: Apache-2.0
 *
 * r is the logarithm of time a over time b at each x: above 0 where b is faster. At most one crossing is looked for:
 * the place, and the side on which b wins, for which the points on the wrong side add up to least. The place itself is
 * where the line through the two points around it, in logarithms, is 0. */
#ifndef AS_ANALYSE_CROSSING_H
#define AS_ANALYSE_CROSSING_H

#include <stdbool.h>
#include <stddef.h>

typedef enum { AS_A_FASTER, AS_B_FASTER, AS_B_BEYOND, AS_A_BEYOND } as_crossing_kind;

typedef struct {
    as_crossing_kind kind;
    double log_at; /* logarithm of x; NaN where there is no crossing */
} as_crossing;

/* log_x ascends strictly; count >= 1. */
as_crossing as_crossing_find(const double *log_x, const double *r, size_t count);

#endif
