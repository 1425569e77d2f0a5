/* operand.h: arrays of an operand table: their size, their filling and their poison.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_OPERAND_H
#define AS_OPERAND_H

#include "../api/kernel.h"

/* Bytes of an operand's array; SIZE_MAX on overflow. */
size_t as_operand_bytes(const as_operand *operand);

/* Fills an input. Number i of the array depends on (seed, i) alone: it is the same on every machine, whichever part of
 * the array is filled first. Give each operand of a table a seed of its own, such as seed + its index. */
void as_operand_fill(const as_operand *operand, uint64_t seed, void *data);

/* Numbers first..first+count-1 of the same array, to the start of `data`. */
void as_operand_fill_part(const as_operand *operand, uint64_t seed, size_t first, size_t count, void *data);

/* NaN everywhere, so that what a kernel left unwritten is seen. */
void as_operand_poison(const as_operand *operand, void *data);

/* What fill.c makes for one instruction set: `count` numbers of the stream `base` from its number `first` on, each
 * times `scale`, as float32 or bfloat16. */
typedef struct {
    as_fill fill; /* not AS_FILL_ZERO */
    as_dtype dtype;
    uint64_t base;
    size_t first, count;
    float scale;
} as_fill_job;

typedef struct {
    as_isa isa;
    void (*fill)(const as_fill_job *job, void *data);
} as_filler;

#endif
