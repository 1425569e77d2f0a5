/* text.h: texts that grow, and the units that people write: 16k, 512MiB, 75%, 10m.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_BASE_TEXT_H
#define AS_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "arena.h"

/* A text that grows; start from {0}, end with as_text_free. `data` is NUL-terminated once anything was added. */
typedef struct {
    char *data;
    size_t length, size;
} as_text;

void as_text_add(as_text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
void as_text_append(as_text *t, const char *bytes, size_t length);
void as_text_free(as_text *t);
/* Frees the text, less a copy of it in `arena`, which is returned. */
const char *as_text_keep(as_text *t, as_arena *arena);

/* Each reads the whole text or returns false. Lengths: 512, 8k, 1M (binary: k = 1024). */
bool as_parse_count(const char *text, uint64_t *out);
/* Bytes: 512MiB, 1GiB, 100KiB, plain bytes; or a percentage, which gives *percent and leaves *out. */
bool as_parse_size(const char *text, uint64_t *out, double *percent);
/* Seconds: 60s, 10m, 1h, 250ms, plain seconds. */
bool as_parse_seconds(const char *text, double *out);
bool as_parse_double(const char *text, double *out);

/* For people, into a caller's buffer, which is returned: "1.24 ms", "3.5 MiB", "16k", "1.2e9". */
char *as_format_seconds(char out[32], double seconds);
char *as_format_bytes(char out[32], double bytes);
char *as_format_count(char out[32], uint64_t count);

/* Length of the UTF-8 character at `text`; 0 where there is none that a page may show: overlong, surrogate, a stray
 * byte, a C1 control, U+FFFE, U+FFFF. */
size_t as_utf8_length(const char *text);

/* Equal, or both NULL. */
static inline bool as_text_same(const char *a, const char *b) { return a == b || (a && b && !strcmp(a, b)); }

/* White space becomes a space, other control characters and bytes that are not UTF-8 become '?', so that a kernel's
 * last words can be shown and filed. */
void as_printable(char *text);

/* The wildcard match of `--only` and of kernel globs: * and ?, the whole text. */
bool as_glob(const char *glob, const char *text);

/* Cells of a printed table are escaped so that no control byte reaches a terminal. Columns are aligned by
 * as_print_rows: rows*cols texts, first row is the header; a column whose cells are all numbers is aligned right. */
void as_print_rows(as_text *out, const char *const *cells, size_t rows, size_t cols);

#endif
