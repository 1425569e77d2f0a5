/* table.h: records as CSV, both ways, from one list of columns.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A record type is one X-macro list; see model/records.h. From it come the struct, the header row, the writer, the
 * reader and the page that explains the columns. CSV is RFC 4180, UTF-8, one header row. A missing value is an empty
 * cell: NULL, AS_NO_COUNT, NaN, AS_NO_WORD. Text that a spreadsheet would take for a formula is written behind an
 * apostrophe, which the reader takes away again. */
#ifndef AS_BASE_TABLE_H
#define AS_BASE_TABLE_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "err.h"
#include "text.h"
#include "words.h"

typedef enum { AS_TEXT, AS_COUNT, AS_REAL, AS_WORD } as_column_kind;

#define AS_NO_COUNT UINT64_MAX
#define AS_NO_REAL ((double)NAN)

typedef struct {
    const char *name; /* with its unit: wall_ns */
    size_t offset;
    const char *help;
    as_column_kind kind;
    const as_word_list *words; /* of AS_WORD; else NULL */
} as_column;

static inline bool as_column_is_number(const as_column *column)
{
    return column->kind == AS_COUNT || column->kind == AS_REAL;
}

typedef struct {
    const char *file; /* "samples.csv" */
    const char *row;  /* "a timed batch of calls in one process" */
    const as_column *columns;
    size_t count;
    size_t size; /* of one record */
} as_schema;

/* AS_RECORD(as_sample, AS_SAMPLE_COLUMNS) makes struct as_sample; AS_SCHEMA(...) its schema, in one .c file. */
#define AS_CTYPE_AS_TEXT const char *
#define AS_CTYPE_AS_COUNT uint64_t
#define AS_CTYPE_AS_REAL double
#define AS_CTYPE_AS_WORD(type) type /* of words.h; in a list of columns: F(t, AS_WORD(as_side), side, "...") */
#define AS_KIND_AS_TEXT AS_TEXT, NULL
#define AS_KIND_AS_COUNT AS_COUNT, NULL
#define AS_KIND_AS_REAL AS_REAL, NULL
#define AS_KIND_AS_WORD(type) AS_WORD, &type##_words
#define AS_RECORD_FIELD(type, kind, name, help) AS_CTYPE_##kind name;
#define AS_RECORD_COLUMN(type, kind, name, help) {#name, offsetof(type, name), help, AS_KIND_##kind},
#define AS_RECORD(type, LIST)                                                                                          \
    typedef struct type {                                                                                              \
        LIST(AS_RECORD_FIELD, type)                                                                                    \
    } type
#define AS_SCHEMA(symbol, type, LIST, file, row)                                                                       \
    static const as_column symbol##_columns[] = {LIST(AS_RECORD_COLUMN, type)};                                        \
    const as_schema symbol = {file, row, symbol##_columns, sizeof symbol##_columns / sizeof *symbol##_columns,         \
                              sizeof(type)}

/* The column's name without the underscore that keeps a field off a C keyword: case_ is the column `case`. Into the
 * caller's buffer, which is returned. */
const char *as_column_name(const as_column *column, char out[40]);

/* A record with every field missing. */
void as_record_clear(const as_schema *schema, void *record);

void as_table_header(const as_schema *schema, as_text *out);
void as_table_row(const as_schema *schema, const void *record, as_text *out);
/* The cell of one column as text, into the caller's buffer where it is a number. "" when missing. */
const char *as_record_cell(const as_column *column, const void *record, char out[40]);

/* Header and all rows, written atomically to `dir`/schema->file. */
bool as_table_write(const as_schema *schema, const void *records, size_t count, const char *dir, as_err *err);

/* Reads `dir`/schema->file into an array in `arena` (texts interned there). Columns are found by name: an unknown one
 * is passed over, a missing one reads as missing. A cell that is not of its column's kind or not one of its words, a
 * row with another number of cells or no header at all is an error with file:line. A last line without its newline (the
 * program was killed while it wrote) is dropped. */
bool as_table_read(const as_schema *schema, const char *dir, as_arena *arena, void **records, size_t *count,
                   as_err *err);

/* The records as a JSON array of objects (missing: null), for --format json. */
bool as_table_json(const as_schema *schema, const void *records, size_t count, as_text *out);

#endif
