/* reach_pairs.h: the share of all pairs that are connected through a stack of layers. For theory/ alone.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_THEORY_REACH_PAIRS_H
#define AS_THEORY_REACH_PAIRS_H

#include "reach_frontier.h"

/* Fills out->share for patterns that do not depend on distance alone: exactly for modest lengths, else from rows spread
 * evenly over all positions (out->sampled of them). false: out of memory. */
bool as_pairs_find(as_spread *s, as_reach *out);

#endif
