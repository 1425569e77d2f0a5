# gflops-length.gp: the rate of useful FLOPs against T, below the measured roof of fused multiply-adds.
# SPDX-License-Identifier: Apache-2.0
#: axis length
#: value gflops

set label 1 'Useful GFLOP/s against sequence length'
set xlabel 'sequence length T (tokens)'
set label 4 'useful GFLOP/s'
plot for [r = 1:AS_ROOFS] AS_ROOF[r] with lines linestyle 101 notitle, \
    for [i = 0:AS_CURVES - 1] AS_DATA index i using 1:2:3:4 with yerrorlines linestyle i + 1 title AS_LABEL[i + 1]
