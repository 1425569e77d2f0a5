/* cmd_verify.c: `attnscope verify`: every kernel against its oracle, on odd shapes, every pattern, every isa of this
 * machine. SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "../../kernels/api/cpu.h"
#include "../../kernels/api/registry.h"
#include "../verify/all.h"
#include "cli.h"

typedef struct {
    const char *only, *seed, *isa, *format, *plugins[AS_OPT_MANY_MAX + 1];
} verify_options;

static const as_opt options[] = {
    AS_VALUE("--only", verify_options, only, "GLOB",
             "kernels or patterns that match, e.g. 'attention/flash' or 'dilated*'; a kernel's parameters may follow, "
             "'kernelised/performer:m=7'; without, several values of each are tried"),
    AS_VALUE("--isa", verify_options, isa, "NAME", "nothing above this instruction set"),
    AS_VALUE("--seed", verify_options, seed, "N", "fills the inputs and draws the rows that are checked (1)"),
    AS_REPEATED("--plugin", verify_options, plugins, "FILE.so", "also the kernels of this plug-in"),
    AS_CHOICE("--format", verify_options, format, "table|csv|json",
              "table (default): failures and a count; csv, json: a row for each check"),
    {0},
};

static bool print_tally(const as_verify_tally *t, const char *format, as_err *err)
{
    if (strcmp(format, "table"))
        return as_print_records(format, &as_case_schema, t->cases, t->count, err);
    as_text out = {0};
    for (size_t i = 0; i < t->count; i++)
        if (t->cases[i].status == AS_STATUS_FAILED)
            as_text_add(&out, "failed  %s: %s\n", t->cases[i].case_, t->cases[i].reason);
    as_text_add(&out, "%zu checks, %zu failed\n", t->checked, t->failed);
    return as_print_last(true, &out, err);
}

static bool read_values(const verify_options *o, as_verify_tally *t, as_err *err)
{
    char why[400];
    as_isa isa;
    t->only = o->only;
    t->isas = as_cpu_isas();
    t->keep_all = strcmp(o->format, "table") != 0;
    if (!as_parse_count(o->seed, &t->seed))
        return as_fail(err, AS_EXIT_USAGE, "--seed: a whole number, not '%s'", o->seed);
    if (o->isa && (!as_isa_parse(o->isa, &isa) || !(t->isas & AS_ISA_BIT(isa))))
        return as_fail(err, AS_EXIT_USAGE, "--isa: this machine does not run '%s': see attnscope list", o->isa);
    if (o->isa)
        t->isas &= as_isa_up_to(isa);
    for (int i = 0; o->plugins[i]; i++)
        if (!as_registry_load(o->plugins[i], why, sizeof why))
            return as_fail(err, AS_EXIT_USAGE, "%s", why);
    return true;
}

static as_exit run_verify(const as_command *self, as_arguments arguments, as_err *err)
{
    verify_options o = {.seed = "1", .format = "table"};
    as_verify_tally t = {0};
    if (!as_parse(self, &arguments, &o, err) || !read_values(&o, &t, err))
        return err->code;
    t.arena = as_arena_create();
    const bool ok = as_verify_all(&t, err) && print_tally(&t, o.format, err);
    as_arena_free(t.arena);
    return !ok ? err->code : t.failed ? AS_EXIT_BAD : AS_EXIT_OK;
}

const as_command as_command_verify = {
    .name = "verify",
    .arguments = "",
    .about = "every kernel against its float64 oracle, on odd shapes, every pattern and isa",
    .options = options,
    .examples = "  attnscope verify\n"
                "  attnscope verify --only 'attention/flash' --isa avx2\n",
    .order = 40,
    .run = run_verify,
};
