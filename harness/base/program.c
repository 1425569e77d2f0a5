/* program.c: a child in a process group of its own, with pipes and a deadline.
 * SPDX-License-Identifier: Apache-2.0 */
#include "program.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"

extern char **environ;

enum { SAID_MAX = 1 << 16, SLICE_MS = 100 };

#define GRACE_S 10.0 /* to end by itself when it is told to */

int as_program_start(const as_program *p, const int ends[3], pid_t *pid)
{
    static const int usual[] = {SIGINT, SIGTERM, SIGPIPE, SIGXFSZ};
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    sigset_t none, defaults;
    sigemptyset(&none);
    sigemptyset(&defaults);
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
        sigaddset(&defaults, usual[i]);
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&attributes);
    for (int i = 0; i < 3; i++)
        posix_spawn_file_actions_adddup2(&files, ends[i], i);
    if (p->dir)
        posix_spawn_file_actions_addchdir_np(&files, p->dir);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    const int failed = posix_spawnp(pid, p->file ? p->file : p->argv[0], &files, &attributes,
                                    (char *const *)(uintptr_t)p->argv, p->environment ? p->environment : environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    return failed;
}

static void take(as_text *said, const char *chunk, size_t length)
{
    as_text_append(said, chunk, length);
    if (said->length <= SAID_MAX)
        return;
    memmove(said->data, said->data + said->length - SAID_MAX, SAID_MAX + 1);
    said->length = SAID_MAX;
}

/* Reads until the child closes its end, the time is over, or we are to stop. */
static as_program_end listen_to(int fd, const as_program *p, double seconds, as_text *said)
{
    const uint64_t from = as_wall_ns();
    char chunk[4096];
    for (;;) {
        struct pollfd ready = {fd, POLLIN, 0};
        if (p->stop && *p->stop)
            return AS_PROGRAM_STOPPED;
        if (seconds > 0 && 1e-9 * (double)(as_wall_ns() - from) > seconds)
            return AS_PROGRAM_LATE;
        if (poll(&ready, 1, SLICE_MS) <= 0)
            continue;
        const ssize_t got = read(fd, chunk, sizeof chunk);
        if (got == 0 || (got < 0 && errno != EINTR))
            return AS_PROGRAM_ENDED;
        if (got > 0)
            take(said, chunk, (size_t)got);
    }
}

as_program_end as_program_run(const as_program *p, as_text *said, int *code)
{
    int ends[2], status = 0;
    pid_t pid = -1;
    const int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (nothing < 0 || pipe2(ends, O_CLOEXEC) != 0) {
        *code = errno;
        if (nothing >= 0)
            close(nothing);
        return AS_PROGRAM_ABSENT;
    }
    *code = as_program_start(p, (const int[]){nothing, ends[1], ends[1]}, &pid);
    close(nothing);
    close(ends[1]);
    if (*code) {
        close(ends[0]);
        return AS_PROGRAM_ABSENT;
    }
    const as_program_end end = listen_to(ends[0], p, p->seconds, said);
    if (end == AS_PROGRAM_STOPPED) { /* a build tool has children in groups of their own to tell, too */
        kill(-pid, SIGTERM);
        listen_to(ends[0], &(as_program){0}, GRACE_S, said);
    }
    if (end != AS_PROGRAM_ENDED)
        kill(-pid, SIGKILL);
    close(ends[0]);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    *code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return end;
}

const char *as_program_last_line(as_text *said)
{
    const char *last = "";
    for (char *line = said->data ? strtok(said->data, "\n") : NULL; line; line = strtok(NULL, "\n"))
        if (line[strspn(line, " \t\r")])
            last = line;
    return last;
}
