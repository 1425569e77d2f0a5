/* crossing.c: see crossing.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "crossing.h"

#include <math.h>

/* Of points [from, to), what lies above 0, or what lies below. */
static double above(const double *r, size_t from, size_t to)
{
    double sum = 0;
    for (size_t i = from; i < to; i++)
        sum += r[i] > 0 ? r[i] : 0;
    return sum;
}

static double below(const double *r, size_t from, size_t to)
{
    double sum = 0;
    for (size_t i = from; i < to; i++)
        sum += r[i] < 0 ? -r[i] : 0;
    return sum;
}

as_crossing as_crossing_find(const double *log_x, const double *r, size_t count)
{
    as_crossing best = {AS_A_FASTER, NAN};
    double least = above(r, 0, count), wrong = below(r, 0, count);
    size_t place = 0;
    if (wrong < least) {
        best.kind = AS_B_FASTER;
        least = wrong;
    }
    for (size_t split = 1; split < count; split++) {
        const double b_beyond = above(r, 0, split) + below(r, split, count);
        const double a_beyond = below(r, 0, split) + above(r, split, count);
        if (b_beyond < least) {
            best.kind = AS_B_BEYOND;
            place = split;
            least = b_beyond;
        }
        if (a_beyond < least) {
            best.kind = AS_A_BEYOND;
            place = split;
            least = a_beyond;
        }
    }
    if (place) {
        const double r0 = r[place - 1], r1 = r[place];
        best.log_at = log_x[place - 1] + (log_x[place] - log_x[place - 1]) * r0 / (r0 - r1);
    }
    return best;
}
