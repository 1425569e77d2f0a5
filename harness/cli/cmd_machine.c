/* cmd_machine.c: `attnscope machine`: what this machine is, what it can do at most, and what will disturb a
 * measurement. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../base/arena.h"
#include "../base/file.h"
#include "../machine/loops.h"
#include "cli.h"
#include "../plan/target.h"

#define MEASURE_SECONDS 2.0

static as_exit serve(const as_machine *m, const char *loop, uint32_t isas, as_err *err)
{
    return as_machine_serve(m, loop, isas, err) ? AS_EXIT_OK : err->code;
}

static as_exit tell(as_machine *m, as_arena *arena, const char *format, as_err *err)
{
    as_text out = {0};
    as_machine_measure(m, MEASURE_SECONDS, NULL);
    if (!as_machine_probe(m, as_pmu_papi(), arena, err))
        return err->code;
    if (strcmp(format, "json"))
        as_machine_text(m, &out);
    else if (!as_machine_json(m, &out))
        as_fail_memory(err);
    if (!err->text[0] && !as_fd_write(STDOUT_FILENO, out.data, out.length))
        as_fail(err, AS_EXIT_ENVIRONMENT, "cannot write to standard output: is the disk full or the reader gone?");
    as_text_free(&out);
    return err->text[0] ? err->code : AS_EXIT_OK;
}

static as_exit run(int argc, char **argv, as_err *err)
{
    const char *format = "text", *turns = NULL, *isa = NULL;
    const as_opt opts[] = {
        {"--format", AS_OPT_TEXT, &format, "text|json"},
        {"--turns", AS_OPT_TEXT, &turns, NULL},
        {"--isa", AS_OPT_TEXT, &isa, NULL},
        {0},
    };
    int rest;
    uint32_t isas;
    if (!as_options(argc, argv, opts, 0, 0, &rest, err) || !as_isas_allowed(isa, &isas, err))
        return err->code;
    if (isa && !turns)
        return as_fail(err, AS_EXIT_USAGE, "--isa: goes with --turns; without it all instruction sets are measured"),
               err->code;
    as_arena *arena = as_arena_create();
    as_machine machine;
    as_machine_describe(&machine, arena);
    const as_exit code = turns ? serve(&machine, turns, isas, err) : tell(&machine, arena, format, err);
    as_arena_free(arena);
    return code;
}

const as_command as_command_machine = {
    .name = "machine",
    .usage = "machine [--format text|json] | --turns LOOP [--isa NAME]",
    .about = "fingerprint, measured roofs, which counters work, what will disturb a measurement",
    .help = "Measures for about two seconds: multiply-adds per second of every instruction set on one cpu and on all,\n"
            "and how fast one cpu reads from each cache and from memory. Starts and stops every common counter on a\n"
            "loop of known work. Ends with what will disturb a measurement here: the cause, its effect, the remedy.\n"
            "\n"
            "  --format text   a page for people (default)\n"
            "  --format json   what `run` writes into machine.json\n"
            "  --turns LOOP    instead, one of these loops on demand, for a comparison side by side: fma, bf16, l1, "
            "l2, l3,\n"
            "                  memory. Says 'ready LOOP ISA AMOUNT FLOPs|bytes', the amount of one call, then answers "
            "each\n"
            "                  number N on a line of standard input with 'N SECONDS'; `apply --turns` does so for a "
            "kernel\n"
            "  --isa NAME      with --turns: nothing above this instruction set\n",
    .run = run,
    .order = 80,
};
