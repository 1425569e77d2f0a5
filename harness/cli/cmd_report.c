/* cmd_report.c: `attnscope report DIR`: writes report.html of a result folder from its CSV files.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../report/report.h"
#include "cli.h"

static as_exit run_report(const as_command *self, as_arguments arguments, as_err *err)
{
    as_text out = {0};
    if (!as_parse(self, &arguments, NULL, err) || !as_report_write(arguments.at[0], err))
        return err->code;
    as_text_add(&out, "report: %s/report.html\n", arguments.at[0]);
    return as_print_last(true, &out, err) ? AS_EXIT_OK : err->code;
}

const as_command as_command_report = {
    .name = "report",
    .arguments = "DIR",
    .about = "write the page of a result folder anew",
    .description =
        "Writes DIR/report.html from summary.csv, fits.csv, crossovers.csv (verdicts.csv for a duel), machine.json, "
        "config.yaml and plots/: the machine and what disturbed it, the findings in sentences, the charts, a table to "
        "sort and filter, and for each row the command that measures it again. One file, no network; its script only "
        "sorts and filters. The same files give the same page.",
    .examples = "  attnscope report DIR\n"
                "  attnscope fit DIR && attnscope plot DIR && attnscope report DIR    # after an edit of samples.csv\n",
    .min = 1,
    .max = 1,
    .order = 65,
    .run = run_report,
};
