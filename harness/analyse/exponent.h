/* exponent.h: the power of x that points follow, whichever it is, when a step between two of them is taken out.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_ANALYSE_EXPONENT_H
#define AS_ANALYSE_EXPONENT_H

#include <stddef.h>

typedef struct {
    double power; /* NaN where the points on neither side of the step have two different x */
    double rss;   /* sum of the squared relative errors */
    double xx;    /* sum of the squared distances of log x from their mean, or from that of their side of the step */
    size_t split; /* the step lies before this point; 0: none */
} as_exponent;

/* Least squares of log y = a + power log x, and + log step from point `split` on (0: no step). What a step is for is a
 * working set that leaves a cache: one that would make times shorter is no step. */
as_exponent as_exponent_fit(const double *log_x, const double *log_y, size_t count, size_t split);

#endif
