/* reach_frontier.c: a set of tokens replaced by all that its tokens see, as bit sets.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Where the set only grows, a token needs to be expanded once per pattern: afterwards its row is in the set for good.
 * That is so for a single pattern as soon as the last token sees itself ({T} is in N({T}), and N keeps inclusion), and
 * for a schedule when every token sees itself in every layer. Otherwise each step expands the whole set anew. */
#include <stdlib.h>
#include <string.h>

#include "reach_frontier.h"

#define SIDE (s->ask->length)

static bool front_open(as_front *f, size_t words)
{
    f->bits = calloc(words, sizeof *f->bits);
    f->touched = malloc(words * sizeof *f->touched);
    return f->bits && f->touched;
}

static void front_close(as_front *f)
{
    free(f->bits);
    free(f->touched);
}

static void front_clear(as_front *f)
{
    for (size_t i = 0; i < f->count; i++)
        f->bits[f->touched[i]] = 0;
    f->count = 0;
}

static void front_add(as_front *f, size_t word, uint64_t bits)
{
    if (!f->bits[word])
        f->touched[f->count++] = word;
    f->bits[word] |= bits;
}

static const as_pattern *pattern_at(const as_spread *s, size_t i) { return as_layers_at(s->ask->schedule, i); }

static size_t heads_of(const as_spread *s, const as_pattern *p)
{
    return as_pattern_traits(p) & AS_PATTERN_PER_HEAD ? s->ask->heads : 1;
}

static bool sees_itself(as_spread *s, const as_pattern *p, size_t token)
{
    for (size_t h = 0; h < heads_of(s, p); h++) {
        size_t n = as_pattern_row(p, (as_at){h, token, SIDE}, s->runs);
        for (size_t i = 0; i < n; i++) {
            const as_run *r = &s->runs[i];
            if (token >= r->first && (token - r->first) % r->step == 0 && (token - r->first) / r->step < r->count)
                return true;
        }
    }
    return false;
}

static bool all_see_themselves(as_spread *s, const as_pattern *p)
{
    size_t from = as_pattern_traits(p) & AS_PATTERN_BY_DISTANCE ? SIDE - 1 : 0;
    for (size_t t = from; t < SIDE; t++)
        if (!sees_itself(s, p, t))
            return false;
    return true;
}

static bool only_grows(as_spread *s)
{
    if (s->period == 1)
        return sees_itself(s, pattern_at(s, 0), SIDE - 1);
    for (size_t i = 0; i < s->period; i++)
        if (!all_see_themselves(s, pattern_at(s, i)))
            return false;
    return true;
}

bool as_spread_open(as_spread *s, const as_reach_ask *ask)
{
    size_t runs = 1;
    *s = (as_spread){.ask = ask, .words = ask->length / 64 + 1, .period = as_layers_period(ask->schedule)};
    for (size_t i = 0; i < s->period; i++) {
        size_t most = as_pattern_runs_max(pattern_at(s, i), ask->length);
        runs = most > runs ? most : runs;
    }
    s->seen = calloc(s->words, sizeof *s->seen);
    s->next = malloc((s->words + 1) * sizeof *s->next);
    s->shifted = malloc(s->words * sizeof *s->shifted);
    s->summed = malloc(s->words * sizeof *s->summed);
    s->runs = malloc(runs * sizeof *s->runs);
    s->pending = calloc(s->period, sizeof *s->pending);
    bool ok =
        s->seen && s->next && s->shifted && s->summed && s->runs && s->pending && front_open(&s->current, s->words);
    for (size_t i = 0; ok && i < s->period; i++)
        ok = front_open(&s->pending[i], s->words);
    if (ok)
        s->grows = only_grows(s);
    return ok;
}

void as_spread_close(as_spread *s)
{
    free(s->seen);
    free(s->next);
    free(s->shifted);
    free(s->summed);
    free(s->runs);
    for (size_t i = 0; s->pending && i < s->period; i++)
        front_close(&s->pending[i]);
    free(s->pending);
    front_close(&s->current);
    *s = (as_spread){0};
}

/* Sum of the places of the bits of a word: each bit of a place counts for its own power of two. */
static uint64_t places_of(size_t word, uint64_t bits)
{
    static const uint64_t masks[6] = {0xaaaaaaaaaaaaaaaa, 0xcccccccccccccccc, 0xf0f0f0f0f0f0f0f0,
                                      0xff00ff00ff00ff00, 0xffff0000ffff0000, 0xffffffff00000000};
    uint64_t sum = (uint64_t)__builtin_popcountll(bits) * (64 * word + 1);
    for (int i = 0; i < 6; i++)
        sum += (uint64_t)__builtin_popcountll(bits & masks[i]) << i;
    return sum;
}

static void add_bits(as_spread *s, size_t word, uint64_t bits)
{
    uint64_t fresh = bits & ~s->seen[word];
    if (!fresh)
        return;
    s->seen[word] |= fresh;
    s->size += (uint64_t)__builtin_popcountll(fresh);
    s->places += places_of(word, fresh);
    if (s->seen[word] == ~(uint64_t)0)
        s->next[word] = word + 1;
    for (size_t i = 0; s->grows && i < s->period; i++)
        front_add(&s->pending[i], word, fresh);
}

/* The first word from `word` on that is not full. */
static size_t not_full(as_spread *s, size_t word)
{
    while (s->next[word] != word) {
        s->next[word] = s->next[s->next[word]];
        word = s->next[word];
    }
    return word;
}

static void add_range(as_spread *s, size_t from, size_t to)
{
    size_t last = (to - 1) / 64;
    for (size_t w = not_full(s, from / 64); w <= last; w = not_full(s, w + 1)) {
        uint64_t bits = ~(uint64_t)0;
        if (w == from / 64)
            bits &= ~(uint64_t)0 << (from % 64);
        if (w == last && to % 64)
            bits &= ~(uint64_t)0 >> (64 - to % 64);
        add_bits(s, w, bits);
        s->spent++;
    }
}

static void add_run(as_spread *s, const as_run *r)
{
    s->spent++;
    if (r->step == 1) {
        add_range(s, r->first, r->first + r->count);
        return;
    }
    for (size_t i = 0, key = r->first; i < r->count; i++, key += r->step)
        if (!as_spread_has(s, key))
            add_bits(s, key / 64, (uint64_t)1 << (key % 64));
    s->spent += r->count;
}

static void add_row(as_spread *s, const as_pattern *p, size_t token)
{
    for (size_t h = 0; h < heads_of(s, p); h++) {
        size_t n = as_pattern_row(p, (as_at){h, token, SIDE}, s->runs);
        for (size_t i = 0; i < n; i++)
            add_run(s, &s->runs[i]);
    }
}

/* to[w] |= the bits of `from` moved down by `by` places; `to` may be `from`. */
static void or_shifted(as_spread *s, uint64_t *to, const uint64_t *from, size_t by)
{
    size_t whole = by / 64, part = by % 64;
    for (size_t w = 0; w + whole < s->words; w++) {
        uint64_t bits = from[w + whole] >> part;
        if (part && w + whole + 1 < s->words)
            bits |= from[w + whole + 1] << (64 - part);
        to[w] |= bits;
    }
    s->spent += s->words;
}

/* The row of the last token read as distances; the whole front is moved by each. A run of n distances takes log2 n
 * moves by doubling. */
static void convolve(as_spread *s, const as_run *runs, size_t n)
{
    memset(s->summed, 0, s->words * sizeof *s->summed);
    for (size_t i = 0; i < n; i++) {
        size_t nearest = SIDE - 1 - (runs[i].first + (runs[i].count - 1) * runs[i].step);
        if (runs[i].count == 1) {
            or_shifted(s, s->summed, s->current.bits, nearest);
            continue;
        }
        memcpy(s->shifted, s->current.bits, s->words * sizeof *s->shifted);
        for (size_t have = 1, more; have < runs[i].count; have += more) {
            more = runs[i].count - have < have ? runs[i].count - have : have;
            or_shifted(s, s->shifted, s->shifted, more * runs[i].step);
        }
        or_shifted(s, s->summed, s->shifted, nearest);
    }
    for (size_t w = 0; w < s->words; w++)
        add_bits(s, w, s->summed[w]);
}

/* Whether to move the front as a whole rather than expand its tokens one by one. */
static bool convolution_pays(const as_spread *s, const as_run *runs, size_t n)
{
    double tokens = 0, row = 8, moves = 2;
    for (size_t i = 0; i < s->current.count; i++)
        tokens += __builtin_popcountll(s->current.bits[s->current.touched[i]]);
    for (size_t i = 0; i < n; i++) {
        row += 2 + (runs[i].step == 1 ? (double)(runs[i].count / 64) : (double)runs[i].count);
        moves += runs[i].count == 1 ? 1 : 67 - __builtin_clzll(runs[i].count);
    }
    return tokens * row * 4 > moves * (double)s->words;
}

static void expand(as_spread *s, const as_pattern *p)
{
    if (as_pattern_traits(p) & AS_PATTERN_BY_DISTANCE && s->current.count > 1) {
        size_t n = as_pattern_row(p, (as_at){0, SIDE - 1, SIDE}, s->runs);
        if (convolution_pays(s, s->runs, n)) {
            convolve(s, s->runs, n);
            return;
        }
    }
    for (size_t i = s->current.count; i-- > 0 && s->size < SIDE;) {
        size_t word = s->current.touched[i];
        for (uint64_t bits = s->current.bits[word]; bits;) {
            unsigned top = 63 - (unsigned)__builtin_clzll(bits);
            bits &= ~((uint64_t)1 << top);
            add_row(s, p, 64 * word + top);
        }
    }
}

static void empty(as_spread *s)
{
    memset(s->seen, 0, s->words * sizeof *s->seen);
    for (size_t w = 0; w <= s->words; w++)
        s->next[w] = w;
    s->size = s->places = 0;
}

void as_spread_start(as_spread *s, size_t token)
{
    empty(s);
    front_clear(&s->current);
    for (size_t i = 0; i < s->period; i++)
        front_clear(&s->pending[i]);
    /* Of a token other than the last, nothing is known yet of whether it sees itself. */
    if (s->period == 1)
        s->grows = sees_itself(s, pattern_at(s, 0), token);
    add_bits(s, token / 64, (uint64_t)1 << (token % 64));
}

void as_spread_step(as_spread *s, size_t i)
{
    const as_pattern *p = pattern_at(s, i);
    if (s->grows) {
        as_front taken = s->pending[i];
        s->pending[i] = s->current;
        s->current = taken;
    } else {
        for (size_t w = 0; w < s->words; w++)
            if (s->seen[w])
                front_add(&s->current, w, s->seen[w]);
        s->spent += s->words;
        empty(s);
    }
    expand(s, p);
    front_clear(&s->current);
}

bool as_spread_settled(const as_spread *s)
{
    for (size_t i = 0; i < s->period; i++)
        if (s->pending[i].count)
            return false;
    return s->grows;
}
