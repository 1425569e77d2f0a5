/* serve.h: calls on demand, so that another program can be measured in turns with this one, in the same seconds.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_BASE_SERVE_H
#define AS_BASE_SERVE_H

#include <stdint.h>

#include "err.h"

/* Nanoseconds of one call. */
typedef uint64_t (*as_serve_call)(void *state);

/* Says "ready WHAT" on a line of stdout, then answers each "N" on a line of stdin with "N SECONDS" once N calls are
 * made. True when stdin ends. */
bool as_serve(const char *what, as_serve_call call, void *state, as_err *err);

#endif
