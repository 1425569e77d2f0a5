/* paths.c: binomials and sums of them, and dynamic programming on a pattern's own graph, in GMP's integers. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "paths.h"

#include <gmp.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define WORK_MAX ((double)(1u << 28))   /* limbs touched by a sum */
#define GRAPH_WORK ((double)(1u << 24)) /* additions on the graph */
#define GRAPH_DIGITS 4096.0

static double log10_choose(double n, double k) { return (lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)) / M_LN10; }

static as_number number_of(const mpz_t z)
{
    as_number n = {.log10 = -INFINITY};
    long exponent;
    double mantissa = mpz_get_d_2exp(&exponent, z);
    if (mantissa > 0)
        n.log10 = log10(mantissa) + (double)exponent * M_LN2 / M_LN10;
    void (*release)(void *, size_t);
    mp_get_memory_functions(NULL, NULL, &release);
    char *text = mpz_get_str(NULL, 10, z);
    n.exact = strdup(text);
    release(text, strlen(text) + 1);
    return n;
}

void as_number_free(as_number *n)
{
    free(n->exact);
    n->exact = NULL;
}

static as_number choose(uint64_t n, uint64_t k)
{
    as_number out = {.log10 = log10_choose((double)n, (double)k)};
    if (out.log10 > AS_PATHS_DIGITS)
        return out;
    mpz_t z;
    mpz_init(z);
    mpz_bin_uiui(z, n, k < n - k ? k : n - k);
    out = number_of(z);
    mpz_clear(z);
    return out;
}

as_number as_paths_unit_steps(uint64_t p, uint64_t q) { return choose(p + q, p); }
as_number as_paths_states(uint64_t p, uint64_t q) { return p + q ? choose(p + q - 1, p) : choose(0, 0); }

/* log10 of the j-th term of any_hops. */
static double log10_term(double p, double q, double j)
{
    return log10_choose(q + 1, j) + log10_choose(p - 1, j - 1) + (p - j) * M_LN2 / M_LN10;
}

static double log10_any_hops(double p, double q, uint64_t terms)
{
    double most = -INFINITY, sum = 0;
    for (uint64_t j = 1; j <= terms; j++)
        most = fmax(most, log10_term(p, q, (double)j));
    for (uint64_t j = 1; j <= terms; j++)
        sum += pow(10, log10_term(p, q, (double)j) - most);
    return most + log10(sum);
}

/* t(1) = (q+1) 2^(p-1); t(j+1) = t(j) (q+1-j) (p-j) / (2 j (j+1)), each a whole number. */
as_number as_paths_any_hops(uint64_t p, uint64_t q)
{
    if (!p)
        return choose(0, 0); /* straight up, and nothing else */
    uint64_t terms = q + 1 < p ? q + 1 : p;
    as_number out = {.log10 = log10_any_hops((double)p, (double)q, terms)};
    if (out.log10 > AS_PATHS_DIGITS || out.log10 / 19 * (double)terms > WORK_MAX)
        return out;
    mpz_t term, sum;
    mpz_inits(term, sum, NULL);
    mpz_ui_pow_ui(term, 2, p - 1);
    mpz_mul_ui(term, term, q + 1);
    for (uint64_t j = 1; j <= terms; j++) {
        mpz_add(sum, sum, term);
        mpz_mul_ui(term, term, q + 1 - j);
        mpz_mul_ui(term, term, p - j);
        mpz_divexact_ui(term, term, j);
        mpz_divexact_ui(term, term, j + 1);
        mpz_tdiv_q_2exp(term, term, 1);
    }
    out = number_of(sum);
    mpz_clears(term, sum, NULL);
    return out;
}

/* Paths to every token after some layers, with prefix sums so that a contiguous run costs one subtraction. */
typedef struct {
    size_t length;
    mpz_t *to, *before; /* [length], [length + 1]: before[t] = sum of to[0..t-1] */
    mpz_t *above;
    as_run *runs;
    unsigned char *named; /* keys of one row of a multiset */
} graph;

static void sum_up(graph *g)
{
    mpz_set_ui(g->before[0], 0);
    for (size_t t = 0; t < g->length; t++)
        mpz_add(g->before[t + 1], g->before[t], g->to[t]);
}

/* Each key once, where a pattern may yield it more than once. */
static void add_distinct(graph *g, mpz_t sum, size_t n)
{
    memset(g->named, 0, g->length);
    for (size_t i = 0; i < n; i++)
        for (size_t c = 0, key = g->runs[i].first; c < g->runs[i].count; c++, key += g->runs[i].step) {
            if (!g->named[key])
                mpz_add(sum, sum, g->to[key]);
            g->named[key] = 1;
        }
}

static void add_runs(graph *g, mpz_t sum, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const as_run *r = &g->runs[i];
        if (r->step == 1) {
            mpz_add(sum, sum, g->before[r->first + r->count]);
            mpz_sub(sum, sum, g->before[r->first]);
            continue;
        }
        for (size_t c = 0; c < r->count; c++)
            mpz_add(sum, sum, g->to[r->first + c * r->step]);
    }
}

static void climb(graph *g, const as_pattern *p)
{
    bool multiset = as_pattern_traits(p) & AS_PATTERN_MULTISET;
    sum_up(g);
    for (size_t t = 0; t < g->length; t++) {
        size_t n = as_pattern_row(p, (as_at){0, t, g->length}, g->runs);
        mpz_set_ui(g->above[t], 0);
        if (multiset)
            add_distinct(g, g->above[t], n);
        else
            add_runs(g, g->above[t], n);
    }
    mpz_t *swap = g->to;
    g->to = g->above;
    g->above = swap;
}

static mpz_t *integers(size_t n)
{
    mpz_t *z = malloc(n * sizeof *z);
    for (size_t i = 0; z && i < n; i++)
        mpz_init(z[i]);
    return z;
}

static void integers_free(mpz_t *z, size_t n)
{
    for (size_t i = 0; z && i < n; i++)
        mpz_clear(z[i]);
    free(z);
}

/* Whether the graph is small enough, and the longest row of runs. */
static bool modest(const as_layers *s, size_t length, size_t layers, size_t *runs)
{
    double work = 0;
    *runs = 1;
    if (length > 8192 || (double)layers * log10((double)length + 1) > GRAPH_DIGITS)
        return false;
    for (size_t i = 0; i < as_layers_period(s); i++) {
        const as_pattern *p = as_layers_at(s, i);
        size_t most = as_pattern_runs_max(p, length);
        bool plain = (as_pattern_traits(p) & (AS_PATTERN_CONTIGUOUS | AS_PATTERN_MULTISET)) == AS_PATTERN_CONTIGUOUS;
        double edges = (double)as_pattern_edges(p, 0, length, length);
        double rows = (double)length * (2 + (double)most);
        work = fmax(work, plain && rows < edges ? rows : edges);
        *runs = most > *runs ? most : *runs;
    }
    return work * (double)layers <= GRAPH_WORK;
}

static bool count_pattern(const as_layers *s, size_t length, size_t layers, as_number *out)
{
    size_t runs;
    *out = (as_number){.log10 = NAN};
    if (!modest(s, length, layers, &runs))
        return true;
    graph g = {.length = length,
               .to = integers(length),
               .above = integers(length),
               .before = integers(length + 1),
               .runs = malloc(runs * sizeof *g.runs),
               .named = malloc(length)};
    bool ok = g.to && g.above && g.before && g.runs && g.named;
    if (ok) {
        mpz_set_ui(g.to[0], 1);
        for (size_t i = 0; i < layers; i++)
            climb(&g, as_layers_at(s, i));
        *out = number_of(g.to[length - 1]);
    }
    integers_free(g.to, length);
    integers_free(g.above, length);
    integers_free(g.before, length + 1);
    free(g.runs);
    free(g.named);
    return ok;
}

bool as_paths_find(const as_layers *s, size_t length, size_t layers, as_paths *out, as_err *err)
{
    uint64_t p = length - 1, q = layers;
    *out = (as_paths){as_paths_unit_steps(p, q), as_paths_any_hops(p, q), as_paths_states(p, q), {.log10 = NAN}};
    return count_pattern(s, length, layers, &out->pattern) || as_fail_memory(err);
}

void as_paths_free(as_paths *p)
{
    as_number_free(&p->unit_steps);
    as_number_free(&p->any_hops);
    as_number_free(&p->states);
    as_number_free(&p->pattern);
}
