# speedup-density.gp: how many times as fast as dense attention of the same shape, against the share of its pairs that is left.
# SPDX-License-Identifier: Apache-2.0
#: axis density
#: value speedup

set label 1 'Speed-up over dense attention against density'
set label 2 AS_SHAPE . '.   Dotted: if time went with the pairs'
set xlabel 'density: visible pairs of those of dense attention (%)'
set label 4 'times as fast as the fastest dense'
set label 30 'as fast as dense' at graph 0.01, first 1 left offset 0, 0.6 font ',10' textcolor rgb '#555555'
plot 100 / x with lines linestyle 100 notitle, 1 with lines linestyle 101 notitle, \
    for [i = 0:AS_CURVES - 1] AS_DATA index i using 1:2:3:4 with yerrorlines linestyle i + 1 title AS_LABEL[i + 1]
