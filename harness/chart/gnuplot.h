/* gnuplot.h: gnuplot as a child process, by argument vector, with a time limit.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_GNUPLOT_H
#define AS_GNUPLOT_H

#include "../base/err.h"

/* Runs `dir`/`name`.gp in `dir`. Its pictures are drawn under other names and renamed when whole. */
bool as_gnuplot_draw(const char *dir, const char *name, double seconds, as_err *err);

#endif
