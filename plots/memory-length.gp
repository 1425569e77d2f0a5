# memory-length.gp: the workspace that a kernel really touches against T; a kernel without one runs off the lower edge.
# SPDX-License-Identifier: Apache-2.0
#: axis length
#: value workspace
#: guides 1 2

set label 1 'Workspace touched against sequence length'
set xlabel 'sequence length T (tokens)'
set label 4 'peak workspace'
plot for [g = 1:AS_GUIDES] AS_GUIDE_C[g] * x ** AS_GUIDE_P[g] with lines linestyle 100 notitle, \
    for [i = 0:AS_CURVES - 1] AS_DATA index i using 1:($2 > 0 ? $2 : AS_Y_LOW / 1e6) with linespoints linestyle i + 1 title AS_LABEL[i + 1]
