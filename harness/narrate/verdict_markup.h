/* verdict_markup.h: verdicts as JUnit XML and as Markdown. A name or a reason is text there, whatever it holds.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_NARRATE_VERDICT_MARKUP_H
#define AS_NARRATE_VERDICT_MARKUP_H

#include "../model/verdicts.h"

/* The elements and attributes of junit-10.xsd of Jenkins' xunit plug-in, which GitLab reads, too. A test case is a
 * case: regressed is a failure, failed an error; inconclusive, missing and new are skipped (missing and new: failures
 * when strict). No case has a time: verdicts have none. */
void as_verdict_junit(const char *title, bool strict, const as_verdict *rows, size_t count, as_text *out);
/* GitHub flavoured: counts, what could have been seen, and a table of all that is not `same`. */
void as_verdict_markdown(const char *title, const as_verdict *rows, size_t count, as_text *out);

#endif
