/* selection.h: the options that choose among kernels and cases. In each, `member` is an as_selection.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_CLI_SELECTION_H
#define AS_CLI_SELECTION_H

#include "../plan/target.h"
#include "cli.h"

_Static_assert(AS_PLUGINS_MAX == AS_OPT_MANY_MAX, "a selection takes as many plug-ins as an option may be repeated");

#define AS_ONLY_OPTION(type, member)                                                                                   \
    AS_VALUE("--only", type, member.only, "GLOB",                                                                      \
             "only cases whose key, kernel or pattern matches, e.g. '*|T=1024:*' or 'attention/f*'")
#define AS_ISA_OPTION(type, member)                                                                                    \
    AS_VALUE("--isa", type, member.isa, "NAME",                                                                        \
             "nothing above this instruction set: scalar, avx2, avx512, amx, neon ('attnscope list')")
#define AS_PLUGIN_OPTION(type, member)                                                                                 \
    AS_REPEATED("--plugin", type, member.plugins, "FILE",                                                              \
                "a shared object with more kernels; its code runs, so load only what you trust")
#define AS_SELECTION_OPTIONS(type, member)                                                                             \
    AS_ONLY_OPTION(type, member), AS_ISA_OPTION(type, member),                                                         \
        AS_VALUE("--shard", type, member.shard, "I/N", "every N-th case, beginning with the I-th"),                    \
        AS_PLUGIN_OPTION(type, member)

#endif
