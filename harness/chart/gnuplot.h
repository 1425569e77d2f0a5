/* gnuplot.h: gnuplot as a child process, by argument vector, with a time limit.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_CHART_GNUPLOT_H
#define AS_CHART_GNUPLOT_H

#include "../base/err.h"

/* Runs `dir`/`name`.gp in `dir`. Its pictures are drawn under other names and renamed when whole. Without `png` it is
 * the SVG alone, in a fifth of the time, and a PNG of before is removed. */
bool as_gnuplot_draw(const char *dir, const char *name, bool png, double seconds, as_err *err);

#endif
