/* cmd_choose.c: `attnscope choose`: which pattern and kernel for a given shape on this machine.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "../choose/errors.h"
#include "../choose/print.h"
#include "../choose/measure.h"
#include "../theory/reach.h"
#include "selection.h"

typedef struct {
    const char *from, *length, *width, *heads, *kv_heads, *layers, *reach, *memory, *error, *format;
    const char *patterns[AS_OPT_MANY_MAX + 1], *errors[AS_OPT_MANY_MAX + 1]; /* each ends with NULL */
    bool decode, across, measure;
    as_selection selection;
} choose_options;

static const as_opt options[] = {
    AS_VALUE("--from", choose_options, from, "DIR", "result folder of a run on this machine"),
    AS_VALUE("--length", choose_options, length, "T", "tokens; with --decode the keys that one query sees"),
    AS_VALUE("--width", choose_options, width, "D", "of the model, a multiple of the heads"),
    AS_VALUE("--heads", choose_options, heads, "H", "query heads"),
    AS_VALUE("--kv-heads", choose_options, kv_heads, "N", "key and value heads (H)"),
    AS_VALUE("--layers", choose_options, layers, "L", "of the model (1); times are of all of them"),
    AS_VALUE("--reach", choose_options, reach, "full|N", "the last token must see all, or N, after the L layers"),
    AS_VALUE("--memory", choose_options, memory, "SIZE",
             "operands and workspace of a call at most; with --decode keys and values of all layers"),
    AS_VALUE("--error", choose_options, error, "X",
             "largest absolute error against the float64 oracle that a kernel may have shown"),
    AS_REPEATED(
        "--errors-from", choose_options, errors, "FILE",
        "what `attnscope apply --format csv` (or json) printed about patterns on your arrays: --error X is then "
        "the largest distance from dense attention, and a pattern that no file names is ruled out; a stack needs "
        "a row for the pattern of every layer"),
    AS_REPEATED(
        "--pattern", choose_options, patterns, "PATTERN|GLOB",
        "these patterns only: a glob such as 'window*', or a pattern, which need not have been measured if others "
        "that differ from it in numbers were"),
    AS_VALUE("--only", choose_options, selection.only, "GLOB",
             "kernels; without it softmax attention alone (attention/*, content/*)"),
    AS_FLAG("--decode", choose_options, decode, "one query against T keys"),
    AS_FLAG("--across", choose_options, across, "choose for the machine of DIR, although this is another one"),
    AS_FLAG(
        "--measure", choose_options, measure,
        "measure those that may be the fastest and were not measured at this shape (at most 8, with what their "
        "kernels and patterns multiply to), rank again, and so on, 4 times at most; kept in DIR/measured-N and read "
        "from there by every later choose"),
    AS_REPEATED("--plugin", choose_options, selection.plugins, "FILE",
                "a shared object whose kernels were measured, too; its code runs"),
    AS_CHOICE("--format", choose_options, format, "table|csv|json",
              "what is printed (default: table); rows without a rank are ruled out, and say by what"),
    {0},
};

static bool read_needed(const char *text, const char *name, uint64_t *out, as_err *err)
{
    if (!text)
        return as_fail(err, AS_EXIT_USAGE, "%s is missing: choose needs --from, --length, --width and --heads", name);
    return as_option_count(text, name, 0, out, err);
}

static bool read_ask(const choose_options *o, as_choose_ask *ask, as_err *err)
{
    double percent;
    if (!o->from)
        return as_fail(err, AS_EXIT_USAGE, "--from is missing: the result folder of a run on this machine");
    if (!read_needed(o->length, "--length", &ask->length, err) || !read_needed(o->width, "--width", &ask->width, err) ||
        !read_needed(o->heads, "--heads", &ask->heads, err) ||
        !as_option_count(o->kv_heads, "--kv-heads", ask->heads, &ask->kv_heads, err) ||
        !as_option_count(o->layers, "--layers", 1, &ask->layers, err))
        return false;
    if (ask->length > AS_THEORY_LENGTH_MAX || ask->layers > 65536 || ask->heads > 65536)
        return as_fail(err, AS_EXIT_USAGE, "--length goes up to 256M, --layers and --heads up to 64k: ask for less");
    if (ask->width % ask->heads || ask->heads % ask->kv_heads)
        return as_fail(err, AS_EXIT_USAGE, "--width must be a multiple of --heads, and --heads of --kv-heads");
    ask->full = o->reach && !strcmp(o->reach, "full");
    if (o->reach && !ask->full && !as_option_count(o->reach, "--reach", 1, &ask->reach, err))
        return false;
    percent = 0;
    if (o->memory && (!as_parse_size(o->memory, &ask->memory, &percent) || percent > 0 || !ask->memory))
        return as_fail(err, AS_EXIT_USAGE, "--memory: '%.40s' is not a size: 512MiB and 2GiB are", o->memory);
    ask->error = NAN;
    if (o->error && (!as_parse_double(o->error, &ask->error) || !(ask->error > 0)))
        return as_fail(err, AS_EXIT_USAGE, "--error: '%.40s' is not a number above 0", o->error);
    ask->decode = o->decode;
    if (o->errors[0] && !o->error)
        return as_fail(err, AS_EXIT_USAGE, "--errors-from says what was lost, --error X how much may be: give both");
    ask->only = o->selection.only;
    ask->patterns = o->patterns;
    return true;
}

static bool print_choice(const choose_options *o, const as_chosen *c, const as_choose_ask *ask, as_arena *a,
                         as_err *err)
{
    if (strcmp(o->format, "table"))
        return as_print_records(o->format, &as_choice_schema, c->rows, c->count, err);
    as_text out = {0};
    as_choose_table(c, ask, a, &out);
    return as_print_last(true, &out, err);
}

static as_exit choose(const choose_options *o, as_arena *arena, as_err *err)
{
    as_choose_ask ask = {0};
    as_chosen chosen;
    const as_choose_source source = {o->from, o->across, o->measure, &o->selection};
    if (o->measure && o->across)
        return as_fail(err, AS_EXIT_USAGE, "--measure and --across: measuring is done here, not on the machine of %s",
                       o->from),
               err->code;
    if (!read_ask(o, &ask, err) || !as_choose_errors_read(o->errors, arena, &ask, err) ||
        !as_plugins_load(&o->selection, err) || !as_choose_settle(&source, &ask, arena, &chosen, err) ||
        !print_choice(o, &chosen, &ask, arena, err))
        return err->code;
    return chosen.ranked ? AS_EXIT_OK : AS_EXIT_BAD;
}

static as_exit run_choose(const as_command *self, as_arguments arguments, as_err *err)
{
    choose_options o = {.format = "table"};
    if (!as_parse(self, &arguments, &o, err))
        return err->code;
    as_arena *arena = as_arena_create();
    const as_exit code = choose(&o, arena, err);
    as_arena_free(arena);
    return code;
}

const as_command as_command_choose = {
    .name = "choose",
    .arguments = "--from DIR --length T --width D --heads H",
    .about = "which pattern and kernel for a target shape, from what was measured here",
    .options = options,
    .notes =
        "The column basis: measured is that very case; interpolated lies between measured ones; extrapolated beyond "
        "them: by the claimed class of growth, the tail slope, or the family's cost per FLOP. Where a number of a "
        "pattern was measured at three values or more, values between them are candidates, too, with each value of up "
        "to two other numbers.\n"
        "With two layers or more, stacks are candidates, too: two patterns in turn (1, 2, 3, 5, 7 or 11 of one, then "
        "one of the other), and a window with growing dilations. Their time is the sum over the layers, their reach "
        "that of the schedule (attnscope explain 'schedule(P1;P2)'). Only those are shown that cover in fewer layers "
        "than anything as fast, or reach what is asked for in less time.\n"
        "Exit code 1: nothing is left.",
    .examples = "  attnscope choose --from results/... --length 16k --width 512 --heads 8 --layers 12 --reach full\n",
    .order = 70,
    .run = run_choose,
};
