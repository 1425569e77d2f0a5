/* all.h: every kernel against its oracle, on all odd shapes and patterns.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_VERIFY_ALL_H
#define AS_VERIFY_ALL_H

#include "../base/arena.h"
#include "../base/err.h"
#include "../model/records.h"
#include "../bench/truths.h"

/* Start from {0} and fill in the first five. */
typedef struct {
    const char *only; /* a glob over kernels and patterns, or a kernel with parameters; NULL: all */
    uint64_t seed;    /* fills the inputs and draws the rows that are checked */
    uint32_t isas;
    bool keep_all; /* a row for every check; otherwise only for those that fail */
    as_arena *arena;

    as_case *cases; /* status is `ok` or `failed` */
    size_t count, cap, checked, failed;
    as_truths *truths;
} as_verify_tally;

/* false when `only` names parameters that its kernel does not take, or matches nothing. */
bool as_verify_all(as_verify_tally *tally, as_err *err);

#endif
