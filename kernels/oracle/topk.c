/* topk.c: the keys that content/topk says it chose must be the best there are, near-ties aside; attention to those. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "chosen.h"

/* operand: q (B,H,T,d), k and v (B,Hkv,S,d), o, chosen (B,H,T,k) */
static bool oracle_topk_list(const as_chosen_row *r, void *const *operand, as_oracle_row at, double *score,
                             unsigned *times)
{
    const as_problem *p = r->p;
    const size_t k = p->param[0], n = k < r->seen ? k : r->seen;
    const float *chosen = (const float *)operand[4] + ((at.batch * p->heads + at.head) * p->length + at.row) * k;
    double worst = INFINITY, longest = 0;
    for (size_t u = 0; u < r->seen; u++) {
        const double length = as_chosen_dot(r->k + u * r->d, r->k + u * r->d, r->d);
        score[u] = as_chosen_score(r, u);
        longest = length > longest ? length : longest;
    }
    for (size_t i = 0; i < k; i++) {
        const bool there = chosen[i] >= 0 && chosen[i] < (float)r->seen && (i == 0 || chosen[i] > chosen[i - 1]);
        if (i < n ? !there : chosen[i] != -1)
            return false;
        if (i >= n)
            continue;
        times[(size_t)chosen[i]] = 1;
        worst = score[(size_t)chosen[i]] < worst ? score[(size_t)chosen[i]] : worst;
    }
    const double slack = as_chosen_slack(sqrt(as_chosen_dot(r->q, r->q, r->d)), sqrt(longest), (double)p->scale, r->d);
    for (size_t u = 0; u < r->seen; u++)
        if (!times[u] && score[u] > worst + 2 * slack)
            return false;
    return true;
}

AS_CHOSEN_ORACLE(oracle_topk, oracle_topk_list)

const as_oracle as_oracle_topk = {.kernels = "content/topk", .row = oracle_topk_row, .mass = oracle_topk_mass};
