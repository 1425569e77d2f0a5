/* power_load.c: a child process that reads and writes memory in bursts.
 * SPDX-License-Identifier: Apache-2.0 */
#include "power_load.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../../kernels/common/random.h"
#include "../base/clock.h"

#define WORDS ((size_t)4 << 20) /* 32 MiB: out of the private caches, into what the CPUs share */

/* Bursts of 10 to 500 ms of reading and writing, with as much rest between them on average. */
static void bursts(uint64_t *words)
{
    uint64_t seed = 1;
    for (;;) {
        const uint64_t burst_ns = 10000000u + as_random_next(&seed) % 490000000u, from = as_wall_ns();
        for (size_t at = 0; as_wall_ns() - from < burst_ns; at = (at + 4096) % WORDS)
            for (size_t i = 0; i < 4096; i++)
                words[at + i] += seed;
        const uint64_t rest_ns = 10000000u + as_random_next(&seed) % 490000000u;
        nanosleep(&(struct timespec){.tv_nsec = (long)rest_ns}, NULL);
    }
}

bool as_load_begin(int cpu, pid_t *pid, as_err *err)
{
    cpu_set_t set;
    const pid_t parent = getpid();
    CPU_ZERO(&set);
    CPU_SET((size_t)cpu, &set);
    *pid = fork();
    if (*pid < 0)
        return as_fail(err, AS_EXIT_ENVIRONMENT, "--load: cannot start a process: %s", strerror(errno));
    if (*pid == 0) {
        signal(SIGINT, SIG_IGN); /* the parent ends it */
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        uint64_t *words = calloc(WORDS, sizeof *words);
        if (!words || getppid() != parent || sched_setaffinity(0, sizeof set, &set) != 0)
            _exit(1);
        bursts(words);
    }
    /* A CPU that it may not have ends it at once. */
    nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
    if (waitpid(*pid, NULL, WNOHANG) == 0)
        return true;
    *pid = 0;
    return as_fail(err, AS_EXIT_USAGE, "--load: CPU %d cannot be loaded: it is not there, or not for this process",
                   cpu);
}

void as_load_end(pid_t pid)
{
    if (pid <= 0)
        return;
    kill(pid, SIGKILL);
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) {
    }
}
