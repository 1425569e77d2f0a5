# reach-cost.gp: the time of a layer against the layers until the last token sees all T; the line joins what nothing beats in both.
# SPDX-License-Identifier: Apache-2.0
#: set reach

set label 1 'Cost of a layer against layers to cover the sequence'
set xlabel 'layers until the last token sees all T'
set label 4 'median time per layer, fastest kernel'
plot AS_DATA index 0 using 1:2 with steps linestyle 1 linewidth 1.2 dashtype (4, 3) notitle, \
    AS_DATA index 0 using 1:2:3:4 with yerrorbars linestyle 1 dashtype solid title 'no pattern needs fewer layers and less time', \
    AS_DATA index 1 using 1:2:3:4 with yerrorbars linestyle 2 dashtype solid title 'another pattern is better in one and no worse in the other', \
    AS_DATA index 0 using 1:2:5 with labels left offset 1.2, 0.5 font ',10' textcolor rgb '#222222' notitle, \
    AS_DATA index 1 using 1:2:5 with labels left offset 1.2, 0.5 font ',10' textcolor rgb '#666666' notitle
