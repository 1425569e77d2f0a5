# time-length.gp: median time against T on log-log axes, with guide lines for T and T squared and the tail slope in the legend.
# SPDX-License-Identifier: Apache-2.0
#: axis length
#: value time
#: guides 1 2

set label 1 'Time per call against sequence length'
set xlabel 'sequence length T (tokens)'
set label 4 'median time per call'
plot for [g = 1:AS_GUIDES] AS_GUIDE_C[g] * x ** AS_GUIDE_P[g] with lines linestyle 100 notitle, \
    for [i = 0:AS_CURVES - 1] AS_DATA index i using 1:2:3:4 with yerrorlines linestyle i + 1 title AS_LABEL[i + 1]
