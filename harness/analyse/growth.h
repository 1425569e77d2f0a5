/* growth.h: which law a curve follows (T, 1 + T, T log T, 1 + T log T, T^1.5, T^2, 1 + T^2, T + T^2), or that none is
 * sure. SPDX-License-Identifier: Apache-2.0
 *
 * Every class is fitted with coefficients that are not negative, least squares of the relative error, and judged by
 * AICc; a term under 10 % at the largest x is dropped, so that 1 + T with a small 1 is T. Each class is also fitted
 * with a step between two neighbouring points, beyond which every time is larger by one factor: what a working set that
 * leaves a cache does. A class is claimed only when every other one, with a step or without, is worse by more than 4
 * (by more than 20 where both have a constant, which bends a curve much as a logarithm does; by more than 10 where two
 * terms stand against one with a step). A rival with a step is not charged for being fitted to few points: a bare T log
 * T shall not win over T with a cache in it for want of points. Nor is a class claimed when a power of its own, T^1.25,
 * comes as near: sums and steps can imitate any power. What no class fits (a residual above 15 %, or a slope at the far
 * end that is not the class's) is not claimed either. docs/fit.md has how often all this is right. */
#ifndef AS_ANALYSE_GROWTH_H
#define AS_ANALYSE_GROWTH_H

#include <stdbool.h>
#include <stddef.h>

#include "../base/arena.h"

#define AS_GROWTH_POINTS_MIN 6 /* different x */
#define AS_GROWTH_OCTAVES_MIN 4.0
#define AS_GROWTH_CLAIM 4.0 /* AICc by which every other class must be worse */

/* A point: x (and z, where a law has two: T and D) and the value, above 0. */
typedef struct {
    double x, z, y;
} as_growth_point;

typedef struct as_growth_law as_growth_law;

typedef struct {
    const as_growth_law *law;  /* of the best fit, claimed or not, small terms dropped; NULL: nothing could be fitted */
    const as_growth_law *form; /* the same with the small term, if any */
    bool claimed;
    double a, b;     /* coefficients of the form's first and second term; 0 where there is none */
    double step_x;   /* the step lies beyond this x; NaN: none */
    double step;     /* the factor; 1: none */
    double residual; /* root mean square of the relative errors */
    double power;    /* of x, where one that is no class's describes the points better than any of them; NaN: none */
    double margin;   /* AICc of the best other class less that of this one */
    const as_growth_law *rivals[8]; /* other classes within AS_GROWTH_CLAIM, best first */
    size_t rival_count;
} as_growth;

/* Points ascend in x. `tail_low` .. `tail_high` hold the slope at the far end as measured; NaN: not known. */
as_growth as_growth_fit(const as_growth_point *points, size_t count, double tail_low, double tail_high);

/* The laws of two variables: T D, T D^2, T^2 D, T D + T D^2, T D + T^2 D, T D^2 + T^2 D; x is T, z is D. No steps. */
as_growth as_growth_fit_surface(const as_growth_point *points, size_t count);

/* The value at x, z, of the best fit. */
double as_growth_at(const as_growth *g, double x, double z);

/* The coefficients of the law alone: *b is 0 where it has one term. */
void as_growth_coefficients(const as_growth *g, double *a, double *b);

/* "T + T^2", with `symbol` for x: "1 + D^2". In `arena`. */
const char *as_growth_name(const as_growth_law *law, const char *symbol, as_arena *arena);

#endif
