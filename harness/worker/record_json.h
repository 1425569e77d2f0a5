/* record_json.h: a record as a JSON object, both ways, from its schema.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_WORKER_RECORD_JSON_H
#define AS_WORKER_RECORD_JSON_H

#include <jansson.h>

#include "../base/arena.h"
#include "../base/err.h"
#include "../base/table.h"

/* Missing values are null. The caller owns the object. */
json_t *as_record_json(const as_schema *schema, const void *record);

/* A key that is not there or null is a missing value, an unknown key is passed over, and a count may be true or false.
 * Texts are kept in `arena` and are printable. false: not an object, or a value that is not of its column's kind. */
bool as_record_from_json(const as_schema *schema, const json_t *object, as_arena *arena, void *record, as_err *err);

#endif
