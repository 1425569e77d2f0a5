/* table.c: libcsv parses, jansson spells JSON.
 * SPDX-License-Identifier: Apache-2.0 */
#include "table.h"

#include <csv.h>
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "path.h"
#include "file.h"

#define BYTES_MAX ((size_t)1 << 32) /* of a table that is read */
enum { ROWS_AHEAD = 1 << 23 };      /* that room is made for before they are seen */

const char *as_column_name(const as_column *column, char out[40])
{
    size_t length = strlen(column->name);
    if (length && column->name[length - 1] == '_')
        length--;
    snprintf(out, 40, "%.*s", (int)length, column->name);
    return out;
}

void as_record_clear(const as_schema *schema, void *record)
{
    memset(record, 0, schema->size);
    for (size_t i = 0; i < schema->count; i++) {
        char *field = (char *)record + schema->columns[i].offset;
        if (schema->columns[i].kind == AS_COUNT)
            *(uint64_t *)(void *)field = AS_NO_COUNT;
        else if (schema->columns[i].kind == AS_REAL)
            *(double *)(void *)field = AS_NO_REAL;
    }
}

const char *as_record_cell(const as_column *column, const void *record, char out[40])
{
    const char *field = (const char *)record + column->offset;
    out[0] = 0;
    if (column->kind == AS_TEXT) {
        const char *text = *(const char *const *)(const void *)field;
        return text ? text : "";
    }
    if (column->kind == AS_COUNT) {
        uint64_t count = *(const uint64_t *)(const void *)field;
        if (count != AS_NO_COUNT)
            snprintf(out, 40, "%" PRIu64, count);
        return out;
    }
    if (column->kind == AS_WORD)
        return as_word_text(column->words, *(const int *)(const void *)field);
    double real = *(const double *)(const void *)field;
    if (!isnan(real))
        snprintf(out, 40, "%.9g", real);
    return out;
}

void as_table_header(const as_schema *schema, as_text *out)
{
    char name[40];
    for (size_t i = 0; i < schema->count; i++)
        as_text_add(out, "%s%s", i ? "," : "", as_column_name(&schema->columns[i], name));
    as_text_append(out, "\r\n", 2);
}

/* A spreadsheet would take it for a formula. Apostrophes before one count too, so that reading, which takes one away,
 * gives back what was written. */
static bool formula_like(const char *cell, size_t length)
{
    size_t i = 0;
    while (i < length && cell[i] == '\'')
        i++;
    return i < length && cell[i] && strchr("=+-@\t\r", cell[i]);
}

static void add_text_cell(as_text *out, const char *cell)
{
    size_t length = strlen(cell);
    bool formula = formula_like(cell, length);
    bool spaced = length && (strchr(" \t", cell[0]) || strchr(" \t", cell[length - 1])); /* readers trim bare cells */
    if (!formula && !spaced && !strpbrk(cell, ",\"\r\n")) {
        as_text_append(out, cell, strlen(cell));
        return;
    }
    as_text_append(out, formula ? "\"'" : "\"", formula ? 2 : 1);
    for (; *cell; cell++)
        as_text_append(out, *cell == '"' ? "\"\"" : cell, *cell == '"' ? 2 : 1);
    as_text_append(out, "\"", 1);
}

void as_table_row(const as_schema *schema, const void *record, as_text *out)
{
    char number[40];
    for (size_t i = 0; i < schema->count; i++) {
        const char *cell = as_record_cell(&schema->columns[i], record, number);
        if (i)
            as_text_append(out, ",", 1);
        if (as_column_is_number(&schema->columns[i]))
            as_text_append(out, cell, strlen(cell));
        else
            add_text_cell(out, cell);
    }
    as_text_append(out, "\r\n", 2);
}

bool as_table_write(const as_schema *schema, const void *records, size_t count, const char *dir, as_err *err)
{
    as_text out = {0};
    as_table_header(schema, &out);
    for (size_t i = 0; i < count; i++)
        as_table_row(schema, (const char *)records + i * schema->size, &out);
    bool ok = as_file_write(as_path_join(dir, "%s", schema->file).text, out.data, out.length, err);
    as_text_free(&out);
    return ok;
}

/* What libcsv's callbacks share while a file is read. */
typedef struct {
    const as_schema *schema;
    as_arena *arena;
    const char *path;
    const as_column **map; /* file column to schema column, NULL where unknown */
    size_t mapped, map_cap;
    char *records;
    size_t count, cap;
    size_t line; /* of the file, from 1 */
    size_t cell; /* within the row */
    bool headed; /* the header row is behind us */
    bool failed;
    as_err *err;
} reading;

static void bad(reading *r, const char *what, const char *column)
{
    if (!r->failed)
        as_fail(r->err, AS_EXIT_USAGE, "%s:%zu: %s%s%s", r->path, r->line, what, column ? " in column " : "",
                column ? column : "");
    r->failed = true;
}

static void header_cell(reading *r, const char *name)
{
    r->map = as_arena_grow(r->arena, r->map, &r->map_cap, r->mapped, sizeof *r->map);
    char known[40];
    r->map[r->mapped] = NULL;
    for (size_t i = 0; i < r->schema->count; i++)
        if (!strcmp(as_column_name(&r->schema->columns[i], known), name))
            r->map[r->mapped] = &r->schema->columns[i];
    r->mapped++;
}

static void set_word(reading *r, const as_column *column, int *field, const char *text, size_t length)
{
    as_text what = {0};
    *field = as_word_find(column->words, text, length);
    if (*field == AS_NO_WORD) {
        as_text_add(&what, "'%.40s' is not ", text);
        as_words_add(column->words, &what);
        bad(r, what.data, column->name);
    }
    as_text_free(&what);
}

static void set_cell(reading *r, const as_column *column, char *record, const char *text, size_t length)
{
    void *field = record + column->offset;
    char *end = NULL;
    if (!length)
        return;
    errno = 0;
    if (column->kind == AS_TEXT) {
        if (text[0] == '\'' && formula_like(text, length))
            text++, length--;
        *(const char **)field = as_arena_intern_n(r->arena, text, length);
        return;
    }
    if (column->kind == AS_WORD) {
        set_word(r, column, field, text, length);
        return;
    }
    if (column->kind == AS_COUNT)
        *(uint64_t *)field = strtoull(text, &end, 10);
    else
        *(double *)field = strtod(text, &end);
    bool signed_count = column->kind == AS_COUNT && (*text < '0' || *text > '9');
    bool hexadecimal = column->kind == AS_REAL && strpbrk(text, "xX");
    if (errno || end != text + length || signed_count || hexadecimal)
        bad(r, "not a number", column->name);
}

static void on_cell(void *cell, size_t length, void *state)
{
    reading *r = state;
    const char *text = cell ? cell : "";
    if (r->failed)
        return;
    if (memchr(text, 0, length)) {
        bad(r, "a NUL byte", NULL);
    } else if (!r->headed) {
        header_cell(r, text);
    } else if (r->cell >= r->mapped) {
        bad(r, "more cells than the header has", NULL);
    } else {
        if (r->cell == 0) {
            r->records = as_arena_grow(r->arena, r->records, &r->cap, r->count, r->schema->size);
            as_record_clear(r->schema, r->records + r->count * r->schema->size);
        }
        if (r->map[r->cell])
            set_cell(r, r->map[r->cell], r->records + r->count * r->schema->size, text, length);
        r->cell++;
    }
}

static void on_row(int end, void *state)
{
    reading *r = state;
    (void)end;
    if (r->failed)
        return;
    if (r->headed && r->cell != r->mapped)
        bad(r, "fewer cells than the header has", NULL);
    if (r->headed)
        r->count++;
    r->headed = true;
    r->cell = 0;
}

/* The length up to the last newline that ends a row (one within quotes does not): what follows was never finished. */
static size_t finished(const as_text *text)
{
    size_t length = 0;
    bool quoted = false;
    for (size_t i = 0; i < text->length; i++) {
        quoted ^= text->data[i] == '"';
        if (text->data[i] == '\n' && !quoted)
            length = i + 1;
    }
    return length;
}

/* Line by line, so that an error names the line of the file. */
static bool parse_lines(reading *r, struct csv_parser *parser, const char *data, size_t length)
{
    for (size_t done = 0; done < length && !r->failed; r->line++) {
        const char *newline = memchr(data + done, '\n', length - done);
        size_t step = newline ? (size_t)(newline - data) + 1 - done : length - done;
        if (csv_parse(parser, data + done, step, on_cell, on_row, r) != step)
            return false;
        if (r->failed)
            break;
        done += step;
    }
    return true;
}

/* Rows as they come, a chunk at a time: the file's text is never in memory as a whole. */
static bool parse_stream(reading *r, struct csv_parser *parser, FILE *file)
{
    as_text text = {0};
    char chunk[1 << 16];
    size_t got, all = 0;
    bool ok = true;
    while (ok && !r->failed && (got = fread(chunk, 1, sizeof chunk, file)) > 0) {
        as_text_append(&text, chunk, got);
        const size_t rows = finished(&text);
        ok = parse_lines(r, parser, text.data, rows);
        memmove(text.data, text.data + rows, text.length - rows);
        text.length -= rows;
        all += got;
        if (all > BYTES_MAX)
            bad(r, "is larger than 4 GiB, which nothing of this kind should be", NULL);
    }
    if (ferror(file))
        bad(r, strerror(errno), NULL);
    as_text_free(&text);
    return ok && csv_fini(parser, on_cell, on_row, r) == 0;
}

static bool parse(reading *r, FILE *file)
{
    struct csv_parser parser;
    if (csv_init(&parser, CSV_STRICT | CSV_APPEND_NULL | CSV_STRICT_FINI) != 0)
        return as_fail_memory(r->err);
    if (!parse_stream(r, &parser, file))
        bad(r, "is not RFC 4180 CSV (a stray quote)", NULL);
    csv_free(&parser);
    if (!r->failed && !r->headed)
        bad(r, "has no header row", NULL);
    return !r->failed;
}

/* Room for a record a line, so that a long table is not copied as it grows. Unreached pages cost nothing. */
static void make_room(reading *r, FILE *file)
{
    char chunk[1 << 16];
    size_t got, lines = 0;
    while ((got = fread(chunk, 1, sizeof chunk, file)) > 0)
        for (const char *at = chunk; (at = memchr(at, '\n', got - (size_t)(at - chunk))) != NULL; at++)
            lines++;
    rewind(file);
    r->cap = lines < ROWS_AHEAD ? lines : ROWS_AHEAD;
    r->records = r->cap ? as_arena_alloc(r->arena, r->cap * r->schema->size) : NULL;
}

bool as_table_read(const as_schema *schema, const char *dir, as_arena *arena, void **records, size_t *count,
                   as_err *err)
{
    const as_path path = as_path_join(dir, "%s", schema->file);
    reading r = {.schema = schema, .arena = arena, .path = path.text, .line = 1, .err = err};
    FILE *file = fopen(path.text, "rbe");
    bool ok = file || as_fail(err, AS_EXIT_USAGE, "%s: %s", path.text, strerror(errno));
    if (file) {
        make_room(&r, file);
        ok = parse(&r, file);
        fclose(file);
    }
    *records = ok ? r.records : NULL;
    *count = ok ? r.count : 0;
    return ok;
}

bool as_table_json(const as_schema *schema, const void *records, size_t count, as_text *out)
{
    char number[40], name[40];
    json_t *rows = json_array();
    for (size_t i = 0; i < count; i++) {
        json_t *row = json_object();
        for (size_t c = 0; c < schema->count; c++) {
            const as_column *column = &schema->columns[c];
            const char *cell = as_record_cell(column, (const char *)records + i * schema->size, number);
            json_t *value = !*cell                         ? json_null()
                            : !as_column_is_number(column) ? json_string(cell)
                            : column->kind == AS_COUNT     ? json_integer((json_int_t)strtoull(cell, NULL, 10))
                                                           : json_real(strtod(cell, NULL));
            json_object_set_new(row, as_column_name(column, name), value ? value : json_null());
        }
        json_array_append_new(rows, row);
    }
    char *text = json_dumps(rows, JSON_INDENT(1) | JSON_REAL_PRECISION(12));
    json_decref(rows);
    if (!text)
        return false;
    as_text_add(out, "%s\n", text);
    free(text);
    return true;
}
