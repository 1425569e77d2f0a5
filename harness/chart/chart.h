/* chart.h: summary.csv and fits.csv become plots/NAME.{csv,gp,svg,png}, drawn by gnuplot alone.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_CHART_CHART_H
#define AS_CHART_CHART_H

#include "../base/err.h"
#include "history.h"
#include "pictures.h"

/* Draws the charts that the folder's files have the axes for, up to AS_PICTURES_MAX of each kind and AS_PICTURES_ALL.
 * Missing gnuplot: the scripts are written all the same, and the error says how to draw them. */
bool as_chart_all(const char *dir, as_charts *charts, as_err *err);

/* Draws DIR/plots/history.{svg,png,csv,gp}, history-2, ... */
bool as_chart_history(const as_history_chart *chart, const char *dir, unsigned *drawn, as_err *err);

#endif
