/* gnuplot.c: see gnuplot.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "gnuplot.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../base/clock.h"
#include "../base/text.h"

extern char **environ;

#define UNFINISHED ".unfinished-"

/* -d: no start-up file of the user's. What gnuplot says goes into `said`. */
static int start(const char *dir, const char *script, int said, pid_t *pid)
{
    char *argv[] = {"gnuplot", "-d", "-e", "AS_PREFIX='" UNFINISHED "'", (char *)(uintptr_t)script, NULL};
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&files, said, 1);
    posix_spawn_file_actions_adddup2(&files, said, 2);
    posix_spawn_file_actions_addchdir_np(&files, dir);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
    posix_spawnattr_setpgroup(&attributes, 0);
    int failed = posix_spawnp(pid, "gnuplot", &files, &attributes, argv, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    return failed;
}

/* Reads until the child closes its end or the time is over. */
static bool listen_to(int fd, double seconds, as_text *said)
{
    const uint64_t end = as_wall_ns() + (uint64_t)(seconds * 1e9);
    char chunk[4096];
    for (;;) {
        uint64_t now = as_wall_ns();
        struct pollfd ready = {fd, POLLIN, 0};
        if (now >= end)
            return false;
        int n = poll(&ready, 1, (int)((end - now) / 1000000) + 1);
        if (n <= 0)
            continue;
        ssize_t got = read(fd, chunk, sizeof chunk);
        if (got == 0 || (got < 0 && errno != EINTR))
            return true;
        if (got > 0 && said->length < 65536)
            as_text_append(said, chunk, (size_t)got);
    }
}

/* The line that says what is wrong: gnuplot prints the command, a caret, and then the file, the line and the reason. */
static const char *reason_in(as_text *said)
{
    char *reason = NULL;
    for (char *line = said->data ? strtok(said->data, "\n") : NULL; line; line = strtok(NULL, "\n"))
        if (strstr(line, "line ") || !reason)
            reason = line;
    return reason ? reason : "no reason given";
}

static bool keep(const char *dir, const char *name, as_err *err)
{
    static const char *const kinds[] = {"svg", "png"};
    as_text from = {0}, to = {0};
    bool ok = true;
    for (size_t i = 0; ok && i < 2; i++) {
        from.length = to.length = 0;
        as_text_add(&from, "%s/" UNFINISHED "%s.%s", dir, name, kinds[i]);
        as_text_add(&to, "%s/%s.%s", dir, name, kinds[i]);
        if (rename(from.data, to.data) != 0)
            ok = as_fail(err, AS_EXIT_ENVIRONMENT, "%s: gnuplot did not draw it (%s): is its %s terminal installed?", to.data,
                         strerror(errno), i ? "pngcairo" : "svg");
    }
    as_text_free(&from);
    as_text_free(&to);
    return ok;
}

bool as_gnuplot_draw(const char *dir, const char *name, double seconds, as_err *err)
{
    int ends[2] = {-1, -1}, status = 0;
    pid_t pid = -1;
    as_text said = {0}, script = {0};
    bool ok = false;
    as_text_add(&script, "%s.gp", name);
    if (pipe2(ends, O_CLOEXEC) != 0) {
        as_fail(err, AS_EXIT_ENVIRONMENT, "cannot make a pipe: %s", strerror(errno));
        goto done;
    }
    int failed = start(dir, script.data, ends[1], &pid);
    close(ends[1]);
    if (failed) {
        as_fail(err, AS_EXIT_ENVIRONMENT,
                failed == ENOENT ? "gnuplot not found: install gnuplot-nox, then draw the scripts in %s with `attnscope plot`"
                                 : "cannot start gnuplot in %s: is the program there and memory free?",
                dir);
        goto done;
    }
    bool in_time = listen_to(ends[0], seconds, &said);
    if (!in_time)
        kill(-pid, SIGKILL);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    if (!in_time)
        as_fail(err, AS_EXIT_ENVIRONMENT, "%s/%s: gnuplot took more than %.0f s and was stopped", dir, script.data, seconds);
    else if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        as_fail(err, AS_EXIT_ENVIRONMENT, "%s/%s: gnuplot failed: %s", dir, script.data, reason_in(&said));
    else
        ok = keep(dir, name, err);
done:
    if (ends[0] >= 0)
        close(ends[0]);
    as_text_free(&said);
    as_text_free(&script);
    return ok;
}
