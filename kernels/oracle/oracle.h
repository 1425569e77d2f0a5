/* oracle.h: float64 truth per mechanism, row by row; never timed.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_ORACLE_H
#define AS_ORACLE_H

#include "../common/operand.h"

/* Names one output row to be checked. */
typedef struct {
    size_t batch, head, row;
} as_oracle_row;

/* A file kernels/oracle/NAME.c defines one `const as_oracle as_oracle_NAME` (NAME with _ for -); the table is
 * generated. The answer of a kernel is its first output operand; further ones are what it tells of how it came by it
 * (which keys it chose) or what a `once` phase left for later calls. */
typedef struct {
    const char
        *kernels; /* whom it serves: a mechanism, or the beginning of a kernel's name up to its end, a - or a : */
    /* Computes output row `at` (its length is the last dimension of the output operand) in float64 from the operands;
     * false when memory ran out. Where a kernel chooses its keys, near-ties make another choice than the oracle's as
     * good: the oracle takes the kernel's choice, and fills the row with infinity when that choice breaks the kernel's
     * rule. */
    bool (*row)(const as_problem *p, void *const *operand, as_oracle_row at, double *out);
    double (*price)(const as_problem *p); /* FLOPs of a row, where they are not about 4 S d; else NULL */
    /* Share of dense attention's weight that lies on the keys chosen for the row; NULL where none are chosen. */
    double (*mass)(const as_problem *p, void *const *operand, as_oracle_row at);
} as_oracle;

/* What an oracle puts where an element would cost too much to know; such an element is not compared. */
#define AS_ORACLE_SKIPPED 1e300

/* The oracle of a kernel called `name` (parameters do not matter), or NULL: then nothing may be timed. */
const as_oracle *as_oracle_find(const char *name);

typedef struct {
    size_t rows;      /* how many were compared */
    double error_max; /* largest absolute difference; infinity when the kernel gave a NaN or left poison */
    as_oracle_row worst;
    double mass_kept; /* mean over the compared rows; NaN where the kernel chooses no keys */
} as_oracle_verdict;

/* Which outputs are to be compared with what the oracle says: up to `rows` rows drawn by `seed`, first and last always
 * among them; all rows when there are no more. */
typedef struct {
    const as_oracle *oracle;
    const as_problem *problem;
    const as_operand *operands;
    size_t count;
    void *const *operand;
    size_t rows;
    uint64_t seed;
    bool
        inputs_alone; /* the oracle is shown no operand that the kernel wrote: the truth holds for other kernels, too */
} as_oracle_question;

/* Compares the rows of the output operand with *truth: `rows` times the length of a row. If *truth is NULL, the oracle
 * computes it, and the caller frees it. False when memory ran out. */
bool as_oracle_check(const as_oracle_question *q, double **truth, as_oracle_verdict *verdict);

/* The i-th of those rows (i < rows), of the output operand `out`. */
as_oracle_row as_oracle_nth(const as_operand *out, size_t i, size_t rows, uint64_t seed);

/* How many rows to check so that the oracle stays under about `flops` (at least 4). */
size_t as_oracle_rows(const as_problem *p, double flops);

#endif
