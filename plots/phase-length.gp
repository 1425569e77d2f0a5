# phase-length.gp: the time of each phase of a kernel against T on log-log axes; where two curves cross, two costs are equal.
# SPDX-License-Identifier: Apache-2.0
#: axis length
#: value phase-time
#: guides 1 2

set label 1 'Time of each phase against sequence length'
set xlabel 'sequence length T (tokens)'
set label 4 'median time per call'
plot for [g = 1:AS_GUIDES] AS_GUIDE_C[g] * x ** AS_GUIDE_P[g] with lines linestyle 100 notitle, \
    for [i = 0:AS_CURVES - 1] AS_DATA index i using 1:2:3:4 with yerrorlines linestyle i + 1 title AS_LABEL[i + 1]
