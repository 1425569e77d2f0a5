/* cmd_duel.c: `attnscope duel BASE NEW CONFIG`: two builds measured in turns on one core; a verdict per case.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "../base/clock.h"
#include "../base/file.h"
#include "../config/config.h"
#include "../machine/machine.h"
#include "../plan/plan.h"
#include "outputs.h"
#include "target.h"
#include "turns.h"

#define PROGRAM_LIMIT ((size_t)1 << 30)

typedef struct {
    const char *config_path, *out, *budget, *again, *floor, *margin, *program[2], *plugin[2];
    bool quiet;
    as_verdict_outputs to;
    as_selection selection;

    as_arena *arena;
    as_config config;
    as_target target;
    as_plan plan;
    as_live live;
    as_hello hello[2];
    as_duel_rules rules;
    const char *dir;
    const char **cases;
    const as_case **rows;
    size_t count;
    const char *copies[2]; /* files to be removed */
    size_t copy_count;
    as_verdict *verdicts;
    as_err *err;
} session;

static volatile sig_atomic_t stop; /* a signal handler has nowhere else to put it */

static void on_signal(int signal)
{
    (void)signal;
    stop = 1;
}

/* --- what is asked ----------------------------------------------------------------------------------------------- */

static bool share(const char *text, const char *option, double *out, as_err *err)
{
    char *end;
    if (!text)
        return true;
    *out = strtod(text, &end);
    if (end != text && *end == '%' && !end[1])
        *out /= 100;
    else if (end == text || *end)
        *out = -1;
    return (*out > 0 && *out < 1) || as_fail(err, AS_EXIT_USAGE, "%s: '%.40s' is not a share: 1%% and 0.01 are", option, text);
}

static bool read_rules(session *s, as_err *err)
{
    s->rules = as_duel_rules_usual();
    return share(s->floor, "--floor", &s->rules.bounds.floor, err) &&
           share(s->margin, "--margin", &s->rules.bounds.margin, err);
}

static bool same_file(const char *a, const char *b)
{
    struct stat x, y;
    return a && b && stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

static bool check_sides(session *s, as_err *err)
{
    if (!s->plugin[0] != !s->plugin[1])
        return as_fail(err, AS_EXIT_USAGE, "give both --plugin-base and --plugin-new, or neither");
    if (!s->program[0] && !s->plugin[0])
        return as_fail(err, AS_EXIT_USAGE, "give two programs, or --plugin-base and --plugin-new, and a CONFIG");
    for (int i = 0; i < 2; i++) {
        if (s->program[i] && access(s->program[i], X_OK) != 0)
            return as_fail(err, AS_EXIT_USAGE, "%s: not a program that can be run: %s", s->program[i], strerror(errno));
        if (s->plugin[i] && access(s->plugin[i], R_OK) != 0)
            return as_fail(err, AS_EXIT_USAGE, "%s: cannot be read: %s", s->plugin[i], strerror(errno));
    }
    const bool one = !s->program[0] || same_file(s->program[0], s->program[1]);
    if (one && (!s->plugin[0] || same_file(s->plugin[0], s->plugin[1])))
        return as_fail(err, AS_EXIT_USAGE, "%s and %s are the same file: there is nothing to compare: build one of them elsewhere",
                       s->plugin[0] ? s->plugin[0] : s->program[0], s->plugin[0] ? s->plugin[1] : s->program[1]);
    return true;
}

static bool read_config(session *s, as_err *err)
{
    if (!as_config_read(s->config_path, s->arena, &s->config, err))
        return false;
    if (s->budget && (!as_parse_seconds(s->budget, &s->config.measure.budget_s) || !(s->config.measure.budget_s > 0)))
        return as_fail(err, AS_EXIT_USAGE, "--budget: '%.40s' is not a time: 90s, 10m and 1h are", s->budget);
    s->selection.plugins[0] = s->plugin[0];
    return as_plugins_load(&s->selection, err) && as_target_here(&s->selection, &s->target, err) &&
           as_plan_build(&s->config, &s->target, s->arena, &s->plan, err);
}

/* A program without a slash would be looked for by nobody: the shell's path is not ours. */
static const char *located(session *s, const char *program)
{
    return !program || strchr(program, '/') ? program : as_arena_printf(s->arena, "./%s", program);
}

static bool greet(session *s, as_err *err)
{
    for (int i = 0; i < 2; i++) {
        as_side *side = &s->live.sides[i];
        *side = (as_side){.program = located(s, s->program[i]), .plugins = {s->plugin[i], NULL}};
        if (!as_living_hello(side->program, side->plugins, s->arena, &s->hello[i], err))
            return false;
        side->kernels = s->hello[i].kernels;
    }
    return true;
}

static bool named(const char *const *names, const char *name)
{
    for (; *names; names++)
        if (!strcmp(*names, name))
            return true;
    return false;
}

/* The cases of the plan that can run, and the kernels that the config asks for and only the new build has. */
static void list_cases(session *s)
{
    size_t extra = 0;
    while (s->hello[1].kernels[extra])
        extra++;
    s->rows = as_arena_alloc(s->arena, (s->plan.count + extra + 1) * sizeof *s->rows);
    s->cases = as_arena_alloc(s->arena, (s->plan.count + extra + 1) * sizeof *s->cases);
    for (size_t i = 0; i < s->plan.count; i++) {
        const as_case *row = &s->plan.cases[i].row;
        if (!row->status || strcmp(row->status, "planned"))
            continue;
        s->rows[s->count] = row;
        s->cases[s->count++] = row->case_;
    }
    const size_t planned = s->count;
    for (size_t k = 0; k < extra; k++) {
        const char *name = s->hello[1].kernels[k];
        bool asked = false, known = named(s->hello[0].kernels, name);
        for (size_t i = 0; i < s->config.kernels.count; i++)
            asked = asked || as_glob(s->config.kernels.values[i], name);
        for (size_t i = 0; i < s->plan.count; i++)
            known = known || (s->plan.cases[i].row.kernel && !strcmp(s->plan.cases[i].row.kernel, name));
        for (size_t i = planned; i < s->count; i++)
            known = known || !strcmp(s->cases[i], name);
        if (asked && !known)
            s->cases[s->count++] = name;
    }
}

/* --- the folder -------------------------------------------------------------------------------------------------- */

static bool make_folder(session *s, as_err *err)
{
    struct stat st;
    char when[32];
    const time_t now = time(NULL);
    struct tm utc;
    gmtime_r(&now, &utc);
    strftime(when, sizeof when, "%Y%m%dT%H%M%SZ", &utc);
    s->dir = s->out ? s->out : as_arena_printf(s->arena, "results/duel-%s-%s-%d", s->config.name, when, (int)getpid());
    const char *turns = as_arena_printf(s->arena, "%s/turns.csv", s->dir);
    if (stat(s->dir, &st) == 0 && rmdir(s->dir) != 0)
        return as_fail(err, AS_EXIT_USAGE, "%s: exists and is not an empty folder: choose another --out", s->dir);
    if (!as_dir_create(s->dir, err))
        return false;
    s->live.turns_fd = open(turns, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0666);
    if (s->live.turns_fd < 0)
        return as_fail(err, AS_EXIT_ENVIRONMENT, "%s: cannot write: %s", turns, strerror(errno));
    as_text out = {0};
    as_table_header(&as_turn_schema, &out);
    bool ok = as_fd_write(s->live.turns_fd, out.data, out.length) ||
              as_fail(err, AS_EXIT_ENVIRONMENT, "%s: cannot write: is the disk full?", turns);
    as_text_free(&out);
    return ok;
}

static bool write_file(const session *s, const char *name, const char *text, size_t length, as_err *err)
{
    as_text path = {0};
    as_text_add(&path, "%s/%s", s->dir, name);
    const bool ok = as_file_write(path.data, text, length, err);
    as_text_free(&path);
    return ok;
}

static json_t *side_json(const session *s, int i)
{
    return json_pack("{s:s?, s:s?, s:I, s:s, s:s}", "program", s->program[i], "plugin", s->plugin[i], "protocol",
                     (json_int_t)s->hello[i].protocol, "version", s->hello[i].version, "commit", s->hello[i].commit);
}

static bool write_duel(const session *s, as_err *err)
{
    json_t *looks = json_array(), *cases = json_array();
    for (size_t i = 0; i < AS_LOOKS_MAX && s->rules.looks[i]; i++)
        json_array_append_new(looks, json_integer(s->rules.looks[i]));
    for (size_t i = 0; i < s->count; i++)
        json_array_append_new(cases, json_string(s->cases[i]));
    json_t *object = json_pack("{s:i, s:f, s:f, s:f, s:o, s:i, s:o, s:o, s:o}", "schema", 1, "alpha", s->rules.alpha, "floor",
                               s->rules.bounds.floor, "margin", s->rules.bounds.margin, "looks", looks, "confirm",
                               (int)s->rules.confirm, "base", side_json(s, 0), "new", side_json(s, 1), "cases", cases);
    char *text = object ? json_dumps(object, JSON_INDENT(1) | JSON_REAL_PRECISION(17)) : NULL;
    const bool ok = text ? write_file(s, "duel.json", text, strlen(text), err) : as_fail_memory(err);
    free(text);
    json_decref(object);
    return ok;
}

static bool write_inputs(session *s, as_err *err)
{
    as_text cases = {0}, about = {0};
    as_machine machine;
    as_table_header(&as_case_schema, &cases);
    for (size_t i = 0; i < s->plan.count; i++)
        as_table_row(&as_case_schema, &s->plan.cases[i].row, &cases);
    as_machine_describe(&machine, s->arena);
    bool ok = (as_machine_json(&machine, &about) || as_fail_memory(err)) &&
              write_file(s, "config.yaml", s->config.text, strlen(s->config.text), err) &&
              write_file(s, "cases.csv", cases.data, cases.length, err) &&
              write_file(s, "machine.json", about.data, about.length, err) && write_duel(s, err);
    as_text_free(&cases);
    as_text_free(&about);
    return ok;
}

/* A copy of what is in `path`, to be run or loaded in its place. */
static const char *copy_of(session *s, const char *path, const char *name, as_err *err)
{
    as_text text = {0};
    const char *copy = as_arena_printf(s->arena, "%s/%s", s->dir, name);
    if (!as_file_read(path, PROGRAM_LIMIT, &text, err))
        return NULL;
    const bool script = text.length > 2 && !memcmp(text.data, "#!", 2); /* it may look for its neighbours */
    const bool ok = script || (as_file_write(copy, text.data ? text.data : "", text.length, err) && chmod(copy, 0755) == 0);
    as_text_free(&text);
    if (ok && !script)
        s->copies[s->copy_count++] = copy;
    return !ok ? NULL : script ? path : strchr(copy, '/') ? copy : as_arena_printf(s->arena, "./%s", copy);
}

static bool copy_base(session *s, as_err *err)
{
    as_side *copy = &s->live.sides[AS_SIDE_COPY];
    const as_side *base = &s->live.sides[AS_SIDE_BASE];
    *copy = *base;
    if (s->plugin[0])
        return (copy->plugins[0] = copy_of(s, s->plugin[0], "base-copy.so", err)) != NULL;
    return (copy->program = copy_of(s, base->program, "base-copy", err)) != NULL;
}

/* --- the duel ---------------------------------------------------------------------------------------------------- */

static void on_progress(void *state, size_t index, as_phase_kind phase, const as_judgement *now)
{
    const as_live *live = state;
    const session *s = (const session *)(const void *)((const char *)state - offsetof(session, live));
    if (s->quiet)
        return;
    const double passed = 1e-9 * (double)as_wall_ns() - live->started_s;
    fprintf(stderr, "%s[%zu/%zu] %.0f s %s%.90s: %+.2f %% (%+.2f .. %+.2f), %u pairs, %s%s",
            isatty(STDERR_FILENO) ? "\r\033[K" : "", index + 1, s->count, passed,
            phase == AS_PHASE_CONFIRM ? "again " : "", s->cases[index], 100 * expm1(now->estimate), 100 * expm1(now->low),
            100 * expm1(now->high), now->processes, as_verdict_name(now->kind), isatty(STDERR_FILENO) ? "" : "\n");
}

static as_exit tell(session *s, as_exit code, as_err *err)
{
    as_text out = {0};
    bool ok = as_verdict_publish(&s->to, s->verdicts, s->count, &out, err) && as_print(&out, err);
    as_text_free(&out);
    return ok ? code : err->code;
}

static as_exit fight(session *s, as_err *err)
{
    if (!check_sides(s, err) || !read_config(s, err) || !greet(s, err))
        return err->code;
    list_cases(s);
    if (!s->count)
        return as_fail(err, AS_EXIT_USAGE, "%s: no case of it can run here: 'attnscope plan' says why", s->config_path), err->code;
    if (!make_folder(s, err) || !write_inputs(s, err) || !copy_base(s, err))
        return err->code;
    signal(SIGXFSZ, SIG_IGN);
    const struct sigaction action = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    s->live.rows = s->rows;
    s->live.cases = s->cases;
    s->live.count = s->count;
    s->live.measure = &s->config.measure;
    s->live.seed = s->config.seed;
    s->live.budget_s = s->config.measure.budget_s;
    s->live.arena = s->arena;
    s->live.err = err;
    s->live.stop = &stop;
    as_live_begin(&s->live);
    s->verdicts = as_arena_alloc(s->arena, s->count * sizeof *s->verdicts);
    const as_duel duel = {.cases = s->cases, .count = s->count, .rules = s->rules, .pair = as_live_pair,
                          .progress = on_progress, .state = &s->live};
    const bool whole = as_duel_run(&duel, s->arena, s->verdicts);
    if (!s->quiet && isatty(STDERR_FILENO))
        fprintf(stderr, "\r\033[K");
    if (err->text[0])
        return err->code;
    if (!as_table_write(&as_verdict_schema, s->verdicts, s->count, s->dir, err))
        return err->code;
    const as_exit code = tell(s, as_verdict_exit(s->verdicts, s->count, s->to.strict), err);
    fprintf(stderr, "results: %s\n", s->dir);
    return whole ? code : AS_EXIT_INTERRUPTED;
}

/* --- once more, from the stored turns ---------------------------------------------------------------------------- */

static bool read_duel(session *s, as_err *err)
{
    const char *path = as_arena_printf(s->arena, "%s/duel.json", s->again);
    json_error_t why;
    json_t *looks = NULL, *cases = NULL, *object = json_load_file(path, 0, &why);
    int schema = 0, confirm = 0;
    if (!object)
        return as_fail(err, AS_EXIT_USAGE, "%s:%d:%d: %s", path, why.line, why.column, why.text);
    bool ok = json_unpack_ex(object, &why, 0, "{s:i, s:F, s:F, s:F, s:o, s:i, s:o}", "schema", &schema, "alpha",
                             &s->rules.alpha, "floor", &s->rules.bounds.floor, "margin", &s->rules.bounds.margin, "looks",
                             &looks, "confirm", &confirm, "cases", &cases) == 0 &&
              schema == 1 && s->rules.alpha > 0 && s->rules.alpha < 1 && confirm > 0 && json_array_size(looks) > 0 &&
              json_array_size(looks) <= AS_LOOKS_MAX && json_array_size(cases) > 0;
    memset(s->rules.looks, 0, sizeof s->rules.looks);
    for (size_t i = 0; ok && i < json_array_size(looks); i++) {
        const json_int_t look = json_integer_value(json_array_get(looks, i));
        ok = look > (i ? (json_int_t)s->rules.looks[i - 1] : 0) && look < 1000000;
        s->rules.looks[i] = (unsigned)look;
    }
    s->rules.confirm = (unsigned)confirm;
    s->cases = as_arena_alloc(s->arena, (json_array_size(cases) + 1) * sizeof *s->cases);
    for (size_t i = 0; ok && i < json_array_size(cases); i++) {
        const char *name = json_string_value(json_array_get(cases, i));
        ok = name != NULL;
        s->cases[s->count++] = as_arena_intern(s->arena, name);
    }
    json_decref(object);
    return ok || as_fail(err, AS_EXIT_USAGE, "%s: not the rules of a duel of this version", path);
}

static bool same_number(double a, double b) { return (isnan(a) && isnan(b)) || fabs(a - b) <= 1e-7 * fabs(a); }

/* What was told then must be what the turns say now. */
static bool agree(session *s, as_err *err)
{
    void *records = NULL;
    size_t count = 0, different = 0;
    if (!as_table_read(&as_verdict_schema, s->again, s->arena, &records, &count, err))
        return false;
    const as_verdict *then = records;
    for (size_t i = 0; i < s->count && count == s->count; i++)
        different += strcmp(then[i].case_ ? then[i].case_ : "", s->cases[i]) ||
                     strcmp(then[i].verdict ? then[i].verdict : "", s->verdicts[i].verdict) ||
                     !same_number(then[i].ratio, s->verdicts[i].ratio);
    if (count == s->count && !different)
        return true;
    return as_fail(err, AS_EXIT_USAGE, "%s: the stored turns give other verdicts for %zu of %zu cases than verdicts.csv holds: "
                   "one of the files was edited or cut short", s->again, count == s->count ? different : s->count, s->count);
}

static as_exit repeat(session *s, as_err *err)
{
    as_stored stored;
    if (!read_duel(s, err) || !as_stored_read(s->again, s->arena, &stored, err))
        return err->code;
    stored.cases = s->cases;
    s->verdicts = as_arena_alloc(s->arena, s->count * sizeof *s->verdicts);
    const as_duel duel = {.cases = s->cases, .count = s->count, .rules = s->rules, .pair = as_stored_pair, .state = &stored};
    const bool whole = as_duel_run(&duel, s->arena, s->verdicts);
    if (!agree(s, err))
        return err->code;
    const as_exit code = tell(s, as_verdict_exit(s->verdicts, s->count, s->to.strict), err);
    return whole ? code : AS_EXIT_INTERRUPTED;
}

static as_exit run(int argc, char **argv, as_err *err)
{
    session s = {.err = err, .to = {.title = "attnscope duel"}, .live = {.turns_fd = -1}};
    const as_opt opts[] = {
        {"--plugin-base", AS_OPT_TEXT, &s.plugin[0], NULL},
        {"--plugin-new", AS_OPT_TEXT, &s.plugin[1], NULL},
        {"--only", AS_OPT_TEXT, &s.selection.only, NULL},
        {"--isa", AS_OPT_TEXT, &s.selection.isa, NULL},
        {"--out", AS_OPT_TEXT, &s.out, NULL},
        {"--budget", AS_OPT_TEXT, &s.budget, NULL},
        {"--floor", AS_OPT_TEXT, &s.floor, NULL},
        {"--margin", AS_OPT_TEXT, &s.margin, NULL},
        {"--again", AS_OPT_TEXT, &s.again, NULL},
        AS_VERDICT_OPTIONS(&s.to),
        {"--quiet", AS_OPT_FLAG, &s.quiet, NULL},
        {0},
    };
    int rest;
    if (!as_options(argc, argv, opts, 0, 3, &rest, err) || !read_rules(&s, err))
        return err->code;
    if (s.again ? rest != 0 : rest != 3 && !(rest == 1 && s.plugin[0]))
        return as_fail(err, AS_EXIT_USAGE, "duel BASE NEW CONFIG, or duel --plugin-base A.so --plugin-new B.so CONFIG, or duel "
                                           "--again DIR"), err->code;
    s.arena = as_arena_create();
    s.config_path = rest ? argv[rest - 1] : NULL;
    s.program[0] = rest == 3 ? argv[0] : NULL;
    s.program[1] = rest == 3 ? argv[1] : NULL;
    const as_exit code = s.again ? repeat(&s, err) : fight(&s, err);
    for (size_t i = 0; i < s.copy_count; i++)
        unlink(s.copies[i]);
    if (s.live.turns_fd >= 0)
        close(s.live.turns_fd);
    as_plan_free(&s.plan);
    as_arena_free(s.arena);
    return code;
}

const as_command as_command_duel = {
    .name = "duel",
    .usage = "duel BASE NEW CONFIG | --plugin-base A.so --plugin-new B.so CONFIG | --again DIR [--only GLOB] [--isa NAME] "
             "[--out DIR] [--budget TIME] [--floor SHARE] [--margin SHARE] [--quiet] " AS_VERDICT_USAGE,
    .about = "two builds measured in turns on one core: a verdict per case",
    .help = "BASE and NEW are two builds of this program (build/attnscope, not the launcher). A worker of each lives on one core,\n"
            "and they take turns of about 5 ms; 4, 6 or 9 pairs of processes, as many as a verdict needs. A copy of BASE takes\n"
            "part as control: where it differs from BASE, no change is told. A change is confirmed by fresh processes.\n"
            "  --plugin-base, --plugin-new   two builds of a plug-in, in this program (or in BASE and NEW)\n"
            "  --floor SHARE   a smaller change is not called one (default 1%)\n"
            "  --margin SHARE  an interval within it is called same (default 1.5%)\n"
            "  --budget TIME   for the whole duel; in place of the config's\n"
            "  --only GLOB, --isa NAME       as for run\n"
            "  --out DIR       the folder that keeps every turn (default: results/duel-<name>-<UTC time>-<number>)\n"
            "  --again DIR     the verdicts once more from the stored turns; exit code 2 when they are not those of then\n"
            AS_VERDICT_HELP
            "Verdicts: regressed, improved, same, inconclusive, missing (in NEW), new (not in BASE), failed.\n"
            "Exit codes: 0 all same, improved or new; 1 regressed or failed; 5 inconclusive or missing; 2 bad input; 3 no disk.\n",
    .run = run,
    .order = 70,
};
