/* cmd_worker.c: `attnscope worker`: the process that measures one case; started by `run`, not by people.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../worker/worker.h"
#include "cli.h"

static as_exit run_worker(const as_command *self, as_arguments arguments, as_err *err)
{
    (void)self;
    (void)arguments;
    (void)err;
    return (as_exit)as_worker_main();
}

const as_command as_command_worker = {
    .name = "worker",
    .arguments = "< REQUEST",
    .about = "measure one case and answer in JSON lines (used by run)",
    .description = "Reads one JSON request on stdin. `attnscope run` starts it for every process of every case.",
    .run = run_worker,
};
