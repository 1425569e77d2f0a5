/* claim.h: a claim of the literature is one file, literature/NAME.c, that defines `const as_claim as_claim_NAME`: what
 * is stated, by whom, and a function that computes what is true. The table is generated. SPDX-License-Identifier:
 * Apache-2.0
 *
 * A verdict judges the claim as stated. `expected` records what we know it to be; the computation is asked afresh each
 * time, and a verdict that differs from the expected one contradicts this project, not the literature. */
#ifndef AS_CLAIMS_CLAIM_H
#define AS_CLAIMS_CLAIM_H

#include "../base/text.h"
#include "../theory/cost.h"
#include "../theory/paths.h"
#include "../theory/reach.h"

typedef enum {
    AS_HOLDS,            /* as stated */
    AS_HOLDS_CONDITIONS, /* only under a condition that is not part of the statement; `computed` names it */
    AS_IS_FALSE,         /* a counterexample was computed */
} as_claim_verdict;

const char *as_claim_verdict_text(as_claim_verdict v); /* "holds", "holds with conditions", "false" */

typedef struct {
    as_text computed; /* one line: the numbers and what they show */
    as_claim_verdict verdict;
} as_finding;

/* The rows of a result folder that bear on a claim: globs over kernels and patterns. */
typedef struct {
    const char *kernels, *patterns; /* kernels NULL: nothing measurable */
    bool crossing; /* false: the exponent of T; true: from which T on it is faster than dense attention */
} as_measurable;

typedef struct {
    const char *name;  /* the file's name */
    const char *claim; /* as stated, one sentence */
    const char *source;
    const char *stated; /* the number or formula that is stated */
    as_claim_verdict expected;
    bool (*compute)(as_finding *out, as_err *err);
    as_measurable measurable;
    int order; /* place in the table */
} as_claim;

/* How a claim begins: the name of its file, which has a function `compute`. */
#define AS_CLAIM(file) .name = #file, .compute = compute

extern const as_claim *const as_claims[]; /* ends with NULL; by name */

/* For claims: what the theory's engine finds for a pattern or schedule given as text. Each is false on error. */
bool as_claim_sees(const char *pattern, size_t length, size_t layers, uint64_t *out,
                   as_err *err);                                                        /* last token, depth */
bool as_claim_cover(const char *pattern, size_t length, uint64_t *layers, as_err *err); /* UINT64_MAX for never */
bool as_claim_edges(const char *pattern, size_t length, as_edges *out, as_err *err);

/* Holds when it is true as stated, holds with conditions when it is true under conditions, else it is false. */
static inline as_claim_verdict as_claim_judge(bool as_stated, bool under_conditions)
{
    return as_stated ? AS_HOLDS : under_conditions ? AS_HOLDS_CONDITIONS : AS_IS_FALSE;
}

#endif
