/* shape.h: the text of a pattern without its numbers, and the numbers: what patterns of one kind have in common.
 * SPDX-License-Identifier: Apache-2.0
 *
 *     window:w=64                           window:w=*                        64
 *     block:b=16,density=0.1,seed=1         block:b=*,density=*.*,seed=*      16 0.1 1
 *
 * Nothing is opened: the text of a pattern whose file is elsewhere, or whose term this build does not have, has a
 * shape, too. */
#ifndef AS_PATTERN_SHAPE_H
#define AS_PATTERN_SHAPE_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
    AS_NUMBER_WHOLE, /* of a count or of a list: between two of them others are meant, too */
    AS_NUMBER_REAL,
    AS_NUMBER_SEED, /* which draw, and not how much */
    AS_NUMBER_NAME, /* digits in a path */
} as_number_kind;

typedef struct {
    size_t at, length; /* of its text in that of the pattern */
    double value;
    as_number_kind kind;
} as_pattern_number;

#define AS_PATTERN_SHAPE_MAX 8192 /* bytes for the shape of any pattern that parses */

/* `text` is canonical. Writes to `shape`, NUL-terminated and cut to `shape_cap` bytes, the text with `*` for every
 * whole number and `*.*` for every real one, and to `numbers` the first `number_cap`; either may be NULL with a cap of
 * 0. Returns how many numbers there are. */
size_t as_pattern_shape(const char *text, char *shape, size_t shape_cap, as_pattern_number *numbers, size_t number_cap);

#ifdef __cplusplus
}
#endif
#endif
