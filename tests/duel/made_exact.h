/* made_exact.h: made-up cases of one sweep, and what both sides of a duel counted of them.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_TESTS_MADE_EXACT_H
#define AS_TESTS_MADE_EXACT_H

#include "harness/model/records.h"
#include "harness/model/verdicts.h"

static inline as_case made_case(const char *key, uint64_t length)
{
    as_case c;
    as_record_clear(&as_case_schema, &c);
    c.case_ = key;
    c.kernel = "attention/naive";
    c.mechanism = "attention";
    c.pattern = "causal";
    c.isa = "scalar";
    c.dtype = "f32";
    c.cache = "warm";
    c.status = AS_STATUS_PLANNED;
    c.batch = c.heads = c.kv_heads = c.threads = 1;
    c.length = c.context = length;
    c.width = c.head_dim = 64;
    return c;
}

static inline as_exact made_exact(const char *key, const char *side)
{
    as_exact e;
    as_record_clear(&as_exact_schema, &e);
    e.case_ = key;
    e.side = side;
    e.status = "ok";
    e.edges = e.flops_executed = e.instructions = 1000000;
    e.workspace_peak_bytes = 65536;
    e.counted_isa = "scalar";
    e.error_max = 1e-7;
    e.error_allowed = 1e-6;
    return e;
}

#endif
