/* explain_text.h: what explain found, for a terminal.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_NARRATE_EXPLAIN_TEXT_H
#define AS_NARRATE_EXPLAIN_TEXT_H

#include "../theory/explain.h"

/* With a drawing of the mask. False: out of memory. */
bool as_explain_text(const as_explained *e, as_text *out, as_err *err);

#endif
