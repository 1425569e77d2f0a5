/* changes.h: where a series of numbers moved to another level.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Binary segmentation on ranks. The values are scored by rank (ln of the share below over the share above), so that a
 * wild one moves little. Of all places to cut the series in two, the one whose halves' scores differ most is a change
 * when, of B random orders of the same scores drawn from a fixed seed, the share with so large a difference anywhere is
 * at most alpha / 2. Where there is none, the same is asked of all stretches within: two changes, of which the second
 * takes back the first (circular binary segmentation: Olshen, Venkatraman, Lucito and Wigler, Biostatistics 5:557,
 * 2004). Then the parts are looked at in the same way and share alpha. In the end each change must hold on its own: the
 * levels on both sides of it differ by the exact rank sum at alpha, and by at least `floor`.
 *
 * For a series without a change, whatever its distribution, as long as its order tells nothing (no drift), the
 * probability of finding any is at most alpha. */
#ifndef AS_VERDICT_CHANGES_H
#define AS_VERDICT_CHANGES_H

#include <stddef.h>
#include <stdint.h>

#include "../stats/ranks.h"

enum { AS_STRETCH_MIN = 3 }; /* values between two changes, and before the first and after the last */

typedef struct {
    double alpha; /* of a series */
    double floor; /* a smaller step is none */
} as_change_rules;

typedef struct {
    size_t at;      /* the first value of the new level, from 0 */
    as_shift shift; /* new level less old one; interval of 95 % */
} as_change;

/* Ascending in `at`; `out` has room for n / AS_STRETCH_MIN of them. */
size_t as_changes_find(const double *values, size_t n, as_change_rules rules, as_change *out);

#endif
