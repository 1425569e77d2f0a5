/* reach.h: which tokens can reach which through a stack of layers: what follows from a pattern without running it.
 * SPDX-License-Identifier: Apache-2.0
 *
 * One layer lets token t read the tokens of N(t), and nothing else: the residual stream, which would add t itself, is
 * not counted, so that the reach of one layer is |N(t)|. After L layers the last token has seen N1(N2(... NL({T}))):
 * the topmost layer is applied first. Where heads differ, a layer of several heads reads the union of their rows.
 *
 * Cost: a row is expanded once for each pattern of the schedule, into a bit set; runs go by the word. Patterns that
 * depend on distance alone may instead be convolved as bit sets of distances, whichever is cheaper at each layer. */
#ifndef AS_THEORY_REACH_H
#define AS_THEORY_REACH_H

#include "../base/err.h"
#include "reach_types.h"

/* false: out of memory, or a length beyond AS_THEORY_LENGTH_MAX. Free with as_reach_free. */
bool as_reach_find(const as_reach_ask *ask, as_reach *out, as_err *err);
void as_reach_free(as_reach *r);

#endif
