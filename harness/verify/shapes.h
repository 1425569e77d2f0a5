/* shapes.h: the odd shapes and patterns on which every kernel is compared with its oracle.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_VERIFY_SHAPES_H
#define AS_VERIFY_SHAPES_H

#include "../../kernels/api/kernel.h"

/* Calls `visit` for every shape, every pattern that fits it (each term's example, and unions and sizes beyond those)
 * and every dtype. The problem, its pattern too, lasts until `visit` returns. */
void as_verify_each(void (*visit)(const as_problem *p, void *more), void *more);

#endif
