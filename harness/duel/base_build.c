/* base_build.c: git lays the revision out, its own launcher builds it. In the cache: builds/HASH/attnscope, and beside
 * it HASH.lock, HASH.log and, during the build, HASH.building with the work tree. SPDX-License-Identifier: Apache-2.0
 */
#include "base_build.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "../base/file.h"
#include "../base/program.h"

extern char **environ;

#define QUICK_S 120.0 /* for git; a build may take as long as it likes */

typedef struct {
    const as_from_git *from;
    const char *commit;                    /* the hash */
    const char *home, *program;            /* builds/HASH, the program in it */
    const char *log, *work, *tree, *build; /* absolute, as the launcher wants them */
    as_arena *arena;
    as_err *err;
} job;

/* Runs git; what it printed, without the newline at its end, in `arena`. NULL: it failed, and `said` is the reason. */
static const char *run_git(as_arena *arena, const char *const *argv, const char **said, as_err *err)
{
    as_text text = {0};
    int code;
    const as_program_end end = as_program_run(&(as_program){.argv = argv, .seconds = QUICK_S}, &text, &code);
    if (end == AS_PROGRAM_ABSENT)
        as_fail(err, AS_EXIT_ENVIRONMENT, "--from-git: git cannot be run: apt-get install git");
    *said = as_arena_intern(arena, as_program_last_line(&text));
    as_text_free(&text);
    return end == AS_PROGRAM_ENDED && code == 0 ? *said : NULL;
}

static bool find_commit(job *j)
{
    const char *revision = j->from->revision, *said;
    const char *const inside[] = {"git", "rev-parse", "--show-toplevel", NULL};
    const char *const verify[] = {
        "git", "rev-parse", "--quiet", "--verify", as_arena_printf(j->arena, "%s^{commit}", revision), NULL};
    if (!run_git(j->arena, inside, &said, j->err))
        return j->err->text[0] ? false
                               : as_fail(j->err, AS_EXIT_USAGE, "--from-git: not inside a git repository: %s", said);
    j->commit = *revision != '-' ? run_git(j->arena, verify, &said, j->err) : NULL;
    return j->commit || as_fail(j->err, AS_EXIT_USAGE,
                                "--from-git: this repository has no revision '%.80s': fetch it (in a CI: "
                                "fetch-depth: 0, GIT_DEPTH: 0)",
                                revision);
}

/* Another compiler or other flags make another program: the arguments for cmake are part of the name. */
static const char *key_of(const job *j)
{
    const char *arguments = getenv("ATTNSCOPE_CMAKE_ARGS");
    uint64_t mixed = 0xcbf29ce484222325u; /* FNV-1a */
    for (const char *c = arguments ? arguments : ""; *c; c++)
        mixed = (mixed ^ (unsigned char)*c) * 0x100000001b3u;
    return arguments && *arguments ? as_arena_printf(j->arena, "%s-%016llx", j->commit, (unsigned long long)mixed)
                                   : j->commit;
}

static bool find_cache(job *j)
{
    const char *xdg = getenv("XDG_CACHE_HOME"), *home = getenv("HOME"), *cache = j->from->cache;
    char real[PATH_MAX];
    if (!cache && xdg && *xdg)
        cache = as_arena_printf(j->arena, "%s/attnscope", xdg);
    else if (!cache && home && *home)
        cache = as_arena_printf(j->arena, "%s/.cache/attnscope", home);
    if (!cache)
        return as_fail(j->err, AS_EXIT_USAGE, "--from-git: no HOME to keep builds in: name a folder with --cache DIR");
    const char *builds = as_arena_printf(j->arena, "%s/builds", cache), *key = key_of(j);
    if (!as_dir_create(builds, j->err))
        return false;
    if (!realpath(builds, real))
        return as_fail(j->err, AS_EXIT_ENVIRONMENT, "%s: %s", builds, strerror(errno));
    j->home = as_arena_printf(j->arena, "%s/%s", real, key);
    j->program = as_arena_printf(j->arena, "%s/attnscope", j->home);
    j->log = as_arena_printf(j->arena, "%s.log", j->home);
    j->work = as_arena_printf(j->arena, "%s.building", j->home);
    j->tree = as_arena_printf(j->arena, "%s/tree", j->work);
    j->build = as_arena_printf(j->arena, "%s/build",
                               j->tree); /* as in any clone: paths within are those that a compiler cache knows */
    return true;
}

/* A second process waits for the build of the first. -1: an error, or interrupted. */
static int lock_build(const job *j)
{
    const char *path = as_arena_printf(j->arena, "%s.lock", j->home);
    const int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    while (fd >= 0 && flock(fd, LOCK_EX) != 0)
        if (errno != EINTR || *j->from->stop) {
            as_fail(j->err, *j->from->stop ? AS_EXIT_INTERRUPTED : AS_EXIT_ENVIRONMENT, "%s: %s", path,
                    strerror(errno));
            close(fd);
            return -1;
        }
    if (fd < 0)
        as_fail(j->err, AS_EXIT_ENVIRONMENT, "%s: cannot write: %s", path, strerror(errno));
    return fd;
}

/* Removes the work tree: ours, or one that a killed process has left. */
static void remove_work(const job *j)
{
    const char *const leave[] = {"git", "worktree", "remove", "--force", j->tree, NULL}, *said;
    const char *const sweep[] = {"rm", "-rf", "--", j->work, NULL}, *const prune[] = {"git", "worktree", "prune", NULL};
    as_err ignored = {0};
    if (!as_file_exists(j->work))
        return;
    run_git(j->arena, leave, &said, &ignored);
    run_git(j->arena, sweep, &said, &ignored);
    run_git(j->arena, prune, &said, &ignored);
}

static char **environment_of(const job *j)
{
    size_t count = 0, at = 0;
    while (environ[count])
        count++;
    char **made = as_arena_alloc(j->arena, (count + 2) * sizeof *made);
    for (size_t i = 0; i < count; i++)
        if (strncmp(environ[i], "ATTNSCOPE_BUILD=", strlen("ATTNSCOPE_BUILD=")))
            made[at++] = environ[i];
    made[at] = (char *)(uintptr_t)as_arena_printf(j->arena, "ATTNSCOPE_BUILD=%s", j->build);
    return made;
}

/* The compiler's first complaint, or what was said last. */
static const char *first_error(const job *j, as_text *said)
{
    const char *error = said->data ? strstr(said->data, "error: ") : NULL;
    if (!error)
        return as_arena_intern(j->arena, as_program_last_line(said));
    while (error > said->data && error[-1] != '\n')
        error--;
    return as_arena_intern_n(j->arena, error, strcspn(error, "\n"));
}

/* Its own launcher installs, configures and compiles what is missing. */
static bool run_launcher(const job *j)
{
    const char *const argv[] = {as_arena_printf(j->arena, "%s/attnscope", j->tree), "version", NULL};
    as_text said = {0};
    as_err ignored = {0};
    int code;
    if (!as_file_exists(argv[0]))
        return as_fail(j->err, AS_EXIT_USAGE,
                       "--from-git: %s has no launcher ./attnscope: it is too old to be built from here",
                       j->from->revision);
    const as_program_end end = as_program_run(
        &(as_program){.argv = argv, .dir = j->tree, .environment = environment_of(j), .stop = j->from->stop}, &said,
        &code);
    bool ok = end == AS_PROGRAM_ENDED && code == 0;
    as_file_write(j->log, said.data ? said.data : "", said.length, &ignored);
    if (end == AS_PROGRAM_STOPPED)
        as_fail(j->err, AS_EXIT_INTERRUPTED, "interrupted while %s was built: nothing of it is kept",
                j->from->revision);
    else if (!ok)
        as_fail(j->err, AS_EXIT_ENVIRONMENT, "--from-git: %s cannot be built: %.300s (exit code %d; %s has more)",
                j->from->revision, first_error(j, &said), code, j->log);
    as_text_free(&said);
    return ok;
}

/* One rename makes the folder: it is there whole or not at all. */
static bool keep_build(const job *j)
{
    const char *done = as_arena_printf(j->arena, "%s/done", j->work),
               *from = as_arena_printf(j->arena, "%s/attnscope", j->build);
    const char *to = as_arena_printf(j->arena, "%s/attnscope", done);
    return as_dir_create(done, j->err) &&
           ((rename(from, to) == 0 && rename(done, j->home) == 0) ||
            as_fail(j->err, AS_EXIT_ENVIRONMENT, "%s: cannot be kept: %s", j->program, strerror(errno)));
}

static bool build_revision(const job *j)
{
    const char *said, *const add[] = {"git", "worktree", "add", "--quiet", "--detach", j->tree, j->commit, NULL};
    remove_work(j);
    if (!j->from->quiet)
        fprintf(stderr, "building %s (%.12s), about a minute; kept in %s\n", j->from->revision, j->commit, j->home);
    bool ok = as_dir_create(j->work, j->err);
    if (ok && !run_git(j->arena, add, &said, j->err))
        ok = as_fail(j->err, AS_EXIT_ENVIRONMENT, "--from-git: git cannot lay out %s: %s", j->from->revision, said);
    ok = ok && run_launcher(j) && keep_build(j);
    remove_work(j);
    return ok;
}

const char *as_from_git_program(const as_from_git *f, as_arena *arena, as_err *err)
{
    job j = {.from = f, .arena = arena, .err = err};
    if (!find_commit(&j) || !find_cache(&j))
        return NULL;
    if (access(j.program, X_OK) == 0)
        return j.program;
    const int locked = lock_build(&j);
    if (locked < 0)
        return NULL;
    const bool ok = access(j.program, X_OK) == 0 || build_revision(&j);
    close(locked);
    return ok ? j.program : NULL;
}
