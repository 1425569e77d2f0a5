# roofline.gp: every kernel as points, its useful GFLOP/s against useful FLOPs per byte, below the measured roofs.
# SPDX-License-Identifier: Apache-2.0
#: axis intensity
#: value roofline

set label 1 'Roofline: useful GFLOP/s against intensity'
set xlabel 'intensity: useful FLOPs per byte of operands moved once'
set label 4 'useful GFLOP/s'
do for [b = 1:AS_BANDS] {
    set label 30 + b AS_BAND_TEXT[b] at graph 0.01, first AS_BAND[b] * AS_X_LOW left offset 0, 1.1 font ',10' textcolor rgb '#555555'
}
plot for [b = 1:AS_BANDS] (AS_BAND[b] * x < AS_TOP_ROOF ? AS_BAND[b] * x : NaN) with lines linestyle 101 notitle, \
    for [r = 1:AS_ROOFS] AS_ROOF[r] with lines linestyle 101 notitle, \
    for [i = 0:AS_CURVES - 1] AS_DATA index i using 1:2 with points linestyle i + 1 title AS_LABEL[i + 1]
