/* isa_activation.h: the non-linearities of kernels/vec for each instruction set of this build.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TEST_ISA_ACTIVATION_H
#define TEST_ISA_ACTIVATION_H

#include "../../kernels/api/cpu.h"

typedef struct {
    as_isa isa;
    void (*sigmoid)(float *x, size_t n), (*tanh)(float *x, size_t n), (*silu)(float *x, size_t n),
        (*gelu)(float *x, size_t n), (*elu1)(float *x, size_t n);
} test_activation;

#ifndef AS_ISA_NAME /* in the tests themselves: all of them */
#include "isas.h"

#define X(isa) extern const test_activation test_activation_##isa;
AS_EACH_ISA(X)
#undef X

#define X(isa) &test_activation_##isa,
static const test_activation *const test_activations[] = {AS_EACH_ISA(X)};
#undef X
#define TEST_ACTIVATIONS (sizeof test_activations / sizeof *test_activations)

#endif
#endif
