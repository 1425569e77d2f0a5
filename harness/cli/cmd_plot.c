/* cmd_plot.c: `attnscope plot DIR`: draws the charts of a result folder from its CSV files.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../chart/chart.h"
#include "cli.h"

static as_exit run_plot(const as_command *self, as_arguments arguments, as_err *err)
{
    as_charts charts;
    as_text out = {0};
    if (!as_parse(self, &arguments, NULL, err) || !as_chart_all(arguments.at[0], &charts, err))
        return err->code;
    if (charts.left)
        as_text_add(&out, "%u charts: %s/plots; %u more are scripts there, to be drawn with gnuplot NAME.gp\n",
                    charts.drawn, arguments.at[0], charts.left);
    else if (charts.drawn)
        as_text_add(&out, "%u charts: %s/plots\n", charts.drawn, arguments.at[0]);
    else
        as_text_add(
            &out, "no chart: no kernel of this sweep was measured at two lengths, contexts, widths or head counts, or "
                  "at three sizes of one pattern, and there are no verdicts\n");
    return as_print_last(true, &out, err) ? AS_EXIT_OK : err->code;
}

const as_command as_command_plot = {
    .name = "plot",
    .arguments = "DIR",
    .about = "draw the charts of a result folder anew",
    .description =
        "Reads summary.csv and fits.csv in DIR and writes DIR/plots: for every chart that the sweep has the axis for "
        "NAME.svg, NAME.png, the numbers as NAME.csv, and NAME.gp, which redraws it with gnuplot alone.\n"
        "At most 24 charts of one kind and 32 of all kinds are drawn; where there are more, the first of each kind is "
        "drawn as PNG, too. For the rest only scripts are written.\n"
        "Without gnuplot the scripts are written all the same, and the exit code is 3. After an edit of samples.csv, "
        "run `attnscope fit DIR` first.",
    .examples = "  attnscope plot results/quick-20250101T120000Z\n"
                "  cd DIR/plots && gnuplot NAME.gp    # redraw one chart\n",
    .min = 1,
    .max = 1,
    .order = 60,
    .run = run_plot,
};
