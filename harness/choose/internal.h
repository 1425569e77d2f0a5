/* internal.h: what the files of choose/ share: the candidates so far, and the families that they come from.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_CHOOSE_INTERNAL_H
#define AS_CHOOSE_INTERNAL_H

#include <uthash.h>

#include "ask.h"

enum { AS_FREE_MAX = 3 }; /* numbers of a pattern that may vary independently */

/* A kernel build on the patterns that differ in their numbers only: rows of what was measured. */
typedef struct {
    UT_hash_handle hh;
    size_t *rows;
    size_t count, cap;
    size_t free[AS_FREE_MAX]; /* places of the numbers that vary, each of its own accord */
    size_t free_count;        /* 0: none, or too many */
    char key[];
} as_family;

typedef struct {
    uint64_t layers_to_cover; /* AS_NO_COUNT: never, or not known */
    uint64_t reach;           /* after all layers; AS_NO_COUNT: not known */
} as_choose_cover;

typedef struct as_covered as_covered;

/* One of ask->patterns: a pattern, then its canonical text, or a glob. */
typedef struct {
    const char *text;
    bool is_pattern;
} as_named_pattern;

typedef struct {
    const as_choose_ask *ask;
    as_named_pattern *named;
    size_t named_count;
    as_arena *arena;
    as_chosen *out;
    size_t cap;
    as_covered *covers; /* what is known of patterns and schedules */
} as_choosing;

as_choice *as_choosing_add(as_choosing *c, const as_choice *like);
/* How far a pattern or a schedule reaches; found once for each. */
as_choose_cover as_choosing_cover(as_choosing *c, const char *pattern);

/* family.c */
as_family *as_families_find(as_choosing *c);
/* The patterns of a family: those that were measured; those between them where a number was measured at three values or
 * more; those that --pattern names. */
void as_family_each(as_choosing *c, const as_family *f,
                    void (*consider)(as_choosing *, const as_family *, const char *));
/* ln(1 + v) of the free numbers of a pattern of the family. */
void as_family_place(const as_family *f, const char *pattern, double out[AS_FREE_MAX]);

/* schedules.c: adds stacks of the candidates so far, in ascending order of time and none of them ruled out, that cover
 * in fewer layers than anything as fast, or reach what is asked for in less time. */
void as_schedules_add(as_choosing *c);

#endif
