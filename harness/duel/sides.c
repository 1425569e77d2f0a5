/* sides.c: finds base and new, asks them for their kernels, and copies the file of base.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sides.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../base/file.h"

#define PROGRAM_LIMIT ((size_t)1 << 30)

static bool same_file(const char *a, const char *b)
{
    struct stat x, y;
    return a && b && stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

static bool check_readable(const as_duel_session *s, as_err *err)
{
    for (int i = 0; i < 2; i++) {
        if (s->ask.program[i] && access(s->ask.program[i], X_OK) != 0)
            return as_fail(err, AS_EXIT_USAGE, "%s: not a program that can be run: %s", s->ask.program[i],
                           strerror(errno));
        if (s->ask.plugin[i] && access(s->ask.plugin[i], R_OK) != 0)
            return as_fail(err, AS_EXIT_USAGE, "%s: cannot be read: %s", s->ask.plugin[i], strerror(errno));
    }
    return true;
}

bool as_duel_find_sides(as_duel_session *s, as_err *err)
{
    if (!s->ask.plugin[0] != !s->ask.plugin[1])
        return as_fail(err, AS_EXIT_USAGE, "give both --plugin-base and --plugin-new, or neither");
    if (!s->ask.program[0] && !s->ask.plugin[0] && !s->ask.from_git)
        return as_fail(err, AS_EXIT_USAGE,
                       "give two programs, --from-git REV, or --plugin-base and --plugin-new, and a CONFIG");
    if (s->ask.from_git) {
        const as_from_git f = {
            .revision = s->ask.from_git, .cache = s->ask.cache, .stop = s->stop, .quiet = s->ask.quiet};
        char self[PATH_MAX];
        if (!as_self_path(self, sizeof self))
            return as_fail(err, AS_EXIT_ENVIRONMENT,
                           "this program cannot find its own file: name both in place of --from-git");
        s->ask.program[0] = as_from_git_program(&f, s->arena, err);
        s->ask.program[1] = as_arena_intern(s->arena, self);
        if (!s->ask.program[0])
            return false;
    }
    if (!check_readable(s, err))
        return false;
    const bool one = !s->ask.program[0] || same_file(s->ask.program[0], s->ask.program[1]);
    if (one && (!s->ask.plugin[0] || same_file(s->ask.plugin[0], s->ask.plugin[1])))
        return as_fail(err, AS_EXIT_USAGE,
                       "%s and %s are the same file: there is nothing to compare: build one of them elsewhere",
                       s->ask.plugin[0] ? s->ask.plugin[0] : s->ask.program[0],
                       s->ask.plugin[0] ? s->ask.plugin[1] : s->ask.program[1]);
    return true;
}

/* A program without a slash is a file here: it is not looked for in $PATH. */
static const char *program_path(as_duel_session *s, const char *program)
{
    return !program || strchr(program, '/') ? program : as_arena_printf(s->arena, "./%s", program);
}

static bool ask_kernels(as_duel_session *s, as_err *err)
{
    for (int i = 0; i < 2; i++) {
        as_side *side = &s->live.sides[i];
        *side = (as_side){.program = program_path(s, s->ask.program[i]), .plugins = {s->ask.plugin[i], NULL}};
        if (!as_process_hello(side->program, side->plugins, s->arena, &s->hello[i], err))
            return false;
        side->protocol = s->hello[i].protocol;
        side->kernels = s->hello[i].kernels;
    }
    return true;
}

static bool is_named(const char *const *names, const char *name)
{
    for (; *names; names++)
        if (!strcmp(*names, name))
            return true;
    return false;
}

/* The cases of the plan that can run, and the kernels that the config asks for and only the new build has. */
static void list_cases(as_duel_session *s)
{
    size_t extra = 0;
    while (s->hello[1].kernels[extra])
        extra++;
    s->rows = as_arena_alloc(s->arena, (s->plan.count + extra + 1) * sizeof *s->rows);
    s->cases = as_arena_alloc(s->arena, (s->plan.count + extra + 1) * sizeof *s->cases);
    for (size_t i = 0; i < s->plan.count; i++) {
        const as_case *row = &s->plan.cases[i].row;
        if (row->status != AS_STATUS_PLANNED)
            continue;
        s->rows[s->count] = row;
        s->cases[s->count++] = row->case_;
    }
    const size_t planned = s->count;
    for (size_t k = 0; k < extra; k++) {
        const char *name = s->hello[1].kernels[k];
        bool asked = false, known = is_named(s->hello[0].kernels, name);
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

bool as_duel_list_cases(as_duel_session *s, as_err *err)
{
    if (!ask_kernels(s, err))
        return false;
    list_cases(s);
    return s->count > 0 ||
           as_fail(err, AS_EXIT_USAGE, "%s: no case of it can run here: 'attnscope plan' says why", s->ask.config_path);
}

/* Copies `path` into the folder as `name`, to be run or loaded in its place. */
static const char *copy_file(as_duel_session *s, const char *path, const char *name, as_err *err)
{
    as_text text = {0};
    const char *copy = as_arena_printf(s->arena, "%s/%s", s->dir, name);
    if (!as_file_read(path, PROGRAM_LIMIT, &text, err))
        return NULL;
    const bool script = text.length > 2 && !memcmp(text.data, "#!", 2); /* it may look for its neighbours */
    const bool ok =
        script || (as_file_write(copy, text.data ? text.data : "", text.length, err) && chmod(copy, 0755) == 0);
    as_text_free(&text);
    if (ok && !script)
        s->copies[s->copy_count++] = copy;
    return !ok ? NULL : script ? path : strchr(copy, '/') ? copy : as_arena_printf(s->arena, "./%s", copy);
}

bool as_duel_copy_base(as_duel_session *s, as_err *err)
{
    as_side *copy = &s->live.sides[AS_SIDE_COPY];
    const as_side *base = &s->live.sides[AS_SIDE_BASE];
    *copy = *base;
    if (s->ask.plugin[0])
        return (copy->plugins[0] = copy_file(s, s->ask.plugin[0], "base-copy.so", err)) != NULL;
    return (copy->program = copy_file(s, base->program, "base-copy", err)) != NULL;
}
