/* end_labels.c: a short name at the right end of every curve: which text tells it from the others, and where it stands
 * clear of them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "page.h"

enum { VARYING_MOST = 8, TEXT_MOST = 30, PART_LEAST = 8, LINE = 15 /* pixels */, ROOM_LEAST = 62 };

/* --- what it is called ------------------------------------------------------------------------------------------- */

static bool varies(const char *const *parts, size_t count, size_t width, size_t part)
{
    for (size_t i = 1; i < count; i++)
        if (!as_text_same(parts[i * width + part], parts[part]))
            return true;
    return false;
}

static size_t characters(const char *text)
{
    size_t count = 0;
    for (; *text; text++)
        count += ((unsigned char)*text & 0xc0) != 0x80;
    return count;
}

/* The parts in `chosen` of curve i, a blank between two; of one that is too long, the longest part is cut. */
static const char *text_of(as_arena *arena, const char *const *parts, size_t width, size_t i, const size_t *varying,
                           unsigned chosen)
{
    const char *used[VARYING_MOST];
    size_t count = 0, all = 0, longest = 0;
    for (size_t v = 0; chosen >> v; v++) {
        const char *part = chosen >> v & 1 ? parts[i * width + varying[v]] : NULL;
        if (!part || !*part)
            continue;
        used[count] = part;
        all += characters(part) + (count > 0);
        longest = characters(part) > characters(used[longest]) ? count : longest;
        count++;
    }
    as_text out = {0};
    for (size_t k = 0; k < count; k++) {
        const size_t own = characters(used[k]), over = k == longest && all > TEXT_MOST ? all - TEXT_MOST : 0;
        as_text_add(&out, "%s%s", k ? " " : "",
                    as_chart_plain(arena, used[k], own > over + PART_LEAST ? own - over : PART_LEAST));
    }
    const char *kept = as_chart_plain(arena, out.length ? out.data : "?", TEXT_MOST);
    as_text_free(&out);
    return kept;
}

static bool all_differ(const char **texts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < i; k++)
            if (texts[i] == texts[k]) /* interned */
                return false;
    return true;
}

const char **as_ends_name(as_arena *arena, const char *const *parts, size_t count, size_t width)
{
    size_t varying[VARYING_MOST], found = 0, least = SIZE_MAX;
    const char **best = as_arena_alloc(arena, (count + 1) * sizeof *best),
               **texts = as_arena_alloc(arena, (count + 1) * sizeof *texts);
    for (size_t p = 0; p < width && found < VARYING_MOST; p++)
        if (varies(parts, count, width, p))
            varying[found++] = p;
    if (!found)
        varying[found++] = 0;
    for (unsigned chosen = 1; chosen < 1u << found; chosen++) {
        const bool all = chosen + 1 == 1u << found; /* what tells most, if none tells all */
        size_t length = 0;
        for (size_t i = 0; i < count; i++) {
            texts[i] = text_of(arena, parts, width, i, varying, chosen);
            length += strlen(texts[i]);
        }
        if (length < least && (all_differ(texts, count) || (all && least == SIZE_MAX))) {
            least = length;
            memcpy(best, texts, count * sizeof *best);
        }
    }
    return best;
}

/* --- where it stands --------------------------------------------------------------------------------------------- */

static int by_height(const void *a, const void *b)
{
    const as_end *x = *(const as_end *const *)a, *y = *(const as_end *const *)b;
    return x->height != y->height ? (x->height > y->height) - (x->height < y->height) : (x < y) - (x > y);
}

/* As near to the curves' ends as lines of text allow that do not overlap: least squares of the distances, for which
 * neighbours that would touch are pooled and stand around their mean. Heights and places are parts of `pixels`. */
void as_ends_spread(as_end *ends, size_t count, double pixels, as_arena *arena)
{
    const double line = LINE / pixels, top = 1 - (double)(count ? count - 1 : 0) * line;
    struct pool {
        double sum;
        size_t count;
    } *pools = as_arena_alloc(arena, (count + 1) * sizeof *pools);
    as_end **order = as_arena_alloc(arena, (count + 1) * sizeof *order);
    size_t pooled = 0, at = 0;
    for (size_t i = 0; i < count; i++)
        order[i] = &ends[i];
    qsort(order, count, sizeof *order, by_height);
    for (size_t i = 0; i < count; i++) {
        struct pool p = {order[i]->height - (double)i * line, 1};
        while (pooled && pools[pooled - 1].sum / (double)pools[pooled - 1].count >= p.sum / (double)p.count) {
            pooled--;
            p.sum += pools[pooled].sum;
            p.count += pools[pooled].count;
        }
        pools[pooled++] = p;
    }
    for (size_t k = 0; k < pooled; k++)
        for (size_t n = 0; n < pools[k].count; n++, at++)
            order[at]->place = fmax(0, fmin(top, pools[k].sum / (double)pools[k].count)) + (double)at * line;
}

static void add_reals(as_text *out, const char *name, const as_end *ends, size_t count, double (*of)(const as_end *e))
{
    as_text_add(out, "array %s[%zu] = [", name, count ? count : 1);
    for (size_t i = 0; i < count; i++)
        as_text_add(out, "%s%.6g", i ? ", " : "", of(&ends[i]));
    as_text_add(out, "%s]\n", count ? "" : "0");
}

static double x_of(const as_end *e) { return e->x; }
static double height_of(const as_end *e) { return e->height; }
static double place_of(const as_end *e) { return e->place; }

void as_ends_header(as_end *ends, size_t count, size_t curves, double pixels, as_arena *arena, as_text *out)
{
    size_t longest = 1;
    for (size_t i = 0; i < count; i++) {
        ends[i].height = fmax(0, fmin(1, ends[i].height));
        longest = characters(ends[i].text) > longest ? characters(ends[i].text) : longest;
    }
    const as_end *guides = ends + curves;
    const size_t guide_count = count - curves;
    if ((double)count * LINE > pixels) /* the legend has them all */
        curves = 0;
    as_ends_spread(ends, curves ? count : 0, pixels, arena);
    as_text_add(out, "AS_ENDS = %zu\nAS_END_ROOM = %.0f\n", curves,
                curves ? fmax(ROOM_LEAST, 22 + 7.8 * (double)longest) : ROOM_LEAST);
    as_text_add(out, "array AS_END_TEXT[%zu] = [", curves ? curves : 1);
    for (size_t i = 0; i < curves; i++)
        as_text_add(out, "%s'%s'", i ? ", " : "", ends[i].text);
    as_text_add(out, "%s]\n", curves ? "" : "''");
    add_reals(out, "AS_END_X", ends, curves, x_of);
    add_reals(out, "AS_END_Y", ends, curves, height_of);
    add_reals(out, "AS_END_AT", ends, curves, place_of);
    add_reals(out, "AS_GUIDE_AT", guides, guide_count, curves ? place_of : height_of);
}
