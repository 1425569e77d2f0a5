/* layers.h: a pattern for each layer, taken in turn: schedule(dilated:r=1,k=2;dilated:r=2,k=2). A plain pattern is a
 * schedule of one.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Layer 0 is the lowest: it reads the embeddings. Layers past the last pattern start again at the first. */
#ifndef AS_LAYERS_H
#define AS_LAYERS_H

#include "pattern.h"

#ifdef __cplusplus
extern "C" {
#endif

#define AS_SCHEDULE_MAX 64

typedef struct as_layers as_layers;

/* NULL and an error whose column counts in the whole text. Free with as_layers_free. */
as_layers *as_layers_parse(const char *text, as_pattern_error *error);
void as_layers_free(as_layers *s);

/* The one spelling: repetitions of the whole are left out, and a schedule of one is written as its pattern. */
const char *as_layers_text(const as_layers *s);

/* How many patterns there are before they repeat, and the pattern of a layer, which the schedule owns. */
size_t as_layers_period(const as_layers *s);
const as_pattern *as_layers_at(const as_layers *s, size_t layer);

/* as_pattern_fits for every pattern. */
bool as_layers_fits(const as_layers *s, size_t length, size_t context, char *why, size_t cap);

#ifdef __cplusplus
}
#endif
#endif
