/* order_gate.h: how steeply the counts of a case grow with its length, in base and in new: for the gate `order`.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_DUEL_ORDER_GATE_H
#define AS_DUEL_ORDER_GATE_H

#include "exact_rows.h"

/* Of one sweep: the count whose growth changed most. */
typedef struct {
    const char *longest; /* case */
    const char *what;    /* "FLOPs" */
    const char *symbol;  /* "T" or "S" */
    double slope_base, slope_new;
    double from, to; /* lengths */
} as_growth_row;

typedef struct {
    as_growth_row *of;
    size_t count;
} as_growth_rows;

/* A row for each sweep of at least three lengths and two octaves whose cases were all checked on both sides. */
as_growth_rows as_growths_find(const as_exact_input *in, as_arena *arena);

#endif
