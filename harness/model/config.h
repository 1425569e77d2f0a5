/* config.h: what a user asks to be measured, as read from a YAML file.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_MODEL_CONFIG_H
#define AS_MODEL_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../../kernels/pattern/pattern.h"
#include "../base/arena.h"

/* Lists live in the arena that the config was read into, each value once, in the order of the file. `places` says where
 * a value stands, as "file:line:column", for errors that are only found later; NULL when made by a test. */
typedef struct {
    uint64_t *values;
    size_t count;
    const char **places;
} as_counts;

typedef struct {
    const char **values;
    size_t count;
    const char **places;
} as_texts;

typedef struct {
    const as_pattern **values; /* parsed; released with the arena */
    size_t count;
    const char **places;
} as_patterns;

typedef struct {
    as_counts length, width, heads, batch, threads;
    as_counts kv_heads; /* 0 stands for "= heads" */
    as_counts context;  /* 0 stands for "same" */
    as_texts dtype;     /* "f32", "bf16" */
} as_shapes;

typedef struct {
    bool cold;             /* cache: cold */
    unsigned processes;    /* worker processes per case */
    unsigned batches;      /* timed batches per process */
    double precision;      /* relative width at which a case may stop early; 0.02 is 2% */
    double budget_s;       /* for the whole run */
    double case_timeout_s; /* for one process of one case */
    uint64_t memory_bytes; /* per case; 0: memory_percent of what is free */
    double memory_percent;
} as_measure;

typedef struct {
    const char *path; /* as given; NULL when made by a test */
    const char *text; /* the file as it is, for the result folder */
    const char *name; /* [A-Za-z0-9._-]+ */
    const char *about;
    as_shapes shapes;
    as_texts kernels; /* globs */
    as_patterns patterns;
    as_measure measure;
    as_texts counters; /* group names */
    uint64_t seed;
} as_config;

#endif
