/* cmd_machine.c: `attnscope machine`: what this machine is, what it can do at most, and what will disturb a
 * measurement. SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "../base/arena.h"
#include "../machine/loops.h"
#include "../measure/counters.h"
#include "../plan/target.h"
#include "cli.h"

#define MEASURE_SECONDS 2.0

typedef struct {
    const char *format, *turns, *isa;
} machine_options;

static const as_opt options[] = {
    AS_CHOICE("--format", machine_options, format, "text|json",
              "a page for people (default), or what `run` writes into machine.json"),
    AS_VALUE(
        "--turns", machine_options, turns, "LOOP",
        "instead, one of these loops on demand, for a comparison side by side: fma, bf16, l1, l2, l3, memory. Prints "
        "'ready LOOP ISA AMOUNT FLOPs|bytes', the amount of one call, then answers each number N on a line of "
        "standard input with 'N SECONDS'; `apply --turns` does so for a kernel"),
    AS_VALUE("--isa", machine_options, isa, "NAME", "with --turns: nothing above this instruction set"),
    {0},
};

static as_exit print_machine(as_machine *m, as_arena *arena, const char *format, as_err *err)
{
    as_text out = {0};
    as_machine_measure(m, MEASURE_SECONDS, NULL);
    if (!as_machine_probe(m, as_pmu_papi(), arena, err))
        return err->code;
    bool ok = true;
    if (strcmp(format, "json"))
        as_machine_text(m, &out);
    else
        ok = as_machine_json(m, &out) || as_fail_memory(err);
    return as_print_last(ok, &out, err) ? AS_EXIT_OK : err->code;
}

static as_exit run_machine(const as_command *self, as_arguments arguments, as_err *err)
{
    machine_options o = {.format = "text"};
    uint32_t isas;
    if (!as_parse(self, &arguments, &o, err) || !as_isas_allowed(o.isa, &isas, err))
        return err->code;
    if (o.isa && !o.turns)
        return as_fail(err, AS_EXIT_USAGE, "--isa: goes with --turns; without it all instruction sets are measured"),
               err->code;
    as_arena *arena = as_arena_create();
    as_machine machine;
    as_exit code = AS_EXIT_OK;
    as_machine_describe(&machine, arena);
    if (!o.turns)
        code = print_machine(&machine, arena, o.format, err);
    else if (!as_machine_serve(&machine, o.turns, isas, err))
        code = err->code;
    as_arena_free(arena);
    return code;
}

const as_command as_command_machine = {
    .name = "machine",
    .arguments = "",
    .about = "fingerprint, measured roofs, which counters work, what will disturb a measurement",
    .description =
        "Measures for about two seconds: multiply-adds per second of every instruction set on one cpu and on all, and "
        "how fast one cpu reads from each cache and from memory. Starts and stops every common counter on a loop of "
        "known work. Ends with what will disturb a measurement here: the cause, its effect, the remedy.",
    .options = options,
    .examples = "  attnscope machine\n"
                "  attnscope machine --turns fma --isa avx2\n",
    .order = 80,
    .run = run_machine,
};
