/* signal.h: how this program is interrupted.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_BASE_SIGNAL_H
#define AS_BASE_SIGNAL_H

#include <signal.h>

/* Becomes non-zero when the user interrupts. */
typedef const volatile sig_atomic_t as_stop_flag;

/* From now on the first SIGINT or SIGTERM sets the flag that is returned, so that work can end cleanly; a second one
 * ends the program at once. SIGXFSZ is ignored: a file that grows past the user's limit is then a failed write and not
 * the end of the program. */
as_stop_flag *as_signal_listen(void);

#endif
