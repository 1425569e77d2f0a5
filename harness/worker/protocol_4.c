/* protocol_4.c: requests in protocol 4, so that a duel can be fought against a build of 0.1. To be removed in 0.3.
 * SPDX-License-Identifier: Apache-2.0
 * Protocol 4 numbers what 5 names, and wants every key in every request. Its answers are a part of those of 5:
 * `checked` is true or false, and a hello has no name, library and oldest protocol. */
#include <jansson.h>
#include <stdlib.h>

#include "protocol.h"

static const int modes[] = {[AS_MODE_VISIT] = 0, [AS_MODE_HELLO] = 1, [AS_MODE_TURNS] = 2,
                            [AS_MODE_CHECK] = 3, [AS_MODE_COUNT] = 4, [AS_MODE_DESCRIBE] = -1};

void as_request_write_4(const as_request *request, as_text *out)
{
    as_request whole = *request;
    as_text line = {0};
    if (whole.mode == AS_MODE_HELLO) { /* 4 has no requests without a case */
        whole.mode = AS_MODE_VISIT;
        whole.batches = 1;
    }
    as_request_write(&whole, &line);
    json_t *object = json_loadb(line.data, line.length, 0, NULL);
    json_object_del(object, "ask");
    json_object_set_new(object, "protocol", json_integer(4));
    json_object_set_new(object, "mode", json_integer(modes[request->mode]));
    json_object_set_new(object, "inject", json_integer(request->inject));
    char *text = json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(17));
    as_text_add(out, "%s\n", text ? text : "{}");
    free(text);
    json_decref(object);
    as_text_free(&line);
}
