/* cmd_fit.c: `attnscope fit DIR`: repeats the analysis of a result folder from its samples.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../sweep/conclude.h"
#include "cli.h"

static as_exit run_fit(const as_command *self, as_arguments arguments, as_err *err)
{
    as_text out = {0};
    if (!as_parse(self, &arguments, NULL, err))
        return err->code;
    const bool ok = as_conclude_table(arguments.at[0], &out, err);
    return as_print_last(ok, &out, err) ? AS_EXIT_OK : err->code;
}

const as_command as_command_fit = {
    .name = "fit",
    .arguments = "DIR",
    .about = "redo the analysis of a result folder from its samples",
    .description =
        "Reads cases.csv, samples.csv and machine.json in DIR, writes summary.csv, fits.csv, crossovers.csv and "
        "benchmark.json, and prints the table that `run` ends with. The same samples give the same files, byte for "
        "byte.",
    .examples = "  attnscope fit DIR && attnscope plot DIR && attnscope report DIR    # after an edit of samples.csv\n",
    .min = 1,
    .max = 1,
    .order = 50,
    .run = run_fit,
};
