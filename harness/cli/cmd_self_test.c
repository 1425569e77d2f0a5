/* cmd_self_test.c: `attnscope self-test --power`: what slow-downs a duel on this machine tells from none. Without
 * --power the launcher runs the tests instead. SPDX-License-Identifier: Apache-2.0 */
#include <sched.h>
#include <string.h>

#include "../base/file.h"
#include "../duel/power_session.h"
#include "../verdict/words.h"
#include "cli.h"

enum { COLUMNS = 12 };

typedef struct {
    bool power, simulate, quiet;
    const char *trials, *out, *page, *format, *gate, *load, *cpu, *only[AS_OPT_MANY_MAX + 1];
} self_test_options;

static const as_opt options[] = {
    AS_FLAG("--power", self_test_options, power, "duels of this program with itself, in place of the tests"),
    AS_VALUE(
        "--gate", self_test_options, gate, "LIST",
        "time (default), instructions, or both with a comma between: instructions are counted by callgrind, a base "
        "against itself in other places in memory, and with 0.5 % more on either side"),
    AS_VALUE("--trials", self_test_options, trials, "N",
             "duels per row (default 20: half an hour); 0 shows what --out holds"),
    AS_REPEATED("--only", self_test_options, only, "KIND",
                "none, work, arithmetic, memory, alignment, instructions, or a row of it: 'arithmetic+2%'"),
    AS_VALUE("--out", self_test_options, out, "DIR",
             "keeps every trial in DIR/trials.csv; trials that are there already are not repeated"),
    AS_VALUE("--cpu", self_test_options, cpu, "N", "the duels run on this CPU alone"),
    AS_VALUE("--load", self_test_options, load, "CPU", "meanwhile another process loads this CPU in bursts"),
    AS_VALUE("--page", self_test_options, page, "FILE", "writes what DIR holds as a page in Markdown"),
    AS_FLAG("--simulate", self_test_options, simulate,
            "simulated turns in place of measured ones: proves the rules, not the machine; takes a second"),
    AS_CHOICE("--format", self_test_options, format, "table|csv|json", "what is printed (default: table)"),
    AS_FLAG("--quiet", self_test_options, quiet, "no line on stderr for each trial"),
    {0},
};

static void add_table(const as_power_session *s, as_text *out)
{
    static const char *const head[COLUMNS] = {"injected",  "share",        "load", "duels",  "flagged", "95 % interval",
                                              "wrong way", "inconclusive", "same", "failed", "ratio",   "seconds"};
    const char **cells = as_arena_alloc(s->arena, (s->count + 1) * COLUMNS * sizeof *cells);
    memcpy(cells, head, sizeof head);
    for (size_t i = 0; i < s->count; i++) {
        const as_power *r = &s->rows[i];
        const uint64_t counts[] = {r->duels, r->flagged, 0, r->opposite, r->inconclusive, r->passed, r->failed};
        const char **c = cells + (i + 1) * COLUMNS;
        for (size_t k = 0; k < sizeof counts / sizeof *counts; k++)
            c[3 + k] = as_arena_printf(s->arena, "%llu", (unsigned long long)counts[k]);
        c[0] = r->injected;
        c[1] = as_arena_printf(s->arena, "%+.3g %%", 100 * r->share);
        c[2] = r->load;
        c[5] = as_arena_printf(s->arena, "%.1f .. %.1f %%", 100 * r->flagged_low, 100 * r->flagged_high);
        c[10] = isnan(r->ratio) ? "-" : as_arena_printf(s->arena, "%.4f", r->ratio);
        c[11] = isnan(r->seconds) ? "-" : as_arena_printf(s->arena, "%.1f", r->seconds);
    }
    as_print_rows(out, cells, s->count + 1, COLUMNS);
}

static bool print_rows(const as_power_session *s, const char *format, as_err *err)
{
    if (strcmp(format, "table"))
        return as_print_records(format, &as_power_schema, s->rows, s->count, err);
    as_text out = {0};
    add_table(s, &out);
    return as_print_last(true, &out, err);
}

static bool write_page(const as_power_session *s, const char *page, as_err *err)
{
    const as_trials *t = &s->store;
    as_text out = {0};
    as_power_page(s->rows, s->count, as_trials_machine(t), t->count ? t->rows[t->count - 1].build : NULL, &out);
    const bool ok = as_file_write(page, out.data, out.length, err);
    as_text_free(&out);
    return ok;
}

static bool publish(const as_power_session *s, const self_test_options *o, as_err *err)
{
    return print_rows(s, o->format, err) &&
           (!s->store.dir || as_table_write(&as_power_schema, s->rows, s->count, s->store.dir, err)) &&
           (!o->page || write_page(s, o->page, err));
}

static bool read_number(const char *text, const char *option, uint64_t most, uint64_t *out, as_err *err)
{
    return !text || (as_parse_count(text, out) && *out <= most) ||
           as_fail(err, AS_EXIT_USAGE, "%s: '%.40s' is not a number from 0 to %llu", option, text,
                   (unsigned long long)most);
}

static bool read_values(const self_test_options *o, as_power_session *s, as_err *err)
{
    char wrong[40];
    if (!as_gates_parse(o->gate ? o->gate : "time", AS_GATES_MEASURED, &s->gates, wrong))
        return as_fail(err, AS_EXIT_USAGE,
                       "--gate: there is no '%s': time, instructions, or both with a comma between them", wrong);
    if (!o->power)
        return as_fail(err, AS_EXIT_USAGE,
                       "self-test: the launcher ./attnscope runs the tests; this program knows --power");
    if (o->page && !o->out)
        return as_fail(err, AS_EXIT_USAGE, "--page needs --out DIR: a page is written from stored trials");
    return read_number(o->trials, "--trials", 100000, &s->trials, err) &&
           read_number(o->load, "--load", CPU_SETSIZE - 1, &s->load_cpu, err) &&
           read_number(o->cpu, "--cpu", CPU_SETSIZE - 1, &s->cpu, err);
}

static as_exit run_self_test(const as_command *self, as_arguments arguments, as_err *err)
{
    self_test_options o = {.format = "table"};
    as_power_session s = {.trials = 20, .store.fd = -1};
    if (!as_parse(self, &arguments, &o, err) || !read_values(&o, &s, err))
        return err->code;
    s.only = o.only;
    s.out = o.out;
    s.simulate = o.simulate;
    s.pinned = o.cpu;
    s.loaded = o.load;
    s.quiet = o.quiet;
    s.stop = as_signal_listen();
    const bool ok = as_power_run(&s, err), told = (ok || *s.stop) && publish(&s, &o, err);
    const as_exit code = *s.stop ? AS_EXIT_INTERRUPTED : told ? as_power_check(&s, err) : err->code;
    as_power_close(&s);
    return code;
}

const as_command as_command_self_test = {
    .name = "self-test",
    .arguments = "--power",
    .about = "the tests; with --power, what slow-downs a duel tells apart on this machine",
    .description =
        "The launcher's `./attnscope self-test` builds and runs the tests. With --power: duels of this program with "
        "itself, where one side does a known share more in each call; a table of verdicts and seconds per duel.",
    .options = options,
    .notes = "Exit code 1: a row does not keep what is asked of a duel (docs/duel.md).",
    .examples = "  attnscope self-test --power --simulate\n"
                "  attnscope self-test --power --trials 5 --only arithmetic+5% --out trials\n",
    .order = 85,
    .run = run_self_test,
};
