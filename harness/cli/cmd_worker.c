/* cmd_worker.c: the process that measures one case; started by `run`, not by people.
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

#include "../worker/worker.h"

static as_exit run(int argc, char **argv, as_err *err)
{
    (void)argc;
    (void)argv;
    (void)err;
    return (as_exit)as_worker_main();
}

const as_command as_command_worker = {
    .name = "worker",
    .usage = "worker < REQUEST",
    .about = "measure one case and answer in JSON lines (used by run)",
    .help = "Reads one JSON request on stdin. `attnscope run` starts it for every process of every case.\n",
    .run = run,
};
