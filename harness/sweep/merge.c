/* merge.c: puts the cases and samples of several folders together, and numbers the processes of each case on.
 * SPDX-License-Identifier: Apache-2.0 */
#include "merge.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "../analyse/analyse.h"
#include "../base/file.h"
#include "../folder/writer.h"

typedef struct {
    const char *dir;
    as_text config, machine_text;
    as_machine_facts machine;
    const char *label; /* of the kind of machine; NULL where all are of one kind */
    as_case *cases;
    as_sample *samples;
    as_counter *counters;
    as_phase_time *phases;
    size_t case_count, sample_count, counter_count, phase_count;
} part;

/* A case of the merged folder, and how many processes it has already. */
typedef struct {
    UT_hash_handle hh;
    const char *key; /* interned */
    size_t row;
    uint64_t processes, offset; /* of earlier parts: those of this part are numbered on from there */
} merged_case;

typedef struct {
    as_arena *arena;
    part *parts;
    size_t part_count;
    bool several; /* kinds of machines */
    as_case *cases;
    as_sample *samples;
    as_counter *counters;
    as_phase_time *phases;
    size_t case_count, sample_count, counter_count, phase_count;
    merged_case *table;
} merging;

/* --- reading ----------------------------------------------------------------------------------------------------- */

static bool read_table(merging *m, const part *p, const as_schema *schema, bool needed, void *rows, size_t *count,
                       as_err *err)
{
    const char *path = as_arena_printf(m->arena, "%s/%s", p->dir, schema->file);
    if (!needed && !as_file_exists(path))
        return true;
    return as_table_read(schema, p->dir, m->arena, rows, count, err);
}

static bool read_part(merging *m, part *p, as_err *err)
{
    const char *config = as_arena_printf(m->arena, "%s/config.yaml", p->dir);
    const char *machine = as_arena_printf(m->arena, "%s/machine.json", p->dir);
    if (!as_file_exists(config))
        return as_fail(err, AS_EXIT_USAGE, "%s: not a result folder (no config.yaml in it): leave it away", p->dir);
    return as_file_read(config, (size_t)64 << 20, &p->config, err) &&
           as_file_read(machine, (size_t)64 << 20, &p->machine_text, err) &&
           as_machine_facts_read(p->dir, m->arena, &p->machine, err) &&
           read_table(m, p, &as_case_schema, true, &p->cases, &p->case_count, err) &&
           read_table(m, p, &as_sample_schema, true, &p->samples, &p->sample_count, err) &&
           read_table(m, p, &as_counter_schema, false, &p->counters, &p->counter_count, err) &&
           read_table(m, p, &as_phase_schema, false, &p->phases, &p->phase_count, err);
}

/* Parts of one run: the same config, each folder once. */
static bool belong_together(const merging *m, as_err *err)
{
    for (size_t i = 1; i < m->part_count; i++) {
        const part *first = &m->parts[0], *p = &m->parts[i];
        if (p->config.length != first->config.length || memcmp(p->config.data, first->config.data, p->config.length))
            return as_fail(err, AS_EXIT_USAGE, "%s: its config.yaml is not that of %s: merge takes runs of one config",
                           p->dir, first->dir);
        for (size_t k = 0; k < i; k++)
            if (!strcmp(p->dir, m->parts[k].dir))
                return as_fail(err, AS_EXIT_USAGE, "%s: is given twice", p->dir);
    }
    return true;
}

static const char *kind_of_machine(const part *p) { return p->machine.fingerprint ? p->machine.fingerprint : ""; }

/* A kind of machine is a fingerprint. Where there are several, each is called by its CPU, with a number where two kinds
 * have the same one. */
static void name_machines(merging *m)
{
    for (size_t i = 1; i < m->part_count; i++)
        m->several |= strcmp(kind_of_machine(&m->parts[i]), kind_of_machine(&m->parts[0])) != 0;
    for (size_t i = 0; m->several && i < m->part_count; i++) {
        part *p = &m->parts[i];
        size_t namesakes = 0;
        const char *name = p->machine.name ? p->machine.name : "unknown machine";
        for (size_t k = 0; k < i && !p->label; k++) {
            const part *q = &m->parts[k];
            bool first = true;
            for (size_t j = 0; j < k; j++)
                first &= strcmp(kind_of_machine(&m->parts[j]), kind_of_machine(q)) != 0;
            if (!strcmp(kind_of_machine(q), kind_of_machine(p)))
                p->label = q->label;
            else if (first)
                namesakes += !strcmp(q->machine.name ? q->machine.name : "unknown machine", name);
        }
        if (!p->label)
            p->label = namesakes ? as_arena_printf(m->arena, "%s #%zu", name, namesakes + 1) : name;
        p->label = as_arena_intern(m->arena, p->label);
    }
}

/* --- putting together -------------------------------------------------------------------------------------------- */

/* The key of a case in the merged folder: with the machine behind it where there are several. */
static const char *key_of(const merging *m, const part *p, const char *key)
{
    if (!p->label || !key)
        return as_arena_intern(m->arena, key);
    as_text text = {0};
    as_text_add(&text, "%s|%s", key, p->label);
    for (char *c = text.data; (c = strchr(c, ',')) != NULL;)
        *c = ':';
    return as_text_keep(&text, m->arena);
}

static merged_case *find_case(const merging *m, const char *key)
{
    merged_case *hit;
    HASH_FIND_PTR(m->table, &key, hit);
    return hit;
}

static bool is_ok(const as_case *c) { return c->status == AS_STATUS_OK; }

static uint64_t larger(uint64_t a, uint64_t b) { return a == AS_NO_COUNT ? b : b == AS_NO_COUNT ? a : a > b ? a : b; }

/* A case that another part has, too: the row of one that was measured stands, with the worst of both. */
static void join_case(as_case *row, const as_case *other)
{
    as_case worse = is_ok(row) || !is_ok(other) ? *row : *other;
    worse.case_ = row->case_;
    worse.machine = row->machine;
    worse.error_max = fmax(row->error_max, other->error_max);
    worse.workspace_peak_bytes = larger(row->workspace_peak_bytes, other->workspace_peak_bytes);
    worse.rss_peak_bytes = larger(row->rss_peak_bytes, other->rss_peak_bytes);
    *row = worse;
}

static void add_case(merging *m, const part *p, const as_case *c)
{
    const char *key = key_of(m, p, c->case_);
    merged_case *hit = find_case(m, key);
    if (hit) {
        join_case(&m->cases[hit->row], c);
        return;
    }
    hit = as_arena_alloc(m->arena, sizeof *hit);
    hit->key = key;
    hit->row = m->case_count++;
    m->cases[hit->row] = *c;
    m->cases[hit->row].case_ = key;
    m->cases[hit->row].machine = p->label;
    HASH_ADD_PTR(m->table, key, hit);
}

/* In turns: shards 1/N .. N/N, given in this order, come out in the order of the whole sweep. */
static void add_cases(merging *m)
{
    size_t most = 0, sum = 0;
    for (size_t i = 0; i < m->part_count; i++) {
        most = m->parts[i].case_count > most ? m->parts[i].case_count : most;
        sum += m->parts[i].case_count;
    }
    m->cases = as_arena_alloc(m->arena, (sum + 1) * sizeof *m->cases);
    for (size_t row = 0; row < most; row++)
        for (size_t i = 0; i < m->part_count; i++)
            if (row < m->parts[i].case_count)
                add_case(m, &m->parts[i], &m->parts[i].cases[row]);
}

/* What samples, counters and phases have in common: a case and a process, renumbered. */
static bool renumber(const merging *m, const part *p, const char **key, uint64_t *process, const char *file,
                     as_err *err)
{
    merged_case *c;
    *key = key_of(m, p, *key);
    c = find_case(m, *key);
    if (!c)
        return as_fail(err, AS_EXIT_USAGE, "%s/%s: case '%.120s' is not in its cases.csv", p->dir, file,
                       *key ? *key : "");
    if (*process == AS_NO_COUNT)
        return true;
    *process += c->offset;
    c->processes = c->processes > *process + 1 ? c->processes : *process + 1;
    return true;
}

static bool add_rows(merging *m, part *p, as_err *err)
{
    for (merged_case *c = m->table; c; c = c->hh.next)
        c->offset = c->processes;
    for (size_t i = 0; i < p->sample_count; i++) {
        as_sample *s = &m->samples[m->sample_count++];
        *s = p->samples[i];
        if (!renumber(m, p, &s->case_, &s->process, "samples.csv", err))
            return false;
    }
    for (size_t i = 0; i < p->counter_count; i++) {
        as_counter *s = &m->counters[m->counter_count++];
        *s = p->counters[i];
        if (!renumber(m, p, &s->case_, &s->process, "counters.csv", err))
            return false;
    }
    for (size_t i = 0; i < p->phase_count; i++) {
        as_phase_time *s = &m->phases[m->phase_count++];
        *s = p->phases[i];
        if (!renumber(m, p, &s->case_, &s->process, "phases.csv", err))
            return false;
    }
    return true;
}

static bool put_together(merging *m, as_err *err)
{
    size_t samples = 0, counters = 0, phases = 0;
    add_cases(m);
    for (size_t i = 0; i < m->part_count; i++) {
        samples += m->parts[i].sample_count;
        counters += m->parts[i].counter_count;
        phases += m->parts[i].phase_count;
    }
    m->samples = as_arena_alloc(m->arena, (samples + 1) * sizeof *m->samples);
    m->counters = as_arena_alloc(m->arena, (counters + 1) * sizeof *m->counters);
    m->phases = as_arena_alloc(m->arena, (phases + 1) * sizeof *m->phases);
    for (size_t i = 0; i < m->part_count; i++)
        if (!add_rows(m, &m->parts[i], err))
            return false;
    return true;
}

/* --- writing ----------------------------------------------------------------------------------------------------- */

/* Of several kinds: no fingerprint and no roofs, for there is no one machine; each machine.json under `machines`. */
static bool write_machine(const merging *m, as_folder *folder, as_err *err)
{
    const part *first = &m->parts[0];
    if (!m->several)
        return as_folder_file(folder, "machine.json", first->machine_text.data, first->machine_text.length, err);
    as_text names = {0};
    json_t *root = json_object(), *list = json_array();
    for (size_t i = 0; i < m->part_count; i++) {
        bool seen = false;
        for (size_t k = 0; k < i && !seen; k++)
            seen = m->parts[k].label == m->parts[i].label;
        json_t *machine =
            seen ? NULL : json_loadb(m->parts[i].machine_text.data, m->parts[i].machine_text.length, 0, NULL);
        if (!machine)
            continue;
        as_text_add(&names, "%s%s", names.length ? "; " : "", m->parts[i].label);
        json_object_set_new(machine, "label", json_string(m->parts[i].label));
        json_array_append_new(list, machine);
    }
    json_object_set_new(root, "cpu", json_string(names.data ? names.data : "unknown"));
    json_object_set_new(root, "machines", list);
    char *text = json_dumps(root, JSON_INDENT(2));
    json_decref(root);
    as_text_free(&names);
    bool ok = text ? as_folder_file(folder, "machine.json", text, strlen(text), err) : as_fail_memory(err);
    free(text);
    return ok;
}

static bool write_folder(const merging *m, const char *out, as_err *err)
{
    as_folder *folder = as_folder_create(out, "merged", m->parts[0].config.data, err);
    bool ok = folder && as_table_write(&as_case_schema, m->cases, m->case_count, out, err) &&
              as_table_write(&as_sample_schema, m->samples, m->sample_count, out, err) && write_machine(m, folder, err);
    if (ok && m->counter_count)
        ok = as_table_write(&as_counter_schema, m->counters, m->counter_count, out, err);
    if (ok && m->phase_count)
        ok = as_table_write(&as_phase_schema, m->phases, m->phase_count, out, err);
    as_folder_free(folder);
    return ok;
}

static bool merge_parts(merging *m, const char *out, as_err *err)
{
    for (size_t i = 0; i < m->part_count; i++)
        if (!read_part(m, &m->parts[i], err))
            return false;
    if (!belong_together(m, err))
        return false;
    name_machines(m);
    return put_together(m, err) && write_folder(m, out, err);
}

bool as_merge(const char *const *dirs, size_t count, const char *out, as_err *err)
{
    merging m = {.arena = as_arena_create(), .part_count = count};
    m.parts = as_arena_alloc(m.arena, (count + 1) * sizeof *m.parts);
    for (size_t i = 0; i < count; i++)
        m.parts[i].dir = dirs[i];
    const bool ok = merge_parts(&m, out, err);
    for (size_t i = 0; i < count; i++) {
        as_text_free(&m.parts[i].config);
        as_text_free(&m.parts[i].machine_text);
    }
    HASH_CLEAR(hh, m.table);
    as_arena_free(m.arena);
    return ok;
}
