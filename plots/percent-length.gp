# percent-length.gp: useful GFLOP/s as a part of the measured roof of the same isa and threads, against T.
# SPDX-License-Identifier: Apache-2.0
#: axis length
#: value percent

set label 1 'Percent of the roof against sequence length'
set xlabel 'sequence length T (tokens)'
set label 4 'of the measured FMA roof (%)'
plot for [i = 0:AS_CURVES - 1] AS_DATA index i using 1:2:3:4 with yerrorlines linestyle i + 1 title AS_LABEL[i + 1]
