/* isa_vec.h: what isa_vec.c holds for each instruction set of this build: the laws of kernels/vec, and its 2^x.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TEST_ISA_VEC_H
#define TEST_ISA_VEC_H

#include "../../kernels/api/cpu.h"

#define TEST_LANES_MAX 16

typedef struct {
    as_isa isa;
    size_t lanes;                                       /* a divisor of TEST_LANES_MAX */
    bool (*laws)(uint64_t seed, char *why, size_t cap); /* false: `why` says which is broken */
    void (*exp2)(const float *x, float *y, size_t n);   /* n is a multiple of lanes */
    void (*exp2_short)(const float *x, float *y, size_t n);
} test_vec;

#ifndef AS_ISA_NAME /* in the tests themselves: all of them */
#include "isas.h"

#define X(isa) extern const test_vec test_vec_##isa;
AS_EACH_ISA(X)
#undef X

#define X(isa) &test_vec_##isa,
static const test_vec *const test_vecs[] = {AS_EACH_ISA(X)};
#undef X
#define TEST_VECS (sizeof test_vecs / sizeof *test_vecs)

#endif
#endif
