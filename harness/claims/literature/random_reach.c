/* random_reach.c: r random keys: r^L is what the reach in expectation falls short of. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>

#include "../claim.h"

enum { T = 256, R = 4, DEPTH = 2, SEEDS = 400 };

/* E|reach after 2 layers|, each layer drawn anew. Token v is missed when no u of the last row sees it: the mean over
 * all R-subsets of 1..T of the product of (1 - P(u sees v)) is e_R(x_1..x_T) / C(T,R), the elementary symmetric
 * polynomial, by recursion over u. */
static double expected_two_layers(void)
{
    double sum = 0;
    for (int v = 1; v <= T; v++) {
        double e[R + 1] = {1}; /* e[k] scaled by 1/C(.,k) at the end */
        for (int u = 1; u <= T; u++) {
            double sees = u < v ? 0 : u <= R ? 1 : (double)R / u;
            for (int k = R; k >= 1; k--)
                e[k] += e[k - 1] * (1 - sees);
        }
        double choices = 1;
        for (int k = 0; k < R; k++)
            choices *= (double)(T - k) / (k + 1);
        sum += 1 - e[R] / choices;
    }
    return sum;
}

/* The same on drawn patterns, an own seed for each layer; mean and its standard error. */
static bool simulate(double *mean, double *error, as_err *err)
{
    double sum = 0, squares = 0;
    for (int i = 0; i < SEEDS; i++) {
        char text[96];
        uint64_t sees;
        snprintf(text, sizeof text, "schedule(random:r=%d,seed=%d;random:r=%d,seed=%d)", R, 2 * i + 1, R, 2 * i + 2);
        if (!as_claim_sees(text, T, DEPTH, &sees, err))
            return false;
        sum += (double)sees;
        squares += (double)(sees * sees);
    }
    *mean = sum / SEEDS;
    *error = sqrt((squares / SEEDS - *mean * *mean) / SEEDS);
    return true;
}

static bool compute(as_finding *out, as_err *err)
{
    double exact = expected_two_layers(), mean, error;
    uint64_t deep;
    if (!simulate(&mean, &error, err) || !as_claim_sees("random:r=4,seed=1", T, 8, &deep, err))
        return false;
    as_text_add(&out->computed,
                "T = %d, r = %d: after 2 layers %.3f expected exactly, %.2f +- %.2f over %d draws, against r^2 = %d; "
                "after 8 layers of one draw %llu, against r^8 = 65536: paths meet, and a causal row leans to the start",
                T, R, exact, mean, error, SEEDS, R * R, (unsigned long long)deep);
    bool agree = fabs(mean - exact) < 5 * error + 1e-9;
    out->verdict = as_claim_judge(agree && fabs(exact - R * R) < 0.01, agree && exact < R * R && exact > 0.5 * R * R);
    return true;
}

const as_claim as_claim_random_reach = {
    AS_CLAIM(random_reach),
    .claim = "L layers of r random keys per token reach r^L tokens in expectation",
    .source = "common statement on random attention, after BigBird (arXiv 2007.14062)",
    .stated = "r^L",
    .expected = AS_HOLDS_CONDITIONS,
    .measurable = {"attention/*", "random:*", false},
    .order = 110,
};
