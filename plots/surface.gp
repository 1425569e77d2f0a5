# surface.gp: the fastest kernel and pattern at each T x D, with its time and its lead over the second.
# SPDX-License-Identifier: Apache-2.0
#: set surface

unset logscale
set xrange [AS_X_LOW:AS_X_HIGH]
set yrange [AS_Y_LOW:AS_Y_HIGH]
unset grid
set border 0
set tics scale 0
set label 1 'Fastest kernel and pattern at each length and width'
roomy = AS_X_HIGH - AS_X_LOW < 11 # a time fits a cell; in narrower ones there is the letter alone
set label 2 AS_SHAPE . (roomy ? '.   In a cell: time, lead over the second; ≈ not told apart' : '.   Times are in the CSV file beside this')
set xlabel 'sequence length T (tokens)'
set label 4 'model width D'
set style fill solid 0.28 border rgb '#FFFFFF'
plot for [i = 0:AS_CURVES - 1] AS_DATA index i using 3:4:(0.485):(0.47) with boxxyerror linecolor rgb AS_COLOUR[i % 12 + 1] linewidth 1 title AS_LABEL[i + 1], \
    for [i = 0:AS_CURVES - 1] AS_DATA index i using 3:4:6 with labels offset 0, 1.1 font ',13' textcolor rgb '#111111' notitle, \
    for [i = 0:AS_CURVES - 1] AS_DATA index i using 3:4:(roomy ? stringcolumn(7) : '') with labels offset 0, 0 font ',10' textcolor rgb '#111111' notitle, \
    for [i = 0:AS_CURVES - 1] AS_DATA index i using 3:4:(roomy ? stringcolumn(8) : '') with labels offset 0, -1 font ',10' textcolor rgb '#444444' notitle
