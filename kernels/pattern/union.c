/* union.c: set union of the terms' rows. Each term yields ascending runs; they are merged as streams, so that a key
 * named twice counts once and a long run stays one run. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "internal.h"

static size_t term_runs_max(const as_use *use, size_t context)
{
    return use->term->runs_max ? use->term->runs_max(&use->args, context) : 1;
}

/* Runs that can come out. A stepped run is cut at most once by each run of another term; two stepped runs can
 * interleave key by key. */
static size_t output_max(const as_pattern *p, size_t context, size_t *input)
{
    size_t sum = 0, stepped = 0;
    for (size_t i = 0; i < p->count; i++) {
        sum += term_runs_max(&p->uses[i], context);
        stepped += !(as_use_traits(&p->uses[i]) & AS_PATTERN_CONTIGUOUS);
    }
    *input = sum;
    return stepped > 1 ? sum + context : 2 * sum;
}

size_t as_union_runs_max(const as_pattern *p, size_t context)
{
    size_t input, output = output_max(p, context, &input);
    return output + input; /* the terms' own runs wait at the end of the caller's array */
}

/* One term's runs while they are merged. */
typedef struct {
    as_run *run, *end;
} stream;

/* Drops keys below `covered`; false when nothing is left. */
static bool skip_to(stream *s, size_t covered)
{
    for (; s->run < s->end; s->run++) {
        as_run *r = s->run;
        if (r->first >= covered)
            return true;
        size_t skipped = (covered - r->first + r->step - 1) / r->step;
        if (skipped < r->count) {
            r->first += skipped * r->step;
            r->count -= skipped;
            return true;
        }
    }
    return false;
}

static bool contiguous(const as_run *r) { return r->step == 1 || r->count == 1; }

/* The stream whose next key is smallest, contiguous ones first; *limit is the smallest next key of the others. */
static stream *next_stream(stream *streams, size_t count, size_t covered, size_t *limit)
{
    stream *best = NULL;
    *limit = SIZE_MAX;
    for (size_t i = 0; i < count; i++) {
        stream *s = &streams[i];
        if (!skip_to(s, covered))
            continue;
        if (!best) {
            best = s;
            continue;
        }
        bool before = s->run->first < best->run->first ||
                      (s->run->first == best->run->first && contiguous(s->run) && !contiguous(best->run));
        stream *other = before ? best : s;
        if (before)
            best = s;
        *limit = as_min(*limit, other->run->first);
    }
    return best;
}

size_t as_union_row(const as_pattern *p, as_at at, as_run *runs)
{
    size_t input, out = 0, covered = 0, limit;
    as_run *spare = runs + output_max(p, at.context, &input);
    stream streams[AS_TERMS_MAX];
    for (size_t i = 0; i < p->count; i++) {
        size_t n = p->uses[i].term->row(&p->uses[i].args, at, spare);
        streams[i] = (stream){spare, spare + n};
        spare += n;
    }
    for (stream *s; (s = next_stream(streams, p->count, covered, &limit));) {
        as_run take = *s->run;
        if (contiguous(&take)) {
            take.step = 1;
            s->run++;
        } else { /* as far as no other stream has a key; at least one */
            size_t below = limit > take.first ? (limit - take.first - 1) / take.step + 1 : 1;
            take.count = as_min(take.count, below);
        }
        covered = take.first + (take.count - 1) * take.step + 1;
        bool joins = out && runs[out - 1].step == 1 && contiguous(&take) &&
                     runs[out - 1].first + runs[out - 1].count == take.first;
        if (joins)
            runs[out - 1].count += take.count;
        else
            runs[out++] = take.count == 1 ? (as_run){take.first, 1, 1} : take;
    }
    return out;
}
