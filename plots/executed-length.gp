# executed-length.gp: FLOPs executed for each useful one, against T: tile padding, and work that the mask throws away. 1 is none.
# SPDX-License-Identifier: Apache-2.0
#: axis length
#: value executed

set label 1 'FLOPs executed for each useful one against sequence length'
set xlabel 'sequence length T (tokens)'
set label 4 'FLOPs executed / FLOPs useful'
plot 1 with lines linestyle 101 notitle, \
    for [i = 0:AS_CURVES - 1] AS_DATA index i using 1:2 with linespoints linestyle i + 1 title AS_LABEL[i + 1]
