/* merge.h: shards of one sweep, from one machine or several, as one result folder.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_SWEEP_MERGE_H
#define AS_SWEEP_MERGE_H

#include <stddef.h>

#include "../base/err.h"

/* Makes the folder `out` (which must not exist or be empty) of the cases, samples, counters and phases in `count`
 * folders of one config. A case that several folders have keeps the processes of all. Where fingerprints differ, each
 * case gets its machine in the column `machine` and behind its key. */
bool as_merge(const char *const *dirs, size_t count, const char *out, as_err *err);

#endif
