/* folder.h: the folder that a duel leaves: rules and builds in duel.json, the inputs, every turn.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_DUEL_FOLDER_H
#define AS_DUEL_FOLDER_H

#include "state.h"

/* Makes the folder with all that is known before anything is measured, and opens its turns.csv. */
bool as_duel_write_folder(as_duel_session *s, as_err *err);

/* Reads the rules, gates and cases of s->ask.again, and the rows of its exact gates. */
bool as_duel_read_folder(as_duel_session *s, as_err *err);

#endif
