/* session.h: a duel from its request to its verdicts, whether its turns are measured now or were stored.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_DUEL_SESSION_H
#define AS_DUEL_SESSION_H

#include "state.h"

/* Measures, and keeps everything in a new folder, s->dir. s->verdicts are there when the result is true, and when
 * s->interrupted the cases that were reached are in them. */
bool as_duel_measure(as_duel_session *s, as_err *err);

/* Judges the turns of s->ask.again once more. false also when the verdicts are not those of its verdicts.csv. */
bool as_duel_repeat(as_duel_session *s, as_err *err);

/* Removes temporary copies and frees what the session holds; also after a failure. */
void as_duel_close(as_duel_session *s);

#endif
