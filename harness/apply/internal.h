/* internal.h: what the files of apply/ use of each other.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_APPLY_INTERNAL_H
#define AS_APPLY_INTERNAL_H

#include "../../kernels/npy/npy.h"
#include "../../kernels/pattern/pattern.h"
#include "../bench/bench.h"
#include "apply.h"

/* ---- tensor.c: one of the user's files as (B,H,N,d) */
typedef struct {
    as_npy file;
    const char *path, *name;      /* name: "q" */
    size_t shape[4], stride[4];   /* in items of the file */
    bool batched;                 /* the file is of rank 4 */
    double largest, norm_largest; /* of the finite values, of rows of d; known once copied */
} as_tensor;

/* Opens and checks one file alone: type, rank, no dimension of 0. */
bool as_tensor_open(as_tensor *t, const char *name, const char *path, as_err *err);
void as_tensor_close(as_tensor *t);
/* Checks that the three fit together, and fills the sizes of `p`. */
bool as_tensors_agree(const as_tensor *q, const as_tensor *k, const as_tensor *v, as_problem *p, as_err *err);
/* Copies to `out`, dense and row-major, as `dtype`; warns of values that are not finite. */
void as_tensor_copy(as_tensor *t, as_dtype dtype, void *out, void (*warn)(const char *text));

/* ---- call.c: the kernel and its calls */
/* Finds the kernel's build, settles the dtype that it takes (p->dtype) and allocates. `p` has shape, pattern and scale;
 * b->problem is its copy. */
const as_entry *as_apply_open(as_bench *b, const as_apply_request *request, bool prefer_bf16, as_problem *p,
                              as_err *err);
/* Makes one call to warm up, then the timed ones. */
bool as_apply_time(as_bench *b, size_t calls, as_applied *result, as_err *err);
/* Nanoseconds of one call. */
uint64_t as_apply_call(as_bench *b);
/* Writes the output as float32, whole or not at all. */
bool as_apply_write(const as_bench *b, const char *path, bool batched, as_err *err);

/* ---- turns.c: calls on demand, for a comparison in turns with another program */
/* Prints "ready KERNEL ISA DTYPE"; then, for each line "N" of stdin, makes N calls and prints "N SECONDS". True when
 * stdin ends. */
bool as_apply_turns(as_bench *b, as_isa isa, as_err *err);

/* ---- mass.c: against dense attention, on the rows that the oracle checked */
/* Fills the columns of `result` about dense attention. `full`: dense means every key, not only up to the query. */
bool as_mass(const as_bench *b, bool full, size_t rows, uint64_t seed, as_arena *arena, as_applied *result,
             as_err *err);

/* ---- mask.c: the pattern as a file */
/* Sets *yes if any row sees a key after its query. False when memory ran out. */
bool as_mask_sees_future(const as_problem *p, bool *yes, as_err *err);
/* Writes the pattern as a boolean array, (T,S), or (H,T,S) if heads differ. */
bool as_mask_write(const as_problem *p, const char *path, uint64_t memory, as_err *err);

#endif
