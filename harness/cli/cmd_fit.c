/* cmd_fit.c: `attnscope fit DIR`: the analysis of a result folder, done anew from its samples. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <unistd.h>

#include "../analyse/analyse.h"
#include "../narrate/findings_print.h"
#include "../base/file.h"
#include "cli.h"

static as_exit run(int argc, char **argv, as_err *err)
{
    const as_opt opts[] = {{0}};
    int rest;
    if (!as_options(argc, argv, opts, 1, 1, &rest, err))
        return err->code;
    as_arena *arena = as_arena_create();
    as_findings findings;
    as_text out = {0};
    if (as_analyse(argv[0], arena, &findings, err) && as_findings_write(&findings, argv[0], err)) {
        as_findings_print(&findings, &out);
        if (!as_fd_write(STDOUT_FILENO, out.data, out.length))
            as_fail(err, AS_EXIT_ENVIRONMENT, "cannot write to standard output: is the disk full or the reader gone?");
    }
    as_text_free(&out);
    as_arena_free(arena);
    return err->text[0] ? err->code : AS_EXIT_OK;
}

const as_command as_command_fit = {
    .name = "fit",
    .usage = "fit DIR",
    .about = "redo the analysis of a result folder from its samples",
    .help = "Reads cases.csv, samples.csv and machine.json in DIR, writes summary.csv, fits.csv, crossovers.csv and\n"
            "benchmark.json, and prints the table that `run` ends with. The same samples give the same files, byte for "
            "byte.\n"
            "`attnscope plot DIR` draws the charts from what this writes.\n",
    .run = run,
    .order = 50,
};
