# finish.gp: the same chart again, as PNG at twice the size.
# SPDX-License-Identifier: Apache-2.0
if (!exists('AS_SVG_ALONE')) {
    set terminal pngcairo size 2 * AS_WIDTH, 2 * AS_HEIGHT noenhanced font AS_FONT . ',12' fontscale 2 linewidth 2 pointscale 2 \
        background rgb 'white'
    set output AS_PREFIX . AS_NAME . '.png'
    replot
}
unset output
