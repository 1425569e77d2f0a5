/* signal.c: the one handler of interrupts.
 * SPDX-License-Identifier: Apache-2.0 */
#include "signal.h"

#include <stddef.h>

static volatile sig_atomic_t interrupted; /* global: a signal handler reaches nothing else */

static void set_interrupted(int signal)
{
    (void)signal;
    interrupted = 1;
}

as_stop_flag *as_signal_listen(void)
{
    const struct sigaction action = {.sa_handler = set_interrupted, .sa_flags = (int)SA_RESETHAND};
    signal(SIGXFSZ, SIG_IGN);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    return &interrupted;
}
