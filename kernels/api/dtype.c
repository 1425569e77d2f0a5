/* dtype.c: the table of element types, in the order of as_dtype. A type that a case may have is a row of MEASURED.
 * SPDX-License-Identifier: Apache-2.0 */
#include "dtype.h"

#include <string.h>

/* X(name, numbers in a block, bytes of a block) */
#define MEASURED(X) X("f32", 1, 4) X("bf16", 1, 2)
#define CONTRACT_ONLY(X) X("f16", 1, 2) X("q8_0", 32, 34) X("int8", 1, 1) X("f8", 1, 1) X("int32", 1, 4)

#define ROW(name, block, bytes) {name, block, bytes},
#define WORD(name, block, bytes) name,

static const struct {
    const char *name;
    size_t block, bytes;
} types[] = {MEASURED(ROW) CONTRACT_ONLY(ROW)};

const char *const as_dtype_words[] = {MEASURED(WORD) NULL};

_Static_assert(sizeof types / sizeof *types == AS_DTYPE_COUNT, "a row for each as_dtype");

const char *as_dtype_name(as_dtype dtype) { return (unsigned)dtype < AS_DTYPE_COUNT ? types[dtype].name : "?"; }

bool as_dtype_parse(const char *name, as_dtype *out)
{
    for (size_t i = 0; as_dtype_words[i]; i++)
        if (!strcmp(name, as_dtype_words[i])) {
            *out = (as_dtype)i;
            return true;
        }
    return false;
}

size_t as_dtype_bytes(as_dtype dtype) { return types[dtype].block == 1 ? types[dtype].bytes : 0; }

size_t as_dtype_size(as_dtype dtype, size_t n)
{
    size_t bytes;
    return __builtin_mul_overflow(n / types[dtype].block, types[dtype].bytes, &bytes) ? SIZE_MAX : bytes;
}
