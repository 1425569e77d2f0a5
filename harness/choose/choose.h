/* choose.h: which pattern and kernel for a given shape, from what was measured.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A candidate is a pattern under a kernel build. Its time for the shape is the measured one where that very case was
 * measured; else it lies on the curve in T of its pattern (between two points in logarithms, beyond them by the claimed
 * class of growth or the tail slope); else it comes from the family's cost per FLOP over context, keys per query, width
 * and heads, a plane fitted to the nearest measured cases. A family is a kernel build and the patterns that differ in
 * their numbers only. Up to three numbers may vary; where one was measured at three values or more, values between them
 * are candidates, too, each with each of the other number's. Numbers that always grew together, as longnet's do, are
 * one.
 *
 * A stack whose layers take two patterns in turn, or a ladder of dilations, is a candidate, too: its time is the sum of
 * its layers', its reach that of the schedule. Only those are kept that cover in fewer layers than anything as fast, or
 * that reach what is asked for in less time than any single pattern. */
#ifndef AS_CHOOSE_CHOOSE_H
#define AS_CHOOSE_CHOOSE_H

#include "ask.h"

/* false: nothing in the folder is of this kind (decode or not, this batch of kernels). */
bool as_choose(const as_choose_ask *ask, as_arena *arena, as_chosen *out, as_err *err);

#endif
