/* estimate.h: the time of one layer's call for a shape that may not have been measured.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_CHOOSE_ESTIMATE_H
#define AS_CHOOSE_ESTIMATE_H

#include "internal.h"

typedef struct {
    double ns, low, high;
    as_basis basis;
} as_estimate;

/* What is to be estimated, and the family whose rows may speak for it. */
typedef struct {
    const as_choose_ask *ask;
    const as_family *family;
    const char *pattern;
    double flops; /* useful, of one call */
    double edges; /* per head */
} as_estimand;

as_estimate as_estimate_find(const as_estimand *e);

#endif
