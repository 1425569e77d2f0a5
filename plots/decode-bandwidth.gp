# decode-bandwidth.gp: bytes that a step of decoding must move over its time, against S, below the measured read bandwidth.
# SPDX-License-Identifier: Apache-2.0
#: axis context
#: value bandwidth

set label 1 'Bandwidth of one decoding step against context length'
set xlabel 'context length S (keys)'
set label 4 'GB/s of operands moved once'
plot for [r = 1:AS_ROOFS] AS_ROOF[r] with lines linestyle 101 notitle, \
    for [i = 0:AS_CURVES - 1] AS_DATA index i using 1:2:3:4 with yerrorlines linestyle i + 1 title AS_LABEL[i + 1]
