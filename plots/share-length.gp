# share-length.gp: which part of a call each phase of a kernel takes, against T; a page for each kernel and pattern.
# SPDX-License-Identifier: Apache-2.0
#: axis length
#: value phase-share

set label 1 'Share of each phase against sequence length'
set xlabel 'sequence length T (tokens)'
set label 4 'share of the call (%)'
plot for [i = 0:AS_CURVES - 1] AS_DATA index i using 1:2:3:4 with yerrorlines linestyle i + 1 title AS_LABEL[i + 1]
