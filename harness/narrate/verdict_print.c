/* verdict_print.c: one function for each form in which verdicts are printed.
 * SPDX-License-Identifier: Apache-2.0 */
#include "verdict_print.h"

#include <string.h>

#include "../base/file.h"
#include "verdict_markup.h"
#include "verdict_text.h"

enum { COLUMNS = 7 };

static bool write_table(const as_verdict_outputs *to, const as_verdict *rows, size_t count, as_text *out)
{
    static const char *const head[COLUMNS] = {"case", "gate", "verdict", "change", "interval", "visible", "note"};
    as_arena *arena = as_arena_create();
    as_verdict_numbers *numbers = as_arena_alloc(arena, (count + 1) * sizeof *numbers);
    const char **cells = as_arena_alloc(arena, (count + 1) * COLUMNS * sizeof *cells);
    size_t listed = 0;
    (void)to;
    memcpy(cells, head, sizeof head);
    for (size_t i = 0; i < count; i++) {
        if (!as_verdict_is_listed(&rows[i]))
            continue;
        as_verdict_numbers *n = &numbers[listed++];
        *n = as_verdict_numbers_of(&rows[i]);
        const char *row[COLUMNS] = {rows[i].case_,
                                    rows[i].gate == AS_NO_WORD ? "-" : as_gate_text(rows[i].gate),
                                    as_verdict_kind_text(rows[i].verdict),
                                    n->change,
                                    n->interval,
                                    n->visible,
                                    rows[i].reason ? rows[i].reason : ""};
        memcpy(cells + listed * COLUMNS, row, sizeof row);
    }
    if (listed)
        as_print_rows(out, cells, listed + 1, COLUMNS);
    as_verdict_add_counts(rows, count, out);
    as_text_add(out, "\n");
    as_verdict_add_visible(rows, count, out);
    as_text_add(out, "\n");
    as_arena_free(arena);
    return true;
}

static bool write_csv(const as_verdict_outputs *to, const as_verdict *rows, size_t count, as_text *out)
{
    (void)to;
    as_table_header(&as_verdict_schema, out);
    for (size_t i = 0; i < count; i++)
        as_table_row(&as_verdict_schema, &rows[i], out);
    return true;
}

static bool write_json(const as_verdict_outputs *to, const as_verdict *rows, size_t count, as_text *out)
{
    (void)to;
    return as_table_json(&as_verdict_schema, rows, count, out);
}

static bool write_junit(const as_verdict_outputs *to, const as_verdict *rows, size_t count, as_text *out)
{
    as_verdict_junit(to->title, to->strict, rows, count, out);
    return true;
}

static bool write_markdown(const as_verdict_outputs *to, const as_verdict *rows, size_t count, as_text *out)
{
    as_verdict_markdown(to->title, rows, count, out);
    return true;
}

static bool write_format(const char *format, const as_verdict_outputs *to, const as_verdict *rows, size_t count,
                         as_text *out)
{
    static const struct {
        const char *name;
        bool (*write)(const as_verdict_outputs *to, const as_verdict *rows, size_t count, as_text *out);
    } formats[] = {{"table", write_table},
                   {"csv", write_csv},
                   {"json", write_json},
                   {"junit", write_junit},
                   {"markdown", write_markdown}};
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (!strcmp(formats[i].name, format))
            return formats[i].write(to, rows, count, out);
    return false;
}

bool as_verdict_publish(const as_verdict_outputs *to, const as_verdict *rows, size_t count, as_text *out, as_err *err)
{
    const struct {
        const char *path, *format;
    } files[] = {{to->junit, "junit"}, {to->markdown, "markdown"}};
    bool ok = true;
    for (size_t i = 0; ok && i < sizeof files / sizeof *files; i++) {
        as_text text = {0};
        if (files[i].path)
            ok = (write_format(files[i].format, to, rows, count, &text) || as_fail_memory(err)) &&
                 as_file_write(files[i].path, text.data, text.length, err);
        as_text_free(&text);
    }
    return ok && (write_format(to->format ? to->format : "table", to, rows, count, out) || as_fail_memory(err));
}
