/* convolution_wavenet.c: one token of WaveNet's stack by definition: of every layer just the tokens that it asks for.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "../convolution/wavenet.h"
#include "sums.h"

typedef struct {
    const as_problem *p;
    const float *w, *w_residual;
    size_t D, k, base, n; /* tokens base .. base + n - 1 are kept */
    double *x;            /* (n, D), of the layer reached */
    double *halves;       /* (2D) */
    bool *needed;         /* (L + 1, n): layer l's input, at L the output */
} stack;

/* Which tokens each layer must know, from the last down. */
static void ask(stack *s, size_t L)
{
    s->needed[L * s->n + s->n - 1] = true;
    for (size_t l = L; l-- > 0;)
        for (size_t i = 0; i < s->n; i++)
            for (size_t j = 0; s->needed[(l + 1) * s->n + i] && j < s->k; j++)
                if (j << l <= i)
                    s->needed[l * s->n + i - (j << l)] = true;
}

/* x[i] += (tanh(x * Wf) sigmoid(x * Wg)) Wr, from the last token back, since taps only look back. */
static void layer(stack *s, size_t l, size_t i)
{
    const size_t D = s->D;
    memset(s->halves, 0, 2 * D * sizeof *s->halves);
    for (size_t j = 0; j < s->k; j++)
        if (j << l <= i) /* tap k-1-j reads the token j dilations ago */
            as_sums_add(s->x + (i - (j << l)) * D, D, s->w + (l * s->k + s->k - 1 - j) * D * 2 * D, 2 * D, 2 * D,
                        s->halves);
    for (size_t c = 0; c < D; c++)
        s->halves[c] = tanh(s->halves[c]) * as_truth_sigmoid(s->halves[D + c]);
    as_sums_add(s->halves, D, s->w_residual + l * D * D, D, D, s->x + i * D);
}

/* operand: x (B,T,D), w (L,k,D,2D), w_residual (L,D,D) */
static bool oracle_convolution_wavenet_row(const as_problem *p, void *const *operand, as_oracle_row at, double *out)
{
    const size_t D = as_problem_width(p), L = as_wavenet_layers(p), k = p->param[AS_WAVENET_K];
    const size_t reach = 1 + (k - 1) * (((size_t)1 << L) - 1), n = reach < at.row + 1 ? reach : at.row + 1;
    stack s = {p,
               operand[1],
               operand[2],
               D,
               k,
               at.row + 1 - n,
               n,
               malloc(n * D * sizeof *s.x),
               malloc(2 * D * sizeof *s.halves),
               calloc((L + 1) * n, sizeof *s.needed)};
    const bool ok = s.x && s.halves && s.needed;
    if (ok) {
        const float *x = (const float *)operand[0] + (at.batch * p->length + s.base) * D;
        for (size_t i = 0; i < n * D; i++)
            s.x[i] = x[i];
        ask(&s, L);
        for (size_t l = 0; l < L; l++)
            for (size_t i = n; i-- > 0;)
                if (s.needed[(l + 1) * n + i])
                    layer(&s, l, i);
        memcpy(out, s.x + (n - 1) * D, D * sizeof *out);
    }
    free(s.x);
    free(s.halves);
    free(s.needed);
    return ok;
}

/* With k = 2 layer l is asked for half as many tokens as the one below; never for more than T. */
static double oracle_convolution_wavenet_price(const as_problem *p)
{
    const double D = (double)as_problem_width(p), k = (double)p->param[AS_WAVENET_K], T = (double)p->length;
    double tokens = 0, asked = 1;
    for (size_t l = as_wavenet_layers(p); l-- > 0; asked *= k)
        tokens += asked < T ? asked : T;
    return tokens * (4 * k * D * D + 2 * D * D);
}

const as_oracle as_oracle_convolution_wavenet = {"convolution/wavenet", oracle_convolution_wavenet_row,
                                                 oracle_convolution_wavenet_price, NULL};
