/* errors.h: what `attnscope apply` printed about patterns on the user's arrays, as an error budget for `choose`.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_CHOOSE_ERRORS_H
#define AS_CHOOSE_ERRORS_H

#include "choose.h"

/* Files of apply --format csv (any number of rows) or json; `paths` ends with NULL. Sets ask->errors where there are
 * any. */
bool as_choose_errors_read(const char *const *paths, as_arena *arena, as_choose_ask *ask, as_err *err);

#endif
