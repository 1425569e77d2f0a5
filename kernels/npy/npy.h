/* npy.h: NumPy's .npy files: a checked header, the data mapped read-only; and arrays written whole or not at all.
 * SPDX-License-Identifier: Apache-2.0
 *
 *   as_npy a;
 *   if (!as_npy_open(&a, path, 0, why, sizeof why)) ...   why: one line that names the file
 *   const float *x = a.data;                              a.type == AS_NPY_F32, a.shape[0..a.rank-1]
 *   as_npy_close(&a);
 *
 * Format versions 1, 2 and 3; little-endian; C and Fortran order. Object and structured types are refused, as is a file
 * whose size is not the very size that its header promises. Source: numpy.lib.format.
 */
#ifndef AS_NPY_H
#define AS_NPY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define AS_NPY_RANK_MAX 8

typedef enum { AS_NPY_BOOL, AS_NPY_U8, AS_NPY_U16, AS_NPY_F16, AS_NPY_F32, AS_NPY_F64, AS_NPY_I64 } as_npy_type;

typedef struct {
    as_npy_type type;
    int rank;
    size_t shape[AS_NPY_RANK_MAX];
    size_t items;     /* product of the shape; 1 for rank 0 */
    size_t item_size; /* bytes */
    bool fortran;     /* the first index runs fastest */
    const void *data; /* aligned for the type; read-only */
    void *map, *copy; /* private: the mapping, or a copy where the file has the data unaligned */
    size_t map_size;
} as_npy;

/* `limit`: most bytes of data to accept, 0 for any. False and `why`, with nothing to close, when it cannot be used. */
bool as_npy_open(as_npy *a, const char *path, size_t limit, char *why, size_t cap);
void as_npy_close(as_npy *a); /* a closed or zeroed one is fine */

/* '<f4' and so on, as in a header. */
const char *as_npy_descr(as_npy_type type);

/* In C order, to a temporary file beside `path` that then takes its name. */
bool as_npy_write(const char *path, as_npy_type type, const size_t *shape, int rank, const void *data, char *why,
                  size_t cap);
static inline bool as_npy_write_f32(const char *path, const size_t *shape, int rank, const float *data, char *why,
                                    size_t cap)
{
    return as_npy_write(path, AS_NPY_F32, shape, rank, data, why, cap);
}

#ifdef __cplusplus
}
#endif
#endif
