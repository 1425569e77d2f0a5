/* text.c: growing texts, units, globs, UTF-8 and printed tables.
 * SPDX-License-Identifier: Apache-2.0 */
#include "text.h"

#include <errno.h>
#include <fnmatch.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void room(as_text *t, size_t more)
{
    if (t->size - t->length > more)
        return;
    size_t size = t->size ? t->size : 256;
    while (size - t->length <= more)
        size *= 2;
    char *data = realloc(t->data, size);
    if (!data) {
        fputs("attnscope: out of memory\n", stderr);
        exit(3);
    }
    t->data = data;
    t->size = size;
}

void as_text_append(as_text *t, const char *bytes, size_t length)
{
    room(t, length);
    if (length)
        memcpy(t->data + t->length, bytes, length);
    t->length += length;
    t->data[t->length] = 0;
}

void as_text_add(as_text *t, const char *format, ...)
{
    va_list args, again;
    room(t, 0);
    va_start(args, format);
    va_copy(again, args);
    const size_t left = t->size - t->length;
    int length = vsnprintf(t->data + t->length, left, format, args);
    va_end(args);
    if (length >= 0 && (size_t)length >= left) {
        room(t, (size_t)length + 1);
        vsnprintf(t->data + t->length, (size_t)length + 1, format, again);
    }
    va_end(again);
    t->length += length > 0 ? (size_t)length : 0;
}

void as_text_free(as_text *t)
{
    free(t->data);
    *t = (as_text){0};
}

const char *as_text_keep(as_text *t, as_arena *arena)
{
    const char *kept = as_arena_intern(arena, t->data ? t->data : "");
    as_text_free(t);
    return kept;
}

/* A plain decimal number (no sign, no hex, no nan) at the start of the text; the rest is its unit. */
static bool number(const char *text, double *value, const char **unit)
{
    if (*text < '0' || *text > '9')
        return false;
    if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X'))
        return false;
    char *end;
    errno = 0;
    *value = strtod(text, &end);
    *unit = end;
    return errno == 0 && isfinite(*value);
}

typedef struct {
    const char *name;
    double factor;
} unit;

static bool scaled(const char *text, const unit *units, double *out)
{
    double value;
    const char *rest;
    if (!number(text, &value, &rest))
        return false;
    for (; units->name; units++)
        if (!strcmp(units->name, rest)) {
            *out = value * units->factor;
            return true;
        }
    return false;
}

bool as_parse_count(const char *text, uint64_t *out)
{
    static const unit units[] = {{"", 1}, {"k", 1024}, {"K", 1024}, {"M", 1048576}, {"G", 1073741824}, {NULL, 0}};
    double value;
    if (!scaled(text, units, &value) || value != floor(value) || value > 9007199254740992.0)
        return false;
    *out = (uint64_t)value;
    return true;
}

bool as_parse_size(const char *text, uint64_t *out, double *percent)
{
    static const unit units[] = {{"", 1}, {"B", 1}, {"KiB", 1024}, {"MiB", 1048576}, {"GiB", 1073741824}, {NULL, 0}};
    static const unit share[] = {{"%", 1}, {NULL, 0}};
    double value;
    if (percent && scaled(text, share, &value) && value > 0 && value <= 100) {
        *percent = value;
        return true;
    }
    if (!scaled(text, units, &value) || value > 9007199254740992.0)
        return false;
    *out = (uint64_t)value;
    return true;
}

bool as_parse_seconds(const char *text, double *out)
{
    static const unit units[] = {{"", 1}, {"ms", 1e-3}, {"s", 1}, {"m", 60}, {"h", 3600}, {NULL, 0}};
    return scaled(text, units, out);
}

bool as_parse_double(const char *text, double *out)
{
    char *end;
    errno = 0;
    *out = strtod(text, &end);
    return end != text && !*end && errno == 0 && isfinite(*out);
}

static char *with_units(char out[32], double value, double step, const unit *units)
{
    while (units[1].name && value / units->factor >= step)
        units++;
    double shown = value / units->factor;
    snprintf(out, 32, "%.*f %s", shown >= 100 ? 0 : shown >= 10 ? 1 : 2, shown, units->name);
    return out;
}

char *as_format_seconds(char out[32], double seconds)
{
    static const unit units[] = {{"ns", 1e-9}, {"us", 1e-6}, {"ms", 1e-3}, {"s", 1}, {NULL, 0}};
    return with_units(out, seconds, 1000, units);
}

char *as_format_bytes(char out[32], double bytes)
{
    static const unit units[] = {{"B", 1}, {"KiB", 1024}, {"MiB", 1048576}, {"GiB", 1073741824}, {NULL, 0}};
    return with_units(out, bytes, 1024, units);
}

char *as_format_count(char out[32], uint64_t count)
{
    if (count >= 1048576 && count % 1048576 == 0)
        snprintf(out, 32, "%" PRIu64 "M", count / 1048576);
    else if (count >= 1024 && count % 1024 == 0)
        snprintf(out, 32, "%" PRIu64 "k", count / 1024);
    else
        snprintf(out, 32, "%" PRIu64, count);
    return out;
}

size_t as_utf8_length(const char *text)
{
    const unsigned char *s = (const unsigned char *)text;
    if (s[0] < 0x80)
        return 1;
    size_t length = s[0] >= 0xf0 && s[0] < 0xf5   ? 4
                    : s[0] >= 0xe0 && s[0] < 0xf0 ? 3
                    : s[0] >= 0xc2 && s[0] < 0xe0 ? 2
                                                  : 0;
    for (size_t i = 1; i < length; i++)
        if ((s[i] & 0xc0) != 0x80)
            return 0;
    bool wrong = (s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) || (s[0] == 0xf0 && s[1] < 0x90) ||
                 (s[0] == 0xf4 && s[1] > 0x8f) || (s[0] == 0xc2 && s[1] < 0xa0) ||
                 (s[0] == 0xef && s[1] == 0xbf && s[2] > 0xbd); /* C1 controls; U+FFFE and U+FFFF, not in XML */
    return wrong ? 0 : length;
}

bool as_glob(const char *glob, const char *text) { return fnmatch(glob, text, 0) == 0; }

static bool numeric(const char *cell)
{
    if (!*cell || !strcmp(cell, "-"))
        return true;
    return strspn(cell, "0123456789.+-eE%x~[], ") == strlen(cell);
}

/* Columns on a terminal, not bytes: a UTF-8 continuation byte takes no room. */
static size_t shown_width(const char *cell)
{
    size_t width = 0;
    for (; *cell; cell++)
        width += ((unsigned char)*cell & 0xc0) != 0x80;
    return width;
}

static void add_cell(as_text *out, const char *cell, size_t width, bool right, bool last)
{
    size_t pad = width - shown_width(cell);
    for (size_t i = 0; right && i < pad; i++)
        as_text_append(out, " ", 1);
    for (const char *c = cell; *c; c++) {
        bool c1 = (unsigned char)c[0] == 0xc2 && (unsigned char)c[1] >= 0x80 && (unsigned char)c[1] < 0xa0;
        as_text_append(out, (unsigned char)*c < 0x20 || *c == 0x7f || c1 ? "?" : c, 1);
        c += c1; /* the control codes U+0080..U+009F take two bytes */
    }
    for (size_t i = 0; !right && !last && i < pad; i++)
        as_text_append(out, " ", 1);
    as_text_append(out, last ? "\n" : "  ", last ? 1 : 2);
}

void as_print_rows(as_text *out, const char *const *cells, size_t rows, size_t cols)
{
    size_t *width = calloc(cols ? cols : 1, sizeof *width);
    bool *right = calloc(cols ? cols : 1, sizeof *right);
    if (!width || !right)
        goto done;
    for (size_t c = 0; c < cols; c++) {
        right[c] = rows > 1;
        for (size_t r = 0; r < rows; r++) {
            const char *cell = cells[r * cols + c];
            size_t w = shown_width(cell);
            width[c] = w > width[c] ? w : width[c];
            right[c] = right[c] && (r == 0 || numeric(cell));
        }
    }
    for (size_t r = 0; r < rows; r++)
        for (size_t c = 0; c < cols; c++)
            add_cell(out, cells[r * cols + c], width[c], right[c], c + 1 == cols);
done:
    free(width);
    free(right);
}

void as_printable(char *text)
{
    for (unsigned char *c = (unsigned char *)text; *c;) {
        const size_t length = as_utf8_length((const char *)c);
        if (*c < 0x20 || *c == 0x7f || !length)
            *c = *c == '\n' || *c == '\t' || *c == '\r' ? ' ' : '?';
        c += length ? length : 1;
    }
}
