/* cmd_plot.c: `attnscope plot DIR`: the charts of a result folder, drawn anew from its CSV files. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "../chart/chart.h"
#include "cli.h"

static as_exit run(int argc, char **argv, as_err *err)
{
    const as_opt opts[] = {{0}};
    int rest;
    as_charts charts;
    if (!as_options(argc, argv, opts, 1, 1, &rest, err))
        return err->code;
    if (!as_chart_all(argv[0], &charts, err))
        return err->code;
    if (charts.left)
        printf("%u charts: %s/plots; %u more are scripts there, to be drawn with gnuplot NAME.gp\n", charts.drawn,
               argv[0], charts.left);
    else if (charts.drawn)
        printf("%u charts: %s/plots\n", charts.drawn, argv[0]);
    else
        printf("no chart: no kernel of this sweep was measured at two lengths, contexts, widths or head counts, or at "
               "three sizes of one pattern, and there are no verdicts\n");
    return AS_EXIT_OK;
}

const as_command as_command_plot = {
    .name = "plot",
    .usage = "plot DIR",
    .about = "draw the charts of a result folder anew",
    .help =
        "Reads summary.csv and fits.csv in DIR and writes DIR/plots: for every chart that the sweep has the axis for\n"
        "NAME.svg, NAME.png, the numbers as NAME.csv, and NAME.gp, which redraws it with gnuplot alone:\n"
        "  cd DIR/plots && gnuplot NAME.gp\n"
        "Of one kind 24 charts are drawn at most, of all 32; where there are more, the first of each kind also as "
        "PNG.\n"
        "Of the others the scripts are written.\n"
        "Without gnuplot the scripts are written all the same, and the exit code is 3.\n"
        "After an edit of samples.csv, run `attnscope fit DIR` first.\n",
    .run = run,
    .order = 60,
};
