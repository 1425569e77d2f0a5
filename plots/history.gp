# history.gp: how far the time of each case lies above that of a pinned build, result by result; lines are the levels between changes.
# SPDX-License-Identifier: Apache-2.0
unset logscale x
set label 1 'Time against the pinned build, result by result'
set xlabel 'result, by date'
set label 4 'time more than the pinned build takes (%)'
plot 0 with lines linestyle 100 notitle, \
    for [i = 0:AS_CURVES - 1] AS_DATA index i using 1:2:3:4 with yerrorbars linestyle i + 1 linewidth 1 pointsize 0.6 notitle, \
    for [i = 0:AS_CURVES - 1] AS_DATA index i using 1:5 with steps linestyle i + 1 linewidth 3 title AS_LABEL[i + 1]
