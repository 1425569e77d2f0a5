/* exponent.c: least squares on each side of a step.
 * SPDX-License-Identifier: Apache-2.0 */
#include "exponent.h"

#include <math.h>

/* The means of x and y over points [first, end). */
typedef struct {
    double x, y;
} centre;

static centre centre_of(const double *log_x, const double *log_y, size_t first, size_t end)
{
    centre c = {0, 0};
    for (size_t i = first; i < end; i++) {
        c.x += log_x[i] / (double)(end - first);
        c.y += log_y[i] / (double)(end - first);
    }
    return c;
}

/* A step of any height lets the two sides have levels of their own, and one slope. */
as_exponent as_exponent_fit(const double *log_x, const double *log_y, size_t count, size_t split)
{
    const centre low = centre_of(log_x, log_y, 0, split ? split : count), high = centre_of(log_x, log_y, split, count);
    as_exponent e = {NAN, 0, 0, split};
    double xy = 0;
    for (size_t i = 0; i < count; i++) {
        const centre c = i < split ? low : high;
        e.xx += (log_x[i] - c.x) * (log_x[i] - c.x);
        xy += (log_x[i] - c.x) * (log_y[i] - c.y);
    }
    if (e.xx > 0)
        e.power = xy / e.xx;
    if (split && !(high.y - low.y >= e.power * (high.x - low.x)))
        return as_exponent_fit(log_x, log_y, count, 0);
    for (size_t i = 0; i < count; i++) {
        const centre c = i < split ? low : high;
        const double off = 1 - exp(c.y + e.power * (log_x[i] - c.x) - log_y[i]);
        e.rss += off * off;
    }
    return e;
}
