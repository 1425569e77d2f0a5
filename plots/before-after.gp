# before-after.gp: the verdicts of a duel: the time of the new build over that of the base, with its interval, a line a case.
# SPDX-License-Identifier: Apache-2.0
#: set change

AS_LEFT = 0.61
set lmargin at screen AS_LEFT
set key at screen AS_LEFT, screen (AS_KEY - 4) / AS_HEIGHT left top
set ytics font ',8' nomirror
unset logscale x
set xrange [AS_X_LOW:AS_X_HIGH]
set xtics font ',10'
unset grid
set grid xtics
set label 1 'Time after over time before'
set label 5 '◀ faster' at graph 0.01, graph 1.02 left font ',10' textcolor rgb '#555555'
set label 6 'slower ▶' at graph 0.99, graph 1.02 right font ',10' textcolor rgb '#555555'
set xlabel 'time of new / time of base'
set arrow 1 from first 1, graph 0 to first 1, graph 1 nohead linewidth 1.2 linecolor rgb '#555555' back
plot for [i = 0:AS_CURVES - 1] AS_DATA index i using 1:4:2:3 with xerrorbars linestyle AS_STYLE[i + 1] dashtype solid title AS_LABEL[i + 1]
