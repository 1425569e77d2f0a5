/* schedules.c: stacks whose layers do not all take one pattern: two in turn, as in Gemma or Mistral, and ladders of
 * growing dilations, as in WaveNet or LongNet's argument. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../../kernels/pattern/pattern.h"
#include "internal.h"

enum {
    BLOCKS_MAX = 160, /* patterns that stacks are built of, the fastest ones and those that cover at once */
    LAYERS_MAX = 12,  /* before a schedule repeats */
    STACKS_KEPT = 12,
};
#define REACH_WORK ((double)(1 << 28)) /* tokens times layers whose reach is computed exactly, in all */

/* A pattern and the kernel that runs it fastest. */
typedef struct {
    as_choice row;
    double span, log_row; /* of the last token: how far back it sees, ln of how many it sees */
    size_t r, k;          /* of a dilated pattern with k taps; r = 1 of a window; k = 0: neither */
    bool steps;           /* it sees the token before it: without that no stack covers */
} block;

typedef struct {
    double ms; /* of all layers */
    size_t length;
    uint16_t layer[LAYERS_MAX]; /* blocks */
} stack;

typedef struct {
    as_choosing *c;
    block *blocks;
    size_t block_count, stack_count, cap;
    stack *stacks;
    double work_left;
} building;

/* --- blocks ------------------------------------------------------------------------------------------------------ */

static void look_at_row(block *b, const as_pattern *p, uint64_t T)
{
    as_run *runs = malloc(as_pattern_runs_max(p, T) * sizeof *runs);
    const size_t n = runs ? as_pattern_row(p, (as_at){0, T - 1, T}, runs) : 0;
    double keys = 0;
    for (size_t i = 0; i < n; i++) {
        keys += (double)runs[i].count;
        b->steps = b->steps || (T > 1 && runs[i].first <= T - 2 && (T - 2 - runs[i].first) % runs[i].step == 0 &&
                                (T - 2 - runs[i].first) / runs[i].step < runs[i].count);
    }
    b->span = n ? (double)(T - 1 - runs[0].first) : 0;
    b->log_row = keys > 0 ? log(keys) : 0;
    if (n == 1 && as_pattern_traits(p) & AS_PATTERN_BY_DISTANCE) {
        b->r = runs[0].step;
        b->k = runs[0].count;
    }
    free(runs);
}

static bool is_block(const building *b, const char *pattern)
{
    for (size_t i = 0; i < b->block_count; i++)
        if (!strcmp(b->blocks[i].row.pattern, pattern))
            return true;
    return false;
}

static void find_blocks(building *b)
{
    const as_chosen *out = b->c->out;
    b->blocks = as_arena_alloc(b->c->arena, BLOCKS_MAX * sizeof *b->blocks);
    for (size_t i = 0; i < out->count && !out->rows[i].note && b->block_count < BLOCKS_MAX; i++) {
        const as_choice *row = &out->rows[i];
        as_pattern_error at;
        if (b->block_count >= BLOCKS_MAX - 8 && row->layers_to_cover != 1)
            continue;
        const bool spells = !strpbrk(row->pattern, ";()"); /* a file's name may not stand in a schedule */
        as_pattern *p = spells && !is_block(b, row->pattern) ? as_pattern_parse(row->pattern, &at) : NULL;
        if (!p)
            continue;
        block *new = &b->blocks[b->block_count++];
        *new = (block){.row = *row};
        look_at_row(new, p, b->c->ask->length);
        as_pattern_free(p);
    }
}

/* --- stacks ------------------------------------------------------------------------------------------------------ */

static void add_stack(building *b, const stack *s)
{
    const uint64_t layers = b->c->ask->layers;
    stack new = *s;
    for (size_t i = 0; i < s->length; i++) {
        const as_choice *row = &b->blocks[s->layer[i]].row;
        const as_choice *first = &b->blocks[s->layer[0]].row;
        if (row->threads != first->threads || strcmp(row->dtype ? row->dtype : "", first->dtype ? first->dtype : ""))
            return;
        new.ms += row->ms / (double)layers *(double)(layers / s->length + (i < layers % s->length));
    }
    b->stacks = as_arena_grow(b->c->arena, b->stacks, &b->cap, b->stack_count, sizeof *b->stacks);
    b->stacks[b->stack_count++] = new;
}

/* A, A, ..., B, of which B is the slower one: the other order would cover at the first layer whatever follows. */
static void add_pairs(building *b)
{
    static const size_t times[] = {1, 2, 3, 5, 7, 11};
    for (size_t i = 0; i < b->block_count; i++)
        for (size_t j = i + 1; j < b->block_count; j++) /* blocks ascend by time */
            for (size_t t = 0; t < sizeof times / sizeof *times && times[t] < b->c->ask->layers; t++) {
                stack s = {.length = times[t] + 1};
                for (size_t n = 0; n < times[t]; n++)
                    s.layer[n] = (uint16_t)i;
                s.layer[times[t]] = (uint16_t)j;
                add_stack(b, &s);
            }
}

/* A window, then dilations of k taps, each as large as leaves no gap, until all is seen: three layers or more. */
static void add_ladders(building *b)
{
    const double all = (double)b->c->ask->length - 1;
    for (size_t i = 0; i < b->block_count; i++)
        for (size_t j = 0; j < b->block_count && b->blocks[i].r == 1; j++) {
            stack s = {.length = 1, .layer = {(uint16_t)i}};
            double span = b->blocks[i].span, before = -1;
            for (size_t next = j; b->blocks[j].r > 1 && before < span && span < all && s.length < LAYERS_MAX;) {
                before = span;
                for (size_t n = 0; n < b->block_count; n++)
                    if (b->blocks[n].k == b->blocks[j].k && (double)b->blocks[n].r <= before + 1 &&
                        (b->blocks[n].r > b->blocks[next].r || (double)b->blocks[next].r > before + 1))
                        next = n;
                if ((double)b->blocks[next].r > before + 1)
                    break;
                span += b->blocks[next].span;
                s.layer[s.length++] = (uint16_t)next;
            }
            if (s.length > 2 && s.length <= b->c->ask->layers)
                add_stack(b, &s);
        }
}

static int by_ms(const void *a, const void *b)
{
    const stack *p = a, *q = b;
    if (p->ms != q->ms)
        return p->ms < q->ms ? -1 : 1;
    return (p->length > q->length) - (p->length < q->length);
}

/* No stack covers in fewer layers, by what its last token sees: spans add up, and numbers multiply. */
static uint64_t least_to_cover(const building *b, const stack *s)
{
    const double T = (double)b->c->ask->length;
    double span = 0, log_row = 0;
    bool steps = false;
    for (uint64_t depth = 1; depth <= b->c->ask->layers; depth++) {
        const block *x = &b->blocks[s->layer[(depth - 1) % s->length]];
        span += x->span;
        log_row += x->log_row;
        steps = steps || x->steps;
        if (span >= T - 1 && log_row >= log(T) - 1e-9 && steps)
            return depth;
    }
    return AS_NO_COUNT;
}

static bool may_reach(const building *b, const stack *s, uint64_t tokens)
{
    double span = 0, log_row = 0;
    for (uint64_t i = 0; i < b->c->ask->layers; i++) {
        span += b->blocks[s->layer[i % s->length]].span;
        log_row += b->blocks[s->layer[i % s->length]].log_row;
    }
    return span + 1 >= (double)tokens && log_row >= log((double)tokens) - 1e-9;
}

/* The texts of the layers; one alone where all are the same. */
static const char *join(const building *b, const stack *s, const char *(*of)(const as_choice *), bool always)
{
    as_text text = {0};
    bool same = !always;
    for (size_t i = 0; i < s->length; i++) {
        const char *word = of(&b->blocks[s->layer[i]].row);
        same = same && !strcmp(word, of(&b->blocks[s->layer[0]].row));
        as_text_add(&text, "%s%s", i ? ";" : always ? "schedule(" : "", word);
    }
    if (always)
        as_text_add(&text, ")");
    const char *out = as_arena_intern(b->c->arena, same ? of(&b->blocks[s->layer[0]].row) : text.data);
    as_text_free(&text);
    return out;
}

static const char *pattern_of(const as_choice *row) { return row->pattern; }
static const char *kernel_of(const as_choice *row) { return row->kernel; }
static const char *isa_of(const as_choice *row) { return row->isa ? row->isa : "?"; }

static void add_row(building *b, const stack *s, const char *pattern, as_choose_cover cover)
{
    const double layers = (double)b->c->ask->layers;
    as_choice row = b->blocks[s->layer[0]].row;
    row.pattern = pattern;
    row.kernel = join(b, s, kernel_of, false);
    row.isa = join(b, s, isa_of, false);
    row.ms = s->ms;
    row.ms_low = row.ms_high = 0;
    row.layers_to_cover = cover.layers_to_cover;
    row.reach = cover.reach;
    for (size_t i = 0; i < s->length; i++) {
        const as_choice *layer = &b->blocks[s->layer[i]].row;
        const double share = (double)(b->c->ask->layers / s->length + (i < b->c->ask->layers % s->length)) / layers;
        row.ms_low += share * layer->ms_low;
        row.ms_high += share * layer->ms_high;
        if (layer->basis > row.basis)
            row.basis = layer->basis;
        if (layer->workspace_bytes > row.workspace_bytes) /* AS_NO_COUNT, not known, is the largest */
            row.workspace_bytes = layer->workspace_bytes;
    }
    as_choosing_add(b->c, &row);
}

/* Walks the stacks from the fastest on, and with them what is there; keeps those that nothing as fast is as good as. */
static void keep_best(building *b, size_t singles)
{
    const as_choose_ask *ask = b->c->ask;
    uint64_t best = AS_NO_COUNT; /* layers to cover of what is as fast; 0: reaches what is asked for */
    size_t kept = 0, next = 0;
    for (size_t i = 0; i < b->stack_count && kept < STACKS_KEPT && best > 1 && b->work_left > 0; i++) {
        const stack *s = &b->stacks[i];
        for (; next < singles && !b->c->out->rows[next].note && b->c->out->rows[next].ms <= s->ms; next++) {
            const as_choice *row = &b->c->out->rows[next];
            const bool does = !ask->reach || (row->reach != AS_NO_COUNT && row->reach >= ask->reach);
            const uint64_t depth = ask->reach ? (does ? 0 : AS_NO_COUNT) : row->layers_to_cover;
            best = depth < best ? depth : best;
        }
        if (ask->reach ? best == 0 || !may_reach(b, s, ask->reach) : least_to_cover(b, s) >= best)
            continue;
        const char *pattern = join(b, s, pattern_of, true);
        const as_choose_cover cover = as_choosing_cover(b->c, pattern);
        b->work_left -= (double)ask->length * (double)ask->layers;
        const bool does = ask->reach ? cover.reach != AS_NO_COUNT && cover.reach >= ask->reach
                                     : cover.layers_to_cover <= ask->layers && cover.layers_to_cover < best;
        if (!does)
            continue;
        best = ask->reach ? 0 : cover.layers_to_cover;
        add_row(b, s, pattern, cover);
        kept++;
    }
}

void as_schedules_add(as_choosing *c)
{
    building b = {.c = c, .work_left = REACH_WORK};
    if (c->ask->layers < 2)
        return;
    find_blocks(&b);
    add_pairs(&b);
    add_ladders(&b);
    if (b.stack_count)
        qsort(b.stacks, b.stack_count, sizeof *b.stacks, by_ms);
    keep_best(&b, c->out->count);
}
