# style.gp: how every chart of attnscope looks. The header above it sets the variables AS_*.
# SPDX-License-Identifier: Apache-2.0
if (!exists('AS_PREFIX')) AS_PREFIX = ''
set encoding utf8
set datafile separator comma

# The page, in pixels from the top: title, chart, x axis, legend.
AS_WIDTH = 1000.0
AS_TOP = 84.0
if (!exists('AS_PLOT')) AS_PLOT = 460.0
# gnuplot makes a legend no taller than the chart, and of the rest a second column, here beyond the page.
if (AS_PLOT < AS_KEY_ROWS * 22.0) AS_PLOT = AS_KEY_ROWS * 22.0
AS_AXIS = 70.0
AS_KEY = AS_KEY_ROWS * 20.0 + 14.0
AS_HEIGHT = AS_TOP + AS_PLOT + AS_AXIS + AS_KEY
AS_LEFT = 120.0 / AS_WIDTH
if (!exists('AS_ENDS')) { AS_ENDS = 0; AS_END_ROOM = 62 }
AS_RIGHT = 1 - AS_END_ROOM / AS_WIDTH
set lmargin at screen AS_LEFT
set rmargin at screen AS_RIGHT
set tmargin at screen 1 - AS_TOP / AS_HEIGHT
set bmargin at screen (AS_AXIS + AS_KEY) / AS_HEIGHT

AS_FONT = 'DejaVu Sans'
set terminal svg size AS_WIDTH, AS_HEIGHT fixed dynamic noenhanced font AS_FONT . ',12' background rgb 'white'
set output AS_PREFIX . AS_NAME . '.svg'

# Twelve colours that stay apart for colour-blind eyes and on paper (Okabe and Ito's, without yellow, and five of Tol's);
# each with a point of its own, and dashes that change first where colours come close.
array AS_COLOUR[12] = ['#0072B2', '#D55E00', '#009E73', '#CC79A7', '#E69F00', '#56B4E9', \
                       '#000000', '#882255', '#999933', '#332288', '#44AA99', '#8C5A2B']
array AS_POINT[12] = [7, 5, 9, 13, 11, 15, 6, 4, 8, 12, 10, 14]
do for [i = 0:47] {
    set style line i + 1 linewidth 2 pointsize 0.9 linecolor rgb AS_COLOUR[i % 12 + 1] \
        pointtype AS_POINT[(i + i / 12) % 12 + 1]
}
do for [i = 0:47] {
    AS_DASH = (i + i / 12) % 4
    if (AS_DASH == 0) { set style line i + 1 dashtype solid }
    if (AS_DASH == 1) { set style line i + 1 dashtype (12, 4) }
    if (AS_DASH == 2) { set style line i + 1 dashtype (4, 4) }
    if (AS_DASH == 3) { set style line i + 1 dashtype (12, 4, 3, 4) }
}
set style line 100 linewidth 1.2 linecolor rgb '#8A8A8A' dashtype (2, 4)
set style line 101 linewidth 1.6 linecolor rgb '#555555' dashtype (14, 5)

set border 3 linewidth 1 linecolor rgb '#555555'
set tics nomirror out textcolor rgb '#222222'
set grid xtics ytics linetype 1 linewidth 0.7 linecolor rgb '#E4E4E4'
set grid back
set errorbars small
set clip two

set logscale x
if (AS_LOG_Y) set logscale y
set xrange [AS_X_LOW:AS_X_HIGH]
set yrange [AS_Y_LOW:AS_Y_HIGH]

set key at screen AS_LEFT, screen (AS_KEY - 4) / AS_HEIGHT left top vertical maxrows AS_KEY_ROWS \
    Left reverse noenhanced samplen 4 spacing 1.15 width 1 font ',11' textcolor rgb '#222222'

set label 1 '' at screen AS_LEFT, screen 1 - 26 / AS_HEIGHT left font ',16' textcolor rgb '#111111'
set label 2 AS_SHAPE at screen AS_LEFT, screen 1 - 49 / AS_HEIGHT left font ',11' textcolor rgb '#444444'
set label 3 AS_MACHINE . '   ' . AS_SWEEP at screen AS_LEFT, screen 1 - 67 / AS_HEIGHT left font ',10' textcolor rgb '#777777'
set label 4 '' at screen 18 / AS_WIDTH, graph 0.5 center rotate by 90 font ',12' textcolor rgb '#222222'
if (exists('AS_NOTE')) {
    set label 5 AS_NOTE[1] at graph 0.015, graph 0.965 left front font ',10' textcolor rgb '#222222'
    set label 6 AS_NOTE[2] at graph 0.015, graph 0.92 left front font ',10' textcolor rgb '#222222'
}
do for [g = 1:AS_GUIDES] {
    set label 10 + g AS_GUIDE_TEXT[g] at screen AS_RIGHT + 16 / AS_WIDTH, graph AS_GUIDE_AT[g] left font ',10' textcolor rgb '#777777'
}
do for [r = 1:AS_ROOFS] {
    set label 20 + r AS_ROOF_TEXT[r] at graph 0.01, first AS_ROOF[r] left offset 0, 0.6 font ',10' textcolor rgb '#555555'
}
# The names at the ends: from an end that lies within the chart a thin line leads to its edge, from there a short one to the text.
do for [e = 1:AS_ENDS] {
    set label 100 + e AS_END_TEXT[e] at screen AS_RIGHT + 16 / AS_WIDTH, graph AS_END_AT[e] left font ',10' textcolor rgb AS_COLOUR[(e - 1) % 12 + 1]
    set arrow 100 + e from first AS_END_X[e], graph AS_END_Y[e] to graph 1, graph AS_END_Y[e] nohead back \
        linewidth 0.7 dashtype (1, 4) linecolor rgb AS_COLOUR[(e - 1) % 12 + 1]
    set arrow 200 + e from graph 1, graph AS_END_Y[e] to screen AS_RIGHT + 13 / AS_WIDTH, graph AS_END_AT[e] nohead \
        linewidth 0.7 linecolor rgb AS_COLOUR[(e - 1) % 12 + 1]
}
