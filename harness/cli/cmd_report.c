/* cmd_report.c: `attnscope report DIR`: report.html of a result folder, written anew from its CSV files. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "../report/report.h"
#include "cli.h"

static as_exit run(int argc, char **argv, as_err *err)
{
    const as_opt opts[] = {{0}};
    int rest;
    if (!as_options(argc, argv, opts, 1, 1, &rest, err) || !as_report_write(argv[0], err))
        return err->code;
    printf("report: %s/report.html\n", argv[0]);
    return AS_EXIT_OK;
}

const as_command as_command_report = {
    .name = "report",
    .usage = "report DIR",
    .about = "write the page of a result folder anew",
    .help =
        "Writes DIR/report.html from summary.csv, fits.csv, crossovers.csv (or verdicts.csv, of a duel), "
        "machine.json,\n"
        "config.yaml and plots/: the machine and what disturbed it, the findings in sentences, the charts, a table to "
        "sort\n"
        "and filter, and for each row the command that measures it again. One file, no network; its script only sorts\n"
        "and filters. The same files give the same page. After an edit of samples.csv, run first\n"
        "  attnscope fit DIR && attnscope plot DIR\n",
    .run = run,
    .order = 65,
};
