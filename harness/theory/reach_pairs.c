/* reach_pairs.c: which pairs are connected: a bit matrix for modest lengths, else rows spread evenly.
 * SPDX-License-Identifier: Apache-2.0 */
#include "reach_pairs.h"

#include <stdlib.h>
#include <string.h>

#define MATRIX_LENGTH 8192
#define MATRIX_WORK ((double)(1u << 29)) /* words */
#define SAMPLE_WORK ((uint64_t)1 << 27)  /* words and keys */
#define SAMPLES 512

static double all_pairs(const as_spread *s, size_t token)
{
    bool causal = as_layers_all(s->ask->schedule, AS_PATTERN_CAUSAL);
    return causal ? (double)(token + 1) : (double)s->ask->length;
}

static size_t heads_of(const as_spread *s, const as_pattern *p)
{
    return as_pattern_traits(p) & AS_PATTERN_PER_HEAD ? s->ask->heads : 1;
}

/* row |= the rows of `below` that the runs name; row = the runs themselves where `below` is NULL. */
static void join_rows(uint64_t *row, const uint64_t *below, size_t words, const as_run *runs, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (size_t c = 0, key = runs[i].first; c < runs[i].count; c++, key += runs[i].step) {
            if (!below)
                row[key / 64] |= (uint64_t)1 << (key % 64);
            for (size_t w = 0; below && w < words; w++)
                row[w] |= below[key * words + w];
        }
}

/* above[t] = union of below[u] over u in N(t); returns the pairs. */
static uint64_t layer(as_spread *s, const as_pattern *p, uint64_t *above, const uint64_t *below)
{
    size_t length = s->ask->length, words = s->words;
    uint64_t pairs = 0;
    memset(above, 0, length * words * sizeof *above);
    for (size_t t = 0; t < length; t++) {
        for (size_t h = 0; h < heads_of(s, p); h++) {
            size_t n = as_pattern_row(p, (as_at){h, t, length}, s->runs);
            join_rows(above + t * words, below, words, s->runs, n);
        }
        for (size_t w = 0; w < words; w++)
            pairs += (uint64_t)__builtin_popcountll(above[t * words + w]);
    }
    return pairs;
}

static bool by_matrix(as_spread *s, as_reach *out)
{
    size_t cells = s->ask->length * s->words;
    uint64_t *above = malloc(cells * sizeof *above), *below = malloc(cells * sizeof *below);
    double all = 0;
    bool ok = above && below;
    for (size_t t = 0; t < s->ask->length; t++)
        all += all_pairs(s, t);
    for (size_t i = 0; ok && i < out->layers; i++) {
        uint64_t pairs = layer(s, as_layers_at(s->ask->schedule, i), above, i ? below : NULL);
        out->share[i] = (double)pairs / all;
        bool same = i && s->period == 1 && !memcmp(above, below, cells * sizeof *above);
        for (; same && i + 1 < out->layers; i++)
            out->share[i + 1] = out->share[i];
        uint64_t *other = above;
        above = below;
        below = other;
    }
    free(above);
    free(below);
    return ok;
}

/* The binary digits of i mirrored: 1/2, 1/4, 3/4, 1/8, ... so that any number of samples is spread evenly. */
static double mirrored(size_t i)
{
    double place = 0, weight = 0.5;
    for (i++; i; i /= 2, weight /= 2)
        place += (double)(i % 2) * weight;
    return place;
}

/* Sets of one row after each depth, added to `connected`. */
static void add_row_reach(as_spread *s, size_t token, double *connected, size_t layers)
{
    size_t m = s->period;
    for (size_t first = 0; first < m && first < layers; first++) {
        as_spread_start(s, token);
        for (size_t depth = 1; depth <= layers; depth++) {
            as_spread_step(s, (first + m - (depth - 1) % m) % m);
            if ((depth - 1) % m == first)
                connected[depth - 1] += (double)s->size;
        }
    }
}

static bool by_sample(as_spread *s, as_reach *out)
{
    size_t length = s->ask->length;
    double all = 0;
    memset(out->share, 0, out->layers * sizeof *out->share);
    s->spent = 0;
    for (out->sampled = 0; out->sampled < SAMPLES && s->spent < SAMPLE_WORK; out->sampled++) {
        size_t token = (size_t)(mirrored(out->sampled) * (double)length);
        add_row_reach(s, token, out->share, out->layers);
        all += all_pairs(s, token);
        s->spent += s->words * s->period + out->layers;
    }
    for (size_t i = 0; i < out->layers; i++)
        out->share[i] /= all;
    return true;
}

bool as_pairs_find(as_spread *s, as_reach *out)
{
    size_t length = s->ask->length;
    double most = 0;
    for (size_t i = 0; length <= MATRIX_LENGTH && i < s->period; i++) {
        const as_pattern *p = as_layers_at(s->ask->schedule, i);
        double edges = (double)as_pattern_edges(p, 0, length, length) * (double)heads_of(s, p);
        most = edges > most ? edges : most;
    }
    bool small = length <= MATRIX_LENGTH && most * (double)s->words * (double)out->layers <= MATRIX_WORK;
    return small ? by_matrix(s, out) : by_sample(s, out);
}
