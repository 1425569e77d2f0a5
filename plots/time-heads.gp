# time-heads.gp: median time against H, with the interval of the median.
# SPDX-License-Identifier: Apache-2.0
#: axis heads
#: value time

set label 1 'Time per call against the number of heads'
set xlabel 'query heads H'
set label 4 'median time per call'
plot for [i = 0:AS_CURVES - 1] AS_DATA index i using 1:2:3:4 with yerrorlines linestyle i + 1 title AS_LABEL[i + 1]
