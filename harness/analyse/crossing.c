/* crossing.c: tries every place between two points as the crossing.
 * SPDX-License-Identifier: Apache-2.0 */
#include "crossing.h"

#include <math.h>

as_crossing as_crossing_find(const double *log_x, const double *r, size_t count)
{
    as_crossing best = {AS_A_FASTER, NAN};
    double least = 0, wrong = 0, passed = 0;
    size_t place = 0;
    for (size_t i = 0; i < count; i++) {
        least += r[i] > 0 ? r[i] : 0;
        wrong += r[i] < 0 ? -r[i] : 0;
    }
    const double above = least, below = wrong;
    if (wrong < least) {
        best.kind = AS_B_FASTER;
        least = wrong;
    }
    for (size_t split = 1; split < count; split++) {
        passed += r[split - 1];
        const double b_beyond = below + passed; /* what is above 0 before the split, and below it from there on */
        const double a_beyond = above - passed;
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
