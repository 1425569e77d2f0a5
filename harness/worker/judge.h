/* judge.h: what a worker says of its case, held against what can be. Only what can have happened in the time that has
 * passed is believed. SPDX-License-Identifier: Apache-2.0
 * Each function gives NULL, or what is wrong, in words that follow "the worker reported". */
#ifndef AS_WORKER_JUDGE_H
#define AS_WORKER_JUDGE_H

#include "../model/records.h"

/* What the parent knows of the visit at the moment of an answer. */
typedef struct {
    const as_case *row;
    unsigned process, order;
    unsigned batches;          /* that were asked for */
    unsigned samples;          /* that have come */
    const char *const *events; /* that were asked for, ends with NULL; NULL: none */
    double passed_ns;          /* since the visit began */
} as_judge_facts;

const char *as_judge_sample(const as_judge_facts *f, const as_sample *s);
const char *as_judge_counter(const as_judge_facts *f, const as_counter *c);
const char *as_judge_phase(const as_judge_facts *f, const as_phase_time *p);

/* Whether an `ok` is one: checked before and after, within what is allowed. */
bool as_judge_checked(const as_result *r);
/* Whether so many pairs can be chosen, and so much mass kept. */
bool as_judge_chosen(const as_case *row, const as_result *r);

#endif
