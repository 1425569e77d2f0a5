/* history.c: reads many folders, holds each case against the pinned one, and finds changes of level.
 * SPDX-License-Identifier: Apache-2.0 */
#include "history.h"

#include <jansson.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "../base/file.h"
#include "../machine/read_json.h"
#include "../model/records.h"
#include "../stats/order.h"

typedef struct {
    const char *dir, *date, *commit;
    const char *base; /* of a duel: the commit of its base; NULL: a folder of `run` */
    as_machine_facts machine;
    as_verdict *rows;
    size_t count;
} result;

/* "...-20260131T120000Z" as run and duel name folders; NULL: no time in the name. */
static const char *date_in_name(const char *dir, as_arena *arena)
{
    for (const char *c = dir; *c; c++) {
        size_t i = 0;
        while (i < 16 && c[i] && (i == 8 ? c[i] == 'T' : i == 15 ? c[i] == 'Z' : c[i] >= '0' && c[i] <= '9'))
            i++;
        if (i == 16)
            return as_arena_intern(arena, as_arena_printf(arena, "%.4s-%.2s-%.2sT%.2s:%.2s:%.2sZ", c, c + 4, c + 6,
                                                          c + 9, c + 11, c + 13));
    }
    return NULL;
}

static bool read_duel(result *r, as_arena *arena, as_err *err)
{
    json_error_t why;
    const char *path = as_arena_printf(arena, "%s/duel.json", r->dir), *base = NULL, *new = NULL;
    void *rows = NULL;
    json_t *object = json_load_file(path, 0, &why);
    if (!object)
        return as_fail(err, AS_EXIT_USAGE, "%s:%d:%d: %s", path, why.line, why.column, why.text);
    json_unpack(object, "{s:{s:s}, s:{s:s}}", "base", "commit", &base, "new", "commit", &new);
    r->base = as_arena_intern(arena, base);
    r->commit = as_arena_intern(arena, new);
    json_decref(object);
    if (!r->base)
        return as_fail(err, AS_EXIT_USAGE, "%s: does not say which build was the base", path);
    if (!as_table_read(&as_verdict_schema, r->dir, arena, &rows, &r->count, err))
        return false;
    r->rows = rows;
    return true;
}

static bool read_result(result *r, as_arena *arena, as_err *err)
{
    const bool duel = as_dir_has(r->dir, "duel.json");
    if (!duel && !as_dir_has(r->dir, as_sample_schema.file))
        return as_fail(err, AS_EXIT_USAGE, "%s: neither a folder of run nor of duel", r->dir);
    if (!as_machine_facts_read(r->dir, arena, &r->machine, err) || (duel && !read_duel(r, arena, err)))
        return false;
    r->date = r->machine.date ? r->machine.date : date_in_name(r->dir, arena);
    r->commit = r->commit ? r->commit : r->machine.commit;
    return r->date || as_fail(err, AS_EXIT_USAGE,
                              "%s: neither its machine.json nor its name says when it was made: end its name in "
                              "-YYYYMMDDTHHMMSSZ",
                              r->dir);
}

static int by_date(const void *a, const void *b)
{
    const result *x = a, *y = b;
    const int order = strcmp(x->date, y->date);
    return order ? order : strcmp(x->dir, y->dir);
}

static bool are_equal(const char *a, const char *b) { return a && b && !strcmp(a, b); }

static bool belong_together(const result *r, size_t count, const as_history_input *in, as_err *err)
{
    for (size_t i = 1; i < count; i++) {
        if (!r[i].base != !r[0].base)
            return as_fail(err, AS_EXIT_USAGE, "%s is of %s and %s is not: give folders of one kind", r[i].dir,
                           r[i].base ? "duel" : "run", r[0].dir);
        if (r[i].base && strcmp(r[i].base, r[0].base) != 0)
            return as_fail(err, AS_EXIT_USAGE, "%s has the base %s and %s has %s: a history needs one pinned base",
                           r[i].dir, r[i].base, r[0].dir, r[0].base);
        if (!in->across && !are_equal(r[i].machine.fingerprint, r[0].machine.fingerprint))
            return as_fail(err, AS_EXIT_USAGE,
                           "%s and %s are of different or unknown machines: add --across to take them all the same",
                           r[i].dir, r[0].dir);
    }
    if (count && r[0].base && in->pin)
        return as_fail(err, AS_EXIT_USAGE, "--pin is for folders of run: those of duel have their base");
    return true;
}

static bool is_folder(const char *a, const char *b)
{
    char x[PATH_MAX], y[PATH_MAX];
    return realpath(a, x) && realpath(b, y) && !strcmp(x, y);
}

/* Ratios of every folder of `run` to the pinned one, which drops out of the list. */
static bool hold_against(const char *pin, result *r, size_t *count, bool across, as_arena *arena, as_err *err)
{
    as_compare_rules rules = as_compare_rules_usual();
    size_t kept = 0;
    rules.across = across;
    for (size_t i = 0; i < *count; i++) {
        if (is_folder(pin, r[i].dir))
            continue;
        if (!as_compare(pin, r[i].dir, &rules, arena, &r[i].rows, &r[i].count, err))
            return false;
        r[kept++] = r[i];
    }
    *count = kept;
    return kept ||
           as_fail(err, AS_EXIT_USAGE, "%s: the pinned folder is the only one: give results to hold against it", pin);
}

/* A history is one of times; a case that could not be held at all has no gate, or that of its check. */
static bool of_time(const as_verdict *row)
{
    return row->gate == AS_NO_WORD || row->gate == AS_GATE_TIME || row->verdict == AS_FAILED;
}

static const as_verdict *row_of(const result *r, const char *name)
{
    for (size_t i = 0; i < r->count; i++)
        if (r->rows[i].case_ == name && of_time(&r->rows[i])) /* interned */
            return &r->rows[i];
    return NULL;
}

static const char **cases_of(const result *r, size_t count, as_arena *arena, size_t *cases)
{
    size_t most = 0;
    for (size_t i = 0; i < count; i++)
        most += r[i].count;
    const char **names = as_arena_alloc(arena, (most + 1) * sizeof *names);
    *cases = 0;
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < r[i].count; k++) {
            bool known = !r[i].rows[k].case_;
            for (size_t c = 0; c < *cases && !known; c++)
                known = names[c] == r[i].rows[k].case_;
            if (!known)
                names[(*cases)++] = r[i].rows[k].case_;
        }
    return names;
}

static as_history row_for(const result *r, const char *name)
{
    as_history row;
    const as_verdict *v = row_of(r, name);
    as_record_clear(&as_history_schema, &row);
    row.case_ = name;
    row.result = r->dir;
    row.date = r->date;
    row.commit = r->commit;
    if (v && v->ratio > 0) {
        row.ratio = v->ratio;
        row.ratio_low = v->ratio_low;
        row.ratio_high = v->ratio_high;
    } else {
        row.reason = !v ? "not in this result" : v->reason ? v->reason : as_verdict_kind_text(v->verdict);
    }
    return row;
}

/* The rows [0, n) of one case: levels and changes among those that have a ratio. */
static size_t find_levels(as_history *rows, size_t n, as_change_rules rules, as_arena *arena)
{
    double *values = as_arena_alloc(arena, (n + 1) * sizeof *values),
           *room = as_arena_alloc(arena, (n + 1) * sizeof *room);
    as_history **of = as_arena_alloc(arena, (n + 1) * sizeof *of);
    as_change *changes = as_arena_alloc(arena, (n + 1) * sizeof *changes);
    size_t points = 0;
    for (size_t i = 0; i < n; i++)
        if (rows[i].ratio > 0) {
            of[points] = &rows[i];
            values[points++] = log(rows[i].ratio);
        }
    const size_t count = as_changes_find(values, points, rules, changes);
    for (size_t c = 0, from = 0; c <= count; c++) {
        const size_t to = c < count ? changes[c].at : points;
        memcpy(room, values + from, (to - from) * sizeof *room);
        const double level = exp(as_median(room, to - from));
        for (size_t i = from; i < to; i++)
            of[i]->level = level;
        from = to;
        if (c == count)
            break;
        of[to]->change = exp(changes[c].shift.estimate);
        of[to]->change_low = exp(changes[c].shift.low);
        of[to]->change_high = exp(changes[c].shift.high);
    }
    return count;
}

bool as_history_make(const as_history_input *in, as_arena *arena, as_history_found *out, as_err *err)
{
    size_t count = in->count;
    result *r = as_arena_alloc(arena, (count + 1) * sizeof *r);
    *out = (as_history_found){0};
    for (size_t i = 0; i < count; i++) {
        r[i].dir = in->dirs[i];
        if (!read_result(&r[i], arena, err))
            return false;
    }
    qsort(r, count, sizeof *r, by_date);
    if (!belong_together(r, count, in, err))
        return false;
    const bool duels = r[0].base != NULL;
    out->machine = r[0].machine.name;
    out->pinned = duels ? r[0].base : in->pin ? in->pin : r[0].dir;
    if (!duels && !hold_against(out->pinned, r, &count, in->across, arena, err))
        return false;
    const char **names = cases_of(r, count, arena, &out->cases);
    as_change_rules rules = in->rules;
    rules.alpha /= out->cases ? (double)out->cases : 1;
    rules.floor = rules.floor > 0 ? rules.floor : duels ? 0.01 : 0.05;
    out->results = count;
    out->rows = as_arena_alloc(arena, (out->cases * count + 1) * sizeof *out->rows);
    for (size_t c = 0; c < out->cases; c++) {
        for (size_t i = 0; i < count; i++)
            out->rows[out->count + i] = row_for(&r[i], names[c]);
        out->changes += find_levels(out->rows + out->count, count, rules, arena);
        out->count += count;
    }
    return true;
}
