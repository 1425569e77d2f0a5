/* chart.h: summary.csv and fits.csv become plots/NAME.{csv,gp,svg,png}, drawn by gnuplot alone.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_CHART_H
#define AS_CHART_H

#include "../base/err.h"

/* Draws every chart that the folder's files have the axes for. Missing gnuplot: the scripts are written all the same,
 * and the error says how to draw them. `drawn` counts charts. */
bool as_chart_all(const char *dir, unsigned *drawn, as_err *err);

#endif
