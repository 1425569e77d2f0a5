/* attend.h: softmax attention in one pass over the keys in tiles (FlashAttention; Dao et al., 2022), for any pattern.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A job is a list of units; a unit is a set of keys that some queries share: a key head, one residue class of it, one
 * segment of a LongNet branch. A unit's keys are packed once and used by all its query blocks; so are its values,
 * unless they can be multiplied where they lie. A query block walks the keys in blocks of TILE_KC; within a block each
 * strip of a format's rows
 *   - asks its rows' runs which panels of TILE_NR keys any row sees; the others are not touched,
 *   - multiplies q k^T panel by panel into a strip of scores that stays in L1,
 *   - hides what a row does not see, turns scores to weights, and adds weights times v to its output.
 * Workspace: packed k and v of the units in flight, and per thread a query block.
 * The work itself is in attend.c, which is built once for each instruction set and used by every kernel that attends in
 * tiles; here is what a kernel says to it. */
#ifndef AS_TILE_ATTEND_H
#define AS_TILE_ATTEND_H

#include <stdint.h>

#include "../attention/attention.h"
#include "pack.h"

/* What one member (a query head) of a unit sees. Tokens of a view are `step` tokens of the problem apart. */
typedef struct {
    const char *q, *k, *v; /* token 0 of the view; queries begin at its own q */
    char *o;
    size_t step;            /* rows of q, k, v, o from one token to the next */
    size_t length, context; /* queries and keys of this view; the last query is the last key */
    size_t head;
    float *state; /* (length, TILE_STATE(d)) max, sum and unfinished output, to go on from and to leave in; rows are
                     `step` apart, too. NULL: begin, finish and write o */
} tile_view;

#define TILE_STATE(d) ((d) + 2)

typedef struct tile_job {
    const as_problem *problem;
    const as_call *call;
    size_t units, members;
    size_t length_max, context_max; /* over all views */
    size_t runs_max;
    size_t alike;  /* as_pattern_alike of the rows; 0 as 1 */
    bool multiset; /* runs of a row may overlap and need not ascend */
    tile_view (*view)(const struct tile_job *job, size_t unit, size_t member);
    size_t (*row)(const struct tile_job *job, const tile_view *view, size_t position, as_run *runs);
    const void *more; /* for the two functions */
} tile_job;

static inline size_t tile_run_end(const as_run *r) { return r->first + (r->count - 1) * r->step + 1; }

/* Rows of the strip that begins at `position`, of `left`: it does not reach over the end of a stretch of rows that are
 * alike, behind which others see other keys. */
static inline size_t tile_strip_height(const tile_job *job, size_t strip, size_t position, size_t left)
{
    const size_t stretch = job->alike > strip ? job->alike - position % job->alike : strip;
    const size_t rows = left < strip ? left : strip;
    return rows < stretch ? rows : stretch;
}

/* One function of each instruction set: a kernel calls its own. */
#define tile_workspace AS_ISA(tile_workspace)
#define tile_attend AS_ISA(tile_attend)
#define tile_flops_executed AS_ISA(tile_flops_executed)

/* Bytes of workspace; SIZE_MAX where that is no size. */
size_t tile_workspace(const tile_job *job);

/* The whole job. `workspace` has tile_workspace(job) bytes. */
void tile_attend(const tile_job *job, void *workspace);

/* What tile_attend multiplies, counted from the views' rows without running the job. The job's call may be without
 * operands: only shapes are asked for. */
uint64_t tile_flops_executed(const tile_job *job);

#endif
