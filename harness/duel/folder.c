/* folder.c: writes and reads the folder of a duel.
 * SPDX-License-Identifier: Apache-2.0 */
#include "folder.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "../base/file.h"
#include "../base/path.h"
#include "../base/text_index.h"
#include "../machine/machine.h"

enum { SCHEMA = 3 };

static bool make_folder(as_duel_session *s, as_err *err)
{
    struct stat st;
    char when[32];
    const time_t now = time(NULL);
    struct tm utc;
    gmtime_r(&now, &utc);
    strftime(when, sizeof when, "%Y%m%dT%H%M%SZ", &utc);
    s->dir = s->ask.out ? s->ask.out
                        : as_arena_printf(s->arena, "results/duel-%s-%s-%d", s->config.name, when, (int)getpid());
    const char *turns = as_arena_printf(s->arena, "%s/turns.csv", s->dir);
    if (stat(s->dir, &st) == 0 && rmdir(s->dir) != 0)
        return as_fail(err, AS_EXIT_USAGE, "%s: exists and is not an empty folder: choose another --out", s->dir);
    if (!as_dir_create(s->dir, err))
        return false;
    s->live.turns_fd = open(turns, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0666);
    if (s->live.turns_fd < 0)
        return as_fail(err, AS_EXIT_ENVIRONMENT, "%s: cannot write: %s", turns, strerror(errno));
    as_text out = {0};
    as_table_header(&as_turn_schema, &out);
    bool ok = as_fd_write(s->live.turns_fd, out.data, out.length) ||
              as_fail(err, AS_EXIT_ENVIRONMENT, "%s: cannot write: is the disk full?", turns);
    as_text_free(&out);
    return ok;
}

static bool write_file(const as_duel_session *s, const char *name, const char *text, size_t length, as_err *err)
{
    return as_file_write(as_path_join(s->dir, "%s", name).text, text, length, err);
}

static json_t *side_json(const as_duel_session *s, int i)
{
    return json_pack("{s:s?, s:s?, s:I, s:s, s:s}", "program", s->ask.program[i], "plugin", s->ask.plugin[i],
                     "protocol", (json_int_t)s->hello[i].protocol, "version", s->hello[i].version, "commit",
                     s->hello[i].commit);
}

static json_t *looks_json(const unsigned looks[AS_LOOKS_MAX])
{
    json_t *out = json_array();
    for (size_t i = 0; i < AS_LOOKS_MAX && looks[i]; i++)
        json_array_append_new(out, json_integer(looks[i]));
    return out;
}

static bool write_duel(const as_duel_session *s, as_err *err)
{
    json_t *gates = json_array(), *cases = json_array();
    for (int gate = AS_GATE_TIME; gate <= AS_GATE_ORDER; gate++)
        if (s->ask.gates & AS_GATE_BIT(gate))
            json_array_append_new(gates, json_string(as_gate_text((as_gate)gate)));
    for (size_t i = 0; i < s->count; i++)
        json_array_append_new(cases, json_string(s->cases[i]));
    json_t *object =
        json_pack("{s:i, s:o, s:f, s:f, s:f, s:o, s:o, s:o, s:o, s:o}", "schema", SCHEMA, "gates", gates, "alpha",
                  s->ask.rules.alpha, "floor", s->ask.rules.bounds.floor, "margin", s->ask.rules.bounds.margin, "looks",
                  looks_json(s->ask.rules.looks), "confirm", looks_json(s->ask.rules.confirm), "base", side_json(s, 0),
                  "new", side_json(s, 1), "cases", cases);
    char *text = object ? json_dumps(object, JSON_INDENT(1) | JSON_REAL_PRECISION(17)) : NULL;
    const bool ok = text ? write_file(s, "duel.json", text, strlen(text), err) : as_fail_memory(err);
    free(text);
    json_decref(object);
    return ok;
}

static bool write_inputs(as_duel_session *s, as_err *err)
{
    as_text cases = {0}, about = {0};
    as_machine machine;
    as_table_header(&as_case_schema, &cases);
    for (size_t i = 0; i < s->plan.count; i++)
        as_table_row(&as_case_schema, &s->plan.cases[i].row, &cases);
    as_machine_describe(&machine, s->arena);
    bool ok = (as_machine_json(&machine, &about) || as_fail_memory(err)) &&
              write_file(s, "config.yaml", s->config.text, strlen(s->config.text), err) &&
              write_file(s, "cases.csv", cases.data, cases.length, err) &&
              write_file(s, "machine.json", about.data, about.length, err) && write_duel(s, err);
    as_text_free(&cases);
    as_text_free(&about);
    return ok;
}

bool as_duel_write_folder(as_duel_session *s, as_err *err) { return make_folder(s, err) && write_inputs(s, err); }

/* --- and back ---------------------------------------------------------------------------------------------------- */

static bool read_gates(as_duel_session *s, const json_t *gates)
{
    char wrong[40];
    for (size_t i = 0; i < json_array_size(gates); i++) {
        const char *name = json_string_value(json_array_get(gates, i));
        unsigned gate;
        if (!name || !as_gates_parse(name, AS_GATES_ALL, &gate, wrong))
            return false;
        s->ask.gates |= gate;
    }
    return s->ask.gates & AS_GATE_BIT(AS_GATE_ACCURACY); /* which is always held */
}

static bool read_looks(const json_t *from, unsigned looks[AS_LOOKS_MAX])
{
    bool ok = json_array_size(from) > 0 && json_array_size(from) <= AS_LOOKS_MAX;
    memset(looks, 0, AS_LOOKS_MAX * sizeof *looks);
    for (size_t i = 0; ok && i < json_array_size(from); i++) {
        const json_int_t look = json_integer_value(json_array_get(from, i));
        ok = look > (i ? (json_int_t)looks[i - 1] : 0) && look < 1000000;
        looks[i] = (unsigned)look;
    }
    return ok;
}

static bool read_cases(as_duel_session *s, const json_t *cases)
{
    bool ok = json_array_size(cases) > 0;
    s->cases = as_arena_alloc(s->arena, (json_array_size(cases) + 1) * sizeof *s->cases);
    for (size_t i = 0; ok && i < json_array_size(cases); i++) {
        const char *name = json_string_value(json_array_get(cases, i));
        ok = name != NULL;
        s->cases[s->count++] = as_arena_intern(s->arena, name);
    }
    return ok;
}

static bool read_duel(as_duel_session *s, as_err *err)
{
    const char *path = as_arena_printf(s->arena, "%s/duel.json", s->ask.again);
    json_error_t why;
    json_t *gates = NULL, *looks = NULL, *confirm = NULL, *cases = NULL, *object = json_load_file(path, 0, &why);
    int schema = 0;
    if (!object)
        return as_fail(err, AS_EXIT_USAGE, "%s:%d:%d: %s", path, why.line, why.column, why.text);
    const bool ok =
        json_unpack_ex(object, &why, 0, "{s:i, s:o, s:F, s:F, s:F, s:o, s:o, s:o}", "schema", &schema, "gates", &gates,
                       "alpha", &s->ask.rules.alpha, "floor", &s->ask.rules.bounds.floor, "margin",
                       &s->ask.rules.bounds.margin, "looks", &looks, "confirm", &confirm, "cases", &cases) == 0 &&
        schema == SCHEMA && s->ask.rules.alpha > 0 && s->ask.rules.alpha < 1 && read_gates(s, gates) &&
        read_looks(looks, s->ask.rules.looks) && read_looks(confirm, s->ask.rules.confirm) && read_cases(s, cases);
    json_decref(object);
    return ok || as_fail(err, AS_EXIT_USAGE, "%s: not the rules of a duel of this version", path);
}

/* NULL, or why no duel can have written this row. */
static const char *exact_problem(const as_exact *e, const as_text_index *cases)
{
    static const char *const statuses[] = {"ok", "failed", "lacking"};
    bool known = false;
    for (size_t i = 0; e->status && i < sizeof statuses / sizeof *statuses; i++)
        known = known || !strcmp(statuses[i], e->status);
    if (as_text_index_find(cases, e->case_) == AS_TEXT_ABSENT)
        return "a case that duel.json does not name";
    if (!e->side || (strcmp(e->side, "base") && strcmp(e->side, "new")))
        return "side is base or new";
    return known ? NULL : "an unknown status";
}

/* The planned rows give the lengths to the gate `order`; exact.csv has what was counted. */
static bool match_rows(as_duel_session *s, const as_case *planned, size_t count, const as_exact *exact,
                       size_t exact_count, as_err *err)
{
    as_text_index *cases = as_text_index_create(s->arena);
    const char *why = NULL;
    for (size_t i = 0; i < s->count; i++)
        as_text_index_add(cases, s->cases[i], i);
    s->rows = as_arena_alloc(s->arena, (s->count + 1) * sizeof *s->rows);
    for (size_t i = 0; i < count; i++) {
        const size_t at = as_text_index_find(cases, planned[i].case_);
        if (at != AS_TEXT_ABSENT)
            s->rows[at] = &planned[i];
    }
    for (size_t i = 0; !why && i < exact_count; i++)
        if ((why = exact_problem(&exact[i], cases)) != NULL)
            as_fail(err, AS_EXIT_USAGE, "%s/%s:%zu: %s: was it edited?", s->ask.again, as_exact_schema.file, i + 2,
                    why);
    as_text_index_free(cases);
    return !why;
}

static bool read_exact(as_duel_session *s, as_err *err)
{
    void *planned = NULL, *exact = NULL;
    size_t count = 0, exact_count = 0;
    if (!as_table_read(&as_case_schema, s->ask.again, s->arena, &planned, &count, err) ||
        !as_table_read(&as_exact_schema, s->ask.again, s->arena, &exact, &exact_count, err) ||
        !match_rows(s, planned, count, exact, exact_count, err))
        return false;
    s->exact = (as_exact_input){.cases = s->cases,
                                .rows = s->rows,
                                .count = s->count,
                                .gates = s->ask.gates,
                                .exact = exact,
                                .exact_count = exact_count};
    as_exact_match(&s->exact, s->arena);
    return true;
}

bool as_duel_read_folder(as_duel_session *s, as_err *err) { return read_duel(s, err) && read_exact(s, err); }
