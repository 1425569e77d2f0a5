/* target.h: the options that choose among cases, and the machine that a plan is made for.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_PLAN_TARGET_H
#define AS_PLAN_TARGET_H

#include "plan.h"

#define AS_PLUGINS_MAX 32

/* What --only, --isa, --shard and --plugin say; NULL where not given. Start from {0}. */
typedef struct {
    const char *only, *isa, *shard;
    const char *plugins[AS_PLUGINS_MAX + 1]; /* paths, ends with NULL */
} as_selection;

/* Loads the plug-ins. */
bool as_plugins_load(const as_selection *selection, as_err *err);

/* What `name` (NULL: everything) leaves of this CPU's instruction sets. One that the CPU lacks is an error. */
bool as_isas_allowed(const char *name, uint32_t *isas, as_err *err);

/* This machine as a plan sees it: usable cpus, free memory (host or cgroup), caches, isas, and the speed of the FMA
 * loop, which takes some 10 ms to find out. */
bool as_target_here(const as_selection *selection, as_target *target, as_err *err);

#endif
