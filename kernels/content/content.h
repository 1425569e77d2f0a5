/* content.h: attention to keys that each query chooses by their scores: scoring on the tile room and the best k of a
 * row (select.c), and attention to what was chosen (attend.c), each with a body for every instruction set.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A unit is a key head; the queries of its query heads lie one behind the other in q (B,H,T,d), so they are the rows of
 * one matrix: row r of a unit is query r mod T of member r / T. Candidates are the rows of a matrix as well: keys, or
 * summaries of pages. Scores of a block of rows come panel by panel and are never kept whole: each row has a list of
 * the best so far, and only what beats the k-th of them is put on it. */
#ifndef AS_CONTENT_H
#define AS_CONTENT_H

#include "../attention/attention.h"

#define CONTENT_NONE (-1.0f)                  /* where a row has fewer keys than there is room for */
#define CONTENT_CONTEXT_MAX ((size_t)1 << 24) /* float32 counts exactly up to here */

/* The best candidates of a row so far. */
typedef struct {
    size_t k, cap, count;
    float floor;  /* beaten by whatever is added */
    float *score; /* (cap) in the order of the candidates */
    float *index; /* (cap) whole numbers, which float32 has up to CONTENT_CONTEXT_MAX */
} content_best;

typedef struct content_job {
    const as_problem *problem;
    const as_call *call;
    const float *candidates; /* (B,Hkv,n,depth) */
    size_t n, depth;
    size_t k;    /* how many to choose */
    bool halves; /* depth is 2 d: a query enters as (min(q,0), max(q,0)) against (least, most) of a page */
    /* Candidates [*low, *high) are open to the query at `position`; none: nothing needs scoring. */
    void (*open)(const struct content_job *job, size_t position, size_t *low, size_t *high);
    /* Writes down what query `row` of all B H T chose. */
    void (*take)(const struct content_job *job, size_t row, size_t position, const content_best *best);
} content_job;

/* Rows of a unit, and where row r of it stands. */
static inline size_t content_rows(const as_problem *p) { return p->heads / p->kv_heads * p->length; }
static inline size_t content_position(const as_problem *p, size_t r) { return p->context - p->length + r % p->length; }

static inline size_t content_least(size_t a, size_t b) { return a < b ? a : b; }

#define content_select_bytes AS_ISA(content_select_bytes)
#define content_select AS_ISA(content_select)
#define content_flops AS_ISA(content_flops)
#define content_attend_all AS_ISA(content_attend_all)

/* All queries choose. workspace: content_select_bytes(job), SIZE_MAX on overflow */
void content_select(const content_job *job, void *workspace);
size_t content_select_bytes(const content_job *job);

/* What content_select multiplies: *useful counts open candidates, *executed whole panels of strips. */
void content_flops(const content_job *job, uint64_t *useful, uint64_t *executed);

/* Every query attends to the keys that `list` writes down for it (at most `most`; it returns how many).
 * workspace: threads times content_attend_floats(most) */
void content_attend_all(const as_call *call, size_t most,
                        size_t (*list)(const as_call *call, size_t row, uint32_t *key));

static inline size_t content_attend_floats(size_t most) { return (most + 15) / 16 * 32; }

static inline bool content_refuse(const as_problem *p, char *why, size_t cap)
{
    if (as_refuse_but_f32(p, why, cap) || as_refuse_but_causal(p, why, cap))
        return true;
    return as_refuse_more_than(p->context, "the context", CONTENT_CONTEXT_MAX, "what float32 counts exactly", why, cap);
}

#endif
