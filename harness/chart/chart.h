/* chart.h: summary.csv and fits.csv become plots/NAME.{csv,gp,svg,png}, drawn by gnuplot alone.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_CHART_CHART_H
#define AS_CHART_CHART_H

#include "../base/err.h"

#define AS_PICTURES_MAX 24 /* of one kind: a sweep of a thousand shapes has a thousand pages that nobody turns */
#define AS_PICTURES_ALL                                                                                                \
    32 /* of all kinds together: of those with most pages fewer are drawn, of each the first,                          \
        * and of these one as PNG */

typedef struct {
    unsigned drawn, left; /* left: their scripts and numbers are there, gnuplot was not asked */
} as_charts;

/* Draws the charts that the folder's files have the axes for, up to AS_PICTURES_MAX of each kind and AS_PICTURES_ALL.
 * Missing gnuplot: the scripts are written all the same, and the error says how to draw them. */
bool as_chart_all(const char *dir, as_charts *charts, as_err *err);

#endif
