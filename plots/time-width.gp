# time-width.gp: median time against D with the interval of the median, on log-log axes; a guide line shows what proportional looks like.
# SPDX-License-Identifier: Apache-2.0
#: axis width
#: value time
#: guides 1

set label 1 'Time per call against model width'
set xlabel 'model width D = H d'
set label 4 'median time per call'
plot for [g = 1:AS_GUIDES] AS_GUIDE_C[g] * x ** AS_GUIDE_P[g] with lines linestyle 100 notitle, \
    for [i = 0:AS_CURVES - 1] AS_DATA index i using 1:2:3:4 with yerrorlines linestyle i + 1 title AS_LABEL[i + 1]
