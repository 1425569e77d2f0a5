/* pages.c: the pages that content/pages says it chose must have the best summaries, near-ties aside, and hold the first
 * page and the latest ones; attention to their keys. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "chosen.h"

/* Score of a whole page by its summary, worked out from the keys anew. *longest: of the summary, for the slack. */
static double summary(const as_chosen_row *r, size_t page, double *longest)
{
    const size_t n = r->p->param[0];
    double sum = 0, length = 0;
    for (size_t c = 0; c < r->d; c++) {
        const double q = (double)r->p->scale * (double)r->q[c];
        double mean = 0, low = INFINITY, high = -INFINITY;
        for (size_t j = page * n; j < (page + 1) * n; j++) {
            const double x = (double)r->k[j * r->d + c];
            mean += x / (double)n;
            low = x < low ? x : low;
            high = x > high ? x : high;
        }
        const double part = r->p->param[2] ? (q * high > q * low ? q * high : q * low) : q * mean;
        const double size = fabs(low) > fabs(high) ? low : high;
        sum += part;
        length += size * size;
    }
    *longest = length > *longest ? length : *longest;
    return sum;
}

/* Pages 1 .. last compete. */
static bool best(const as_chosen_row *r, const bool *taken, size_t last)
{
    double worst = INFINITY, top = -INFINITY, longest = 0;
    for (size_t i = 1; i <= last; i++) {
        const double score = summary(r, i, &longest);
        if (taken[i])
            worst = score < worst ? score : worst;
        else
            top = score > top ? score : top;
    }
    return top <=
           worst + 2 * as_chosen_slack(sqrt(as_chosen_dot(r->q, r->q, r->d)), sqrt(longest), (double)r->p->scale, r->d);
}

/* Marks the pages and says whether they are the number they should be, with the forced among them. */
static bool forced(const as_problem *p, const float *chosen, size_t n, size_t own, bool *taken)
{
    const size_t local = p->param[3], expected = own + 1 < n ? own + 1 : n;
    for (size_t i = 0; i < n; i++) {
        const bool there = chosen[i] >= 0 && chosen[i] <= (float)own && (i == 0 || chosen[i] > chosen[i - 1]);
        if (i < expected ? !there : chosen[i] != -1)
            return false;
        if (i < expected)
            taken[(size_t)chosen[i]] = true;
    }
    for (size_t i = 0; i < local && i <= own; i++)
        if (!taken[own - i])
            return false;
    return taken[0];
}

/* operand: q (B,H,T,d), k and v (B,Hkv,S,d), o, index, chosen (B,H,T,n) */
static bool oracle_pages_list(const as_chosen_row *r, void *const *operand, as_oracle_row at, double *score,
                              unsigned *times)
{
    const as_problem *p = r->p;
    const size_t keys = p->param[0], local = p->param[3], least = local + 1 > 3 ? local + 1 : 3,
                 own = (r->seen - 1) / keys;
    const size_t n = p->param[1] / keys > least ? p->param[1] / keys : least;
    const float *chosen = (const float *)operand[5] + ((at.batch * p->heads + at.head) * p->length + at.row) * n;
    bool *taken = calloc(own + 1, sizeof *taken);
    bool good = taken && forced(p, chosen, n, own, taken);
    if (good && own + 1 > n)
        good = best(r, taken, own - local);
    for (size_t u = 0; good && u < r->seen; u++) {
        score[u] = as_chosen_score(r, u);
        times[u] = taken[u / keys];
    }
    free(taken);
    return good;
}

AS_CHOSEN_ORACLE(oracle_pages, oracle_pages_list)

static double oracle_pages_price(const as_problem *p) { return 10.0 * (double)p->context * (double)p->head_dim; }

const as_oracle as_oracle_pages = {
    .kernels = "content/pages", .row = oracle_pages_row, .price = oracle_pages_price, .mass = oracle_pages_mass};
