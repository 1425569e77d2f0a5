/* cmd_machine.c: `attnscope machine`: what this machine is, what it can do at most, and what will disturb a measurement. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../base/arena.h"
#include "../base/file.h"
#include "../machine/machine.h"
#include "cli.h"

#define MEASURE_SECONDS 2.0

static as_exit run(int argc, char **argv, as_err *err)
{
    const char *format = "text";
    const as_opt opts[] = {{"--format", AS_OPT_TEXT, &format, "text|json"}, {0}};
    int rest;
    if (!as_options(argc, argv, opts, 0, 0, &rest, err))
        return err->code;
    as_arena *arena = as_arena_create();
    as_machine machine;
    as_text out = {0};
    as_machine_describe(&machine, arena);
    as_machine_measure(&machine, MEASURE_SECONDS, NULL);
    as_machine_probe(&machine, arena);
    as_exit code = AS_EXIT_OK;
    if (!strcmp(format, "json")) {
        if (!as_machine_json(&machine, &out))
            as_fail_memory(err);
    } else {
        as_machine_text(&machine, &out);
    }
    if (!err->text[0] && !as_fd_write(STDOUT_FILENO, out.data, out.length))
        as_fail(err, AS_EXIT_ENVIRONMENT, "cannot write to standard output: is the disk full or the reader gone?");
    if (err->text[0])
        code = err->code;
    as_text_free(&out);
    as_arena_free(arena);
    return code;
}

const as_command as_command_machine = {
    .name = "machine",
    .usage = "machine [--format text|json]",
    .about = "fingerprint, measured roofs, which counters work, what will disturb a measurement",
    .help = "Measures for about two seconds: multiply-adds per second of every instruction set on one cpu and on all,\n"
            "and how fast one cpu reads from each cache and from memory. Starts and stops every common counter on a\n"
            "loop of known work. Ends with what will disturb a measurement here: the cause, its effect, the remedy.\n"
            "\n"
            "  --format text   a page for people (default)\n"
            "  --format json   what `run` writes into machine.json\n",
    .run = run,
    .order = 80,
};
