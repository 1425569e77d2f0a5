/* target.h: the options that choose among cases, and the machine that a plan is made for.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_PLAN_TARGET_H
#define AS_PLAN_TARGET_H

#include "plan.h"
#include "../cli/cli.h"

/* What --only, --isa, --shard and --plugin say; NULL where not given. Start from {0}. */
typedef struct {
    const char *only, *isa, *shard;
    const char *plugins[AS_OPT_MANY_MAX + 1]; /* paths, ends with NULL */
} as_selection;

/* Rows for a command's table of options. */
#define AS_SELECTION_OPTIONS(s)                                                                                        \
    {"--only", AS_OPT_TEXT, &(s).only, NULL}, {"--isa", AS_OPT_TEXT, &(s).isa, NULL},                                  \
        {"--shard", AS_OPT_TEXT, &(s).shard, NULL},                                                                    \
    {                                                                                                                  \
        "--plugin", AS_OPT_MANY, (s).plugins, NULL                                                                     \
    }

/* And their lines of help. */
#define AS_SELECTION_HELP                                                                                              \
    "  --only GLOB     only cases whose key, kernel or pattern matches, e.g. '*|T=1024:*' or 'attention/f*'\n"         \
    "  --isa NAME      nothing above this instruction set: scalar, avx2, avx512, amx, neon\n"                          \
    "  --shard I/N     every N-th case, beginning with the I-th\n"                                                     \
    "  --plugin FILE   a shared object with more kernels (repeatable); its code runs, so load only what you trust\n"

/* Loads the plug-ins. */
bool as_plugins_load(const as_selection *selection, as_err *err);

/* What `name` (NULL: everything) leaves of this CPU's instruction sets. One that the CPU lacks is an error. */
bool as_isas_allowed(const char *name, uint32_t *isas, as_err *err);

/* This machine as a plan sees it: usable cpus, free memory (host or cgroup), caches, isas, and the speed of the FMA
 * loop, which takes some 10 ms to find out. */
bool as_target_here(const as_selection *selection, as_target *target, as_err *err);

#endif
