/* sequence.h: what kernels share that turn a sequence x (B,T,D) into another, token by token or by fixed weights,
 * without asking a pattern which keys to see. SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_SEQUENCE_H
#define AS_SEQUENCE_H

#include "../api/kernel.h"
#include "size.h"

/* Each true with its reason. A pattern says nothing to these kernels but whether the future may be seen. */
bool as_sequence_refuse_dtype(const as_problem *p, char *why, size_t cap); /* anything but f32 */
bool as_sequence_refuse_pattern(const as_problem *p, bool sees_future, char *why, size_t cap);
bool as_sequence_refuse_context(const as_problem *p, char *why, size_t cap); /* a cache of earlier tokens */

/* bytes_min from the operand table (each moved once, kept ones left out), flops_dense as attention's. */
as_work as_sequence_work(const as_problem *p, const as_kernel *kernel, uint64_t useful, uint64_t executed,
                         uint64_t exps);

/* Largest error of a float32 sum of `terms` products whose squares sum to about 1, sample values within +-3.5 both:
 * partial sums stay below about 5 and are each rounded to 2^-24 of themselves, the errors adding up like a random walk;
 * 6 deviations of it, and 32 units for what is not a sum. */
double as_sequence_tolerance(double terms);

/* The largest magnitude of such a sum: 12.25 of one product, 5 deviations of many, and in between as the tails thin
 * out. */
double as_sequence_magnitude(double terms);

/* The same error in p's dtype. bfloat16: the inputs are exact, and so are their products in float32; what is added is
 * the rounding of the result, at most 2^-8 of itself. */
double as_sequence_tolerance_of(const as_problem *p, double terms);

#endif
