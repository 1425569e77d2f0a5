/* measure.c: reads a folder with what was added to it, and runs the program for what is missing.
 * SPDX-License-Identifier: Apache-2.0 */
#include "measure.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../kernels/api/cpu.h"
#include "../../kernels/pattern/layers.h"
#include "../analyse/analyse.h"
#include "../base/file.h"
#include "../machine/machine.h"

enum { CANDIDATES_MAX = 8, FOLDERS_MAX = 10000, ROUNDS_MAX = 4 };

extern char **environ;

static const char *folder(const char *dir, unsigned n, const char *file, as_arena *arena)
{
    return as_arena_printf(arena, "%s/measured-%u%s", dir, n, file);
}

/* --- reading ----------------------------------------------------------------------------------------------------- */

static void append(as_findings *all, const as_findings *more, as_arena *arena)
{
    const size_t count = all->case_count + more->case_count;
    as_case *cases = as_arena_alloc(arena, (count + 1) * sizeof *cases);
    as_summary *summary = as_arena_alloc(arena, (count + 1) * sizeof *summary);
    memcpy(cases, all->cases, all->case_count * sizeof *cases);
    memcpy(summary, all->summary, all->case_count * sizeof *summary);
    memcpy(cases + all->case_count, more->cases, more->case_count * sizeof *cases);
    memcpy(summary + all->case_count, more->summary, more->case_count * sizeof *summary);
    all->cases = cases;
    all->summary = summary;
    all->case_count = count;
}

/* Reads the cases and fits of `dir` and of its measured-N, where these are of the same machine. */
static bool read_folders(const char *dir, as_arena *arena, as_findings *out, as_err *err)
{
    if (!as_analyse(dir, arena, out, err))
        return false;
    for (unsigned n = 1; n < FOLDERS_MAX && as_file_exists(folder(dir, n, "", arena)); n++) {
        as_findings more;
        if (!as_file_exists(folder(dir, n, "/cases.csv", arena))) /* ended before it began */
            continue;
        if (!as_analyse(folder(dir, n, "", arena), arena, &more, err))
            return false;
        const char *here = out->machine.fingerprint, *there = more.machine.fingerprint;
        if (here && there && !strcmp(here, there) && more.case_count)
            append(out, &more, arena);
    }
    return true;
}

/* --- measuring --------------------------------------------------------------------------------------------------- */

static void add_once(json_t *list, json_t *value)
{
    size_t i;
    json_t *known;
    json_array_foreach(list, i, known)
    {
        if (json_equal(known, value)) {
            json_decref(value);
            return;
        }
    }
    json_array_append_new(list, value);
}

/* JSON is YAML. The product of the candidates' kernels and patterns: what a kernel does not take is skipped. */
static char *config_text(const as_choose_ask *ask, const as_choice *const *rows, size_t count)
{
    json_t *kernels = json_array(), *patterns = json_array(), *types = json_array(), *threads = json_array();
    for (size_t i = 0; i < count; i++) {
        add_once(kernels, json_string(rows[i]->kernel));
        add_once(patterns, json_string(rows[i]->pattern));
        add_once(types, json_string(rows[i]->dtype ? rows[i]->dtype : "f32"));
        add_once(threads, json_integer(rows[i]->threads == AS_NO_COUNT ? 1 : (json_int_t)rows[i]->threads));
    }
    const json_int_t T = (json_int_t)ask->length;
    json_t *shapes = json_pack("{sI sI sI sI so so}", "length", ask->decode ? (json_int_t)1 : T, "width",
                               (json_int_t)ask->width, "heads", (json_int_t)ask->heads, "kv_heads",
                               (json_int_t)ask->kv_heads, "dtype", types, "threads", threads);
    if (ask->decode)
        json_object_set_new(shapes, "context", json_integer(T));
    json_t *root = json_pack("{ss ss so so so}", "name", "measured", "about", "what attnscope choose --measure missed",
                             "shapes", shapes, "kernels", kernels, "patterns", patterns);
    char *text = root ? json_dumps(root, JSON_INDENT(1)) : NULL;
    json_decref(root);
    return text;
}

/* The highest instruction set among the candidates: a folder made with --isa avx2 is added to with avx2. */
static const char *isa_of(const as_choice *const *rows, size_t count)
{
    as_isa highest = AS_SCALAR, isa;
    for (size_t i = 0; i < count; i++)
        if (!rows[i]->isa || !as_isa_parse(rows[i]->isa, &isa))
            return NULL;
        else if (isa > highest)
            highest = isa;
    return as_isa_name(highest);
}

/* Charts that cannot be drawn cost no result. */
static bool measured(const char *out)
{
    char *path = NULL;
    const bool there = asprintf(&path, "%s/summary.csv", out) >= 0 && as_file_exists(path);
    free(path);
    return there;
}

/* `attnscope run CONFIG --out OUT --quiet`, its table thrown away: this command's own is what stdout is for. */
static bool run_here(const char *config, const char *out, const char *isa, const as_selection *selection, as_err *err)
{
    const char *argv[10 + 2 * AS_PLUGINS_MAX] = {"attnscope", "run", config, "--out", out, "--quiet"};
    posix_spawn_file_actions_t actions;
    pid_t pid;
    int status = 0, n = 6;
    if (isa) {
        argv[n++] = "--isa";
        argv[n++] = isa;
    }
    for (size_t i = 0; selection->plugins[i]; i++) {
        argv[n++] = "--plugin";
        argv[n++] = selection->plugins[i];
    }
    if (posix_spawn_file_actions_init(&actions))
        return as_fail_memory(err);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    const int failed = posix_spawn(&pid, "/proc/self/exe", &actions, NULL, (char *const *)(void *)argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (failed)
        return as_fail(err, AS_EXIT_ENVIRONMENT, "--measure: the program cannot be started again: %s",
                       strerror(failed));
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return as_fail(err, AS_EXIT_ENVIRONMENT, "--measure: %s", strerror(errno));
    const int code = WIFEXITED(status) ? WEXITSTATUS(status) : AS_EXIT_ENVIRONMENT;
    if (code == AS_EXIT_OK || code == AS_EXIT_PARTIAL || (code == AS_EXIT_ENVIRONMENT && measured(out)))
        return true;
    return as_fail(err, code == AS_EXIT_INTERRUPTED ? AS_EXIT_INTERRUPTED : AS_EXIT_ENVIRONMENT,
                   "%s: measuring what is missing ended early: what went wrong stands above", out);
}

/* There is a case of it at this very shape, which then failed or was refused: once is enough. */
static bool was_tried(const as_choose_ask *ask, const as_choice *row)
{
    for (size_t i = 0; i < ask->count; i++) {
        const as_case *c = &ask->cases[i];
        if (c->kernel && c->pattern && c->isa && !strcmp(c->kernel, row->kernel) && !strcmp(c->pattern, row->pattern) &&
            !strcmp(c->isa, row->isa ? row->isa : "") &&
            !strcmp(c->dtype ? c->dtype : "", row->dtype ? row->dtype : "") && c->context == ask->length &&
            c->length == (ask->decode ? 1 : ask->length) && c->width == ask->width && c->heads == ask->heads &&
            c->kv_heads == ask->kv_heads && c->threads == row->threads)
            return true;
    }
    return false;
}

static const as_choice *find_choice(const as_chosen *chosen, const char *kernel, size_t length, const char *pattern)
{
    for (size_t i = 0; i < chosen->count; i++)
        if (!strncmp(chosen->rows[i].kernel, kernel, length) && !chosen->rows[i].kernel[length] &&
            !strcmp(chosen->rows[i].pattern, pattern))
            return &chosen->rows[i];
    return NULL;
}

typedef struct {
    const as_choose_ask *ask;
    const as_choice *rows[CANDIDATES_MAX];
    size_t count;
} missing;

static void add_missing(missing *m, const as_choice *row)
{
    bool known = !row || row->basis == AS_MEASURED || m->count == CANDIDATES_MAX || was_tried(m->ask, row);
    for (size_t i = 0; i < m->count && !known; i++)
        known = m->rows[i] == row;
    if (!known)
        m->rows[m->count++] = row;
}

/* Of a stack what its layers are of: K1;K2;... (or one K) on schedule(P1;P2;...). */
static void add_missing_layers(missing *m, const as_chosen *chosen, const as_choice *row)
{
    as_pattern_error at;
    as_layers *s = as_layers_parse(row->pattern, &at);
    const char *kernel = row->kernel;
    for (size_t i = 0; s && i < as_layers_period(s); i++) {
        const size_t length = strcspn(kernel, ";");
        add_missing(m, find_choice(chosen, kernel, length, as_pattern_text(as_layers_at(s, i))));
        kernel += kernel[length] ? length + 1 : 0;
    }
    as_layers_free(s);
}

/* Measures those that may be the fastest and were not measured at this shape, at most CANDIDATES_MAX of them. *count:
 * how many there were; where it is 0 nothing is done. */
static bool measure_candidates(const as_choose_source *source, const as_choose_ask *ask, const as_chosen *chosen,
                               as_arena *arena, size_t *count, as_err *err)
{
    missing m = {.ask = ask};
    unsigned n = 1;
    for (size_t i = 0; i < chosen->ranked; i++)
        if (chosen->rows[i].ms_low <= chosen->rows[0].ms_high)
            add_missing_layers(&m, chosen, &chosen->rows[i]);
    *count = m.count;
    if (!*count)
        return true;
    while (n < FOLDERS_MAX && as_file_exists(folder(source->dir, n, "", arena)))
        n++;
    char *text = config_text(ask, m.rows, m.count);
    const char *config = folder(source->dir, n, ".yaml", arena);
    bool ok = text ? as_file_write(config, text, strlen(text), err) : as_fail_memory(err);
    free(text);
    if (!ok)
        return false;
    fprintf(stderr, "measuring %zu that may be the fastest, in %s\n", *count, folder(source->dir, n, "", arena));
    ok = run_here(config, folder(source->dir, n, "", arena), isa_of(m.rows, m.count), source->selection, err);
    unlink(config); /* the folder has its own copy */
    return ok;
}

/* --- ranking ----------------------------------------------------------------------------------------------------- */

static bool check_machine(const as_choose_source *source, const as_findings *f, as_arena *arena, as_err *err)
{
    as_machine here;
    as_machine_describe(&here, arena);
    if (source->across || (f->machine.fingerprint && !strcmp(f->machine.fingerprint, here.fingerprint)))
        return true;
    return as_fail(
        err, AS_EXIT_USAGE,
        "%s: was measured on another machine (%.20s, this is %.20s): measure here, or add --across to choose for "
        "that one",
        source->dir, f->machine.fingerprint ? f->machine.fingerprint : "unknown", here.fingerprint);
}

static bool rank(const as_choose_source *source, as_choose_ask *ask, as_arena *arena, as_chosen *chosen, as_err *err)
{
    as_findings f;
    if (!read_folders(source->dir, arena, &f, err) || !check_machine(source, &f, arena, err))
        return false;
    ask->cases = f.cases;
    ask->rows = f.summary;
    ask->count = f.case_count;
    ask->fits = f.fits;
    ask->fit_count = f.fit_count;
    return as_choose(ask, arena, chosen, err);
}

bool as_choose_settle(const as_choose_source *source, as_choose_ask *ask, as_arena *arena, as_chosen *chosen,
                      as_err *err)
{
    size_t missing =
        source->measure; /* a candidate that proves slower than predicted may leave other predictions in front */
    if (!rank(source, ask, arena, chosen, err))
        return false;
    for (int round = 0; round < ROUNDS_MAX && missing; round++)
        if (!measure_candidates(source, ask, chosen, arena, &missing, err) ||
            (missing && !rank(source, ask, arena, chosen, err)))
            return false;
    return true;
}
