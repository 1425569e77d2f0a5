/* simplify.c: the one spelling of a union: terms sorted by their text, each that another term holds whole left out.
 *
 * What a single term may also be called is settled before, by its `expand`: global is sink in a causal net (the same
 * index set, so canonical text says sink; global:sides=both stays), dilated:r=1 is causal, strided is dilated and
 * window. The last is put together again at the very end here. Two terms that no rule relates may still share edges, or
 * be equal at one length by chance (window:w=64 and causal at T = 64): texts that differ promise nothing, equal ones
 * do. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "internal.h"

bool as_use_both(const as_use *use)
{
    for (int i = 0; use->term->params[i].key; i++)
        if (!strcmp(use->term->params[i].key, "sides"))
            return use->args.value[i].count == AS_SIDES_BOTH;
    return false;
}

unsigned as_use_traits(const as_use *use)
{
    unsigned lacks = use->term->lacks ? use->term->lacks(&use->args) : 0;
    return use->term->traits & ~lacks &
           ~(as_use_both(use) ? (unsigned)(AS_PATTERN_CAUSAL | AS_PATTERN_BY_DISTANCE) : 0);
}

static bool is(const as_use *use, const char *name) { return !strcmp(use->term->name, name); }
static uint64_t count(const as_use *use, int i) { return use->args.value[i].count; }

static bool same_count(const as_use *a, const as_use *b, int i) { return count(a, i) == count(b, i); }

/* How far a window reaches back: w-1, or w/2 when it looks both ways. */
static uint64_t back(const as_use *window) { return as_use_both(window) ? count(window, 0) / 2 : count(window, 0) - 1; }

static bool window_in_window(const as_use *s, const as_use *l)
{
    return back(s) <= back(l) && (as_use_both(l) || !as_use_both(s));
}

static bool fewer_first(const as_use *s, const as_use *l)
{
    return count(s, 0) <= count(l, 0) && (as_use_both(l) || !as_use_both(s));
}

/* k taps at 0, r, ..., (k-1)r back; k = 0: all. */
static bool dilated_in_window(const as_use *s, const as_use *l)
{
    return count(s, 1) && count(s, 1) - 1 <= back(l) / count(s, 0);
}

static bool dilated_in_dilated(const as_use *s, const as_use *l)
{
    uint64_t times = count(s, 0) / count(l, 0);
    if (count(s, 0) % count(l, 0))
        return false;
    return !count(l, 1) || (count(s, 1) && count(s, 1) - 1 <= (count(l, 1) - 1) / times);
}

/* Powers of b^m are powers of b. */
static bool log_in_log(const as_use *s, const as_use *l)
{
    uint64_t base = count(s, 0);
    while (base % count(l, 0) == 0)
        base /= count(l, 0);
    return base == 1;
}

/* n^(pm) = (n^m)^p */
static bool power_in_power(const as_use *s, const as_use *l) { return count(s, 0) % count(l, 0) == 0; }

/* log and power see t and t-1; log base 2 sees t-2 too. */
static bool window_in_log(const as_use *s, const as_use *l)
{
    return !as_use_both(s) && count(s, 0) <= (count(l, 0) == 2 ? 3 : 2);
}

static bool window_in_power(const as_use *s, const as_use *l)
{
    (void)l;
    return !as_use_both(s) && count(s, 0) <= 2;
}

/* The query itself is in every dilated pattern and in every diagonal block. */
static bool itself(const as_use *s, const as_use *l)
{
    (void)l;
    return !as_use_both(s) && count(s, 0) == 1;
}

static bool fixed_in_fixed(const as_use *s, const as_use *l)
{
    return same_count(s, l, 0) && count(s, 1) <= count(l, 1);
}

static bool sides_in(const as_use *s, const as_use *l) { return as_use_both(l) || !as_use_both(s); }

/* The same draws held against a higher bar; or only the diagonal. The draws do not know the sides. */
static bool block_in_block(const as_use *s, const as_use *l)
{
    const bool seeded = same_count(s, l, 2) || s->args.value[1].real == 0;
    return same_count(s, l, 0) && seeded && s->args.value[1].real <= l->args.value[1].real && sides_in(s, l);
}

static bool diagonal_in_blocks(const as_use *s, const as_use *l)
{
    return same_count(s, l, 0) && s->args.value[1].real == 0 && sides_in(s, l);
}

/* (w-1)/2 blocks each way, or the w-1 before. */
static bool blocks_in_blocks(const as_use *s, const as_use *l)
{
    uint64_t far = as_use_both(s) ? count(s, 1) / 2 : count(s, 1) - 1;
    return same_count(s, l, 0) && far <= (as_use_both(l) ? count(l, 1) / 2 : count(l, 1) - 1) && sides_in(s, l);
}

/* w tokens back end at most ceil((w-1)/b) blocks before. */
static bool window_in_blocks(const as_use *s, const as_use *l)
{
    uint64_t b = count(l, 0), blocks = as_use_both(l) ? count(l, 1) / 2 : count(l, 1) - 1;
    return (back(s) + b - 1) / b <= blocks && sides_in(s, l);
}

static bool blocks_in_window(const as_use *s, const as_use *l)
{
    uint64_t blocks = (as_use_both(s) ? count(s, 1) / 2 : count(s, 1) - 1) + 1, reach;
    return !__builtin_mul_overflow(count(s, 0), blocks, &reach) && reach - 1 <= back(l) && sides_in(s, l);
}

static bool diagonal_in_window(const as_use *s, const as_use *l)
{
    return s->args.value[1].real == 0 && count(s, 0) - 1 <= back(l) && sides_in(s, l);
}

static bool diagonal_in_fixed(const as_use *s, const as_use *l)
{
    return s->args.value[1].real == 0 && !as_use_both(s) && same_count(s, l, 0);
}

static const struct {
    const char *small, *large;
    bool (*holds)(const as_use *small, const as_use *large);
} rules[] = {
    {"window", "window", window_in_window},
    {"sink", "sink", fewer_first},
    {"sink", "global", fewer_first},
    {"global", "global", fewer_first},
    {"dilated", "window", dilated_in_window},
    {"dilated", "dilated", dilated_in_dilated},
    {"log", "log", log_in_log},
    {"power", "power", power_in_power},
    {"window", "log", window_in_log},
    {"window", "power", window_in_power},
    {"window", "dilated", itself},
    {"window", "block", itself},
    {"window", "fixed", itself},
    {"window", "blockwindow", window_in_blocks},
    {"fixed", "fixed", fixed_in_fixed},
    {"block", "block", block_in_block},
    {"block", "blockwindow", diagonal_in_blocks},
    {"block", "window", diagonal_in_window},
    {"block", "fixed", diagonal_in_fixed},
    {"blockwindow", "blockwindow", blocks_in_blocks},
    {"blockwindow", "window", blocks_in_window},
};

static bool held_by(const as_use *small, const as_use *large)
{
    if (!strcmp(small->text, large->text) || is(large, "full"))
        return true;
    if (is(large, "causal"))
        return as_use_traits(small) & AS_PATTERN_CAUSAL;
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        if (is(small, rules[i].small) && is(large, rules[i].large))
            return rules[i].holds(small, large);
    return false;
}

/* Judged against all terms as they came, so that the order of dropping is no matter; of two that hold each other the
 * first stays. */
static void drop_held(as_pattern *p)
{
    bool held[AS_TERMS_MAX] = {false};
    size_t kept = 0;
    for (size_t i = 0; i < p->count; i++)
        for (size_t j = 0; j < p->count && !held[i]; j++)
            held[i] = j != i && held_by(&p->uses[i], &p->uses[j]) && (j < i || !held_by(&p->uses[j], &p->uses[i]));
    for (size_t i = 0; i < p->count; i++) {
        as_use use = p->uses[i];
        p->uses[i] = (as_use){0};
        if (held[i])
            as_use_close(&use);
        else
            p->uses[kept++] = use;
    }
    p->count = kept;
}

/* dilated:r=l (all taps) and window:w=l are strided:l=l. */
static bool join_strided(as_pattern *p)
{
    for (size_t i = 0; i < p->count; i++)
        for (size_t j = 0; j < p->count; j++) {
            as_use *dilated = &p->uses[i], *window = &p->uses[j];
            if (!is(dilated, "dilated") || count(dilated, 1) || !is(window, "window") || as_use_both(window) ||
                !same_count(dilated, window, 0))
                continue;
            free(dilated->text);
            dilated->term = as_term_find((as_piece){"strided", 7});
            dilated->text = as_use_print(dilated);
            as_use_close(window);
            *window = p->uses[--p->count];
            p->uses[p->count] = (as_use){0};
            return p->uses[i < p->count ? i : j].text;
        }
    return true;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(((const as_use *)a)->text, ((const as_use *)b)->text);
}

bool as_simplify(as_pattern *p)
{
    qsort(p->uses, p->count, sizeof *p->uses, by_text);
    drop_held(p);
    if (!join_strided(p))
        return false;
    qsort(p->uses, p->count, sizeof *p->uses, by_text);
    return true;
}
