/* sides.c: who fights: two programs or plug-ins, what they say of themselves, a copy of the one that is base.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../base/file.h"
#include "session.h"

#define PROGRAM_LIMIT ((size_t)1 << 30)

static bool same_file(const char *a, const char *b)
{
    struct stat x, y;
    return a && b && stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

static bool can_be_used(const as_session *s, as_err *err)
{
    for (int i = 0; i < 2; i++) {
        if (s->program[i] && access(s->program[i], X_OK) != 0)
            return as_fail(err, AS_EXIT_USAGE, "%s: not a program that can be run: %s", s->program[i], strerror(errno));
        if (s->plugin[i] && access(s->plugin[i], R_OK) != 0)
            return as_fail(err, AS_EXIT_USAGE, "%s: cannot be read: %s", s->plugin[i], strerror(errno));
    }
    return true;
}

bool as_session_sides(as_session *s, as_err *err)
{
    if (!s->plugin[0] != !s->plugin[1])
        return as_fail(err, AS_EXIT_USAGE, "give both --plugin-base and --plugin-new, or neither");
    if (!s->program[0] && !s->plugin[0] && !s->from_git)
        return as_fail(err, AS_EXIT_USAGE,
                       "give two programs, --from-git REV, or --plugin-base and --plugin-new, and a CONFIG");
    if (s->from_git) {
        const as_from_git f = {.revision = s->from_git, .cache = s->cache, .stop = s->stop, .quiet = s->quiet};
        char self[PATH_MAX];
        if (!as_self_path(self, sizeof self))
            return as_fail(err, AS_EXIT_ENVIRONMENT,
                           "this program cannot find its own file: name both in place of --from-git");
        s->program[0] = as_from_git_program(&f, s->arena, err);
        s->program[1] = as_arena_intern(s->arena, self);
        if (!s->program[0])
            return false;
    }
    if (!can_be_used(s, err))
        return false;
    const bool one = !s->program[0] || same_file(s->program[0], s->program[1]);
    if (one && (!s->plugin[0] || same_file(s->plugin[0], s->plugin[1])))
        return as_fail(err, AS_EXIT_USAGE,
                       "%s and %s are the same file: there is nothing to compare: build one of them elsewhere",
                       s->plugin[0] ? s->plugin[0] : s->program[0], s->plugin[0] ? s->plugin[1] : s->program[1]);
    return true;
}

/* A program without a slash would be looked for by nobody: the shell's path is not ours. */
static const char *located(as_session *s, const char *program)
{
    return !program || strchr(program, '/') ? program : as_arena_printf(s->arena, "./%s", program);
}

static bool greet(as_session *s, as_err *err)
{
    for (int i = 0; i < 2; i++) {
        as_side *side = &s->live.sides[i];
        *side = (as_side){.program = located(s, s->program[i]), .plugins = {s->plugin[i], NULL}};
        if (!as_process_hello(side->program, side->plugins, s->arena, &s->hello[i], err))
            return false;
        side->protocol = s->hello[i].protocol;
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
static void list_cases(as_session *s)
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

bool as_session_greet(as_session *s, as_err *err)
{
    if (!greet(s, err))
        return false;
    list_cases(s);
    return s->count > 0 ||
           as_fail(err, AS_EXIT_USAGE, "%s: no case of it can run here: 'attnscope plan' says why", s->config_path);
}

/* A copy of what is in `path`, to be run or loaded in its place. */
static const char *copy_of(as_session *s, const char *path, const char *name, as_err *err)
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

bool as_session_copy_base(as_session *s, as_err *err)
{
    as_side *copy = &s->live.sides[AS_SIDE_COPY];
    const as_side *base = &s->live.sides[AS_SIDE_BASE];
    *copy = *base;
    if (s->plugin[0])
        return (copy->plugins[0] = copy_of(s, s->plugin[0], "base-copy.so", err)) != NULL;
    return (copy->program = copy_of(s, base->program, "base-copy", err)) != NULL;
}
