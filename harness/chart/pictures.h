/* pictures.h: scripts that are written become pictures, up to a number.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_CHART_PICTURES_H
#define AS_CHART_PICTURES_H

#include "../base/arena.h"
#include "../base/err.h"

#define AS_PICTURES_MAX 24 /* of one kind: a sweep of a thousand shapes has a thousand pages that nobody turns */
#define AS_PICTURES_ALL                                                                                                \
    32 /* of all kinds together: of those with most pages fewer are drawn, of each the first,                          \
        * and of these one as PNG */

typedef struct {
    unsigned drawn, left; /* left: their scripts and numbers are there, gnuplot was not asked */
} as_charts;

/* A script that is written, and its place among those of its kind. */
typedef struct {
    const char *name;
    size_t page;
} as_picture;

/* Draws up to AS_PICTURES_MAX of each kind and AS_PICTURES_ALL; the first failure ends it. */
bool as_pictures_draw(const char *plots, const as_picture *pictures, size_t count, as_arena *arena, as_charts *charts,
                      as_err *err);

#endif
