/* environment.h: the environment variables that a worker starts with: threads, the BLAS's core type, a pad of varying
 * size. SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_WORKER_ENVIRONMENT_H
#define AS_WORKER_ENVIRONMENT_H

#include "../base/arena.h"
#include "../model/records.h"

/* For process `process` of the case `row` (NULL: no case, one thread) of a run with this seed. Ends with NULL; lives in
 * `arena`, but for the variables that are inherited. */
char **as_worker_environment(const as_case *row, uint64_t seed, unsigned process, as_arena *arena);

#endif
