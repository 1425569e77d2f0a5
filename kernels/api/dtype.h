/* dtype.h: names and sizes of element types. SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_DTYPE_H
#define AS_DTYPE_H

#include "kernel.h"

const char *as_dtype_name(as_dtype dtype); /* "f32", "bf16", "q8_0", ... */

/* The types that a case may have, by name; ends with NULL. as_dtype_parse knows these alone. */
extern const char *const as_dtype_words[];
bool as_dtype_parse(const char *name, as_dtype *out);

/* Bytes of one number; 0 for AS_Q8_0, whose numbers come in blocks. */
size_t as_dtype_bytes(as_dtype dtype);
/* Bytes of n numbers in a row, n a multiple of the type's block; SIZE_MAX if they overflow. */
size_t as_dtype_size(as_dtype dtype, size_t n);

#endif
