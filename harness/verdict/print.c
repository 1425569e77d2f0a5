/* print.c: see print.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "print.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/file.h"
#include "words.h"
#include "markup.h"
#include "../stats/order.h"

enum { COLUMNS = 7 };

bool as_verdict_is(const as_verdict *row, const char *verdict)
{
    return row->verdict && !strcmp(row->verdict, verdict);
}

static bool of_gate(const as_verdict *row, as_gate gate) { return row->gate && !strcmp(row->gate, as_gate_name(gate)); }

bool as_verdict_told(const as_verdict *row)
{
    return !as_verdict_is(row, "same") || !row->gate || of_gate(row, AS_GATE_TIME) ||
           of_gate(row, AS_GATE_INSTRUCTIONS);
}

void as_verdict_change(char out[32], double ratio)
{
    if (isnan(ratio))
        snprintf(out, 32, "-");
    else
        snprintf(out, 32, "%+.2f %%", 100 * (ratio - 1));
}

void as_verdict_span(char out[64], const as_verdict *row)
{
    if (isnan(row->ratio_low) || isnan(row->ratio_high))
        snprintf(out, 64, "-");
    else
        snprintf(out, 64, "%+.2f .. %+.2f %%", 100 * (row->ratio_low - 1), 100 * (row->ratio_high - 1));
}

void as_verdict_counts(const as_verdict *rows, size_t count, as_text *out)
{
    const char *comma = "";
    for (int kind = AS_REGRESSED; kind <= AS_FAILED; kind++) {
        size_t n = 0;
        for (size_t i = 0; i < count; i++)
            n += as_verdict_told(&rows[i]) && as_verdict_is(&rows[i], as_verdict_name((as_verdict_kind)kind));
        if (n)
            as_text_add(out, "%s%zu %s", comma, n, as_verdict_name((as_verdict_kind)kind));
        if (n)
            comma = ", ";
    }
    if (!*comma)
        as_text_add(out, count ? "no change" : "no case");
}

static size_t measured(const as_verdict *rows, size_t count, as_gate gate)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        n += of_gate(&rows[i], gate);
    return n;
}

/* The exact gates by name that found no change in some case, and how many rows say so. */
static void add_held(const as_verdict *rows, size_t count, as_text *out)
{
    const char *comma = "; exact and unchanged: ";
    for (int g = AS_GATE_FLOPS; g < AS_GATE_COUNT; g++) {
        size_t same = 0;
        for (size_t i = 0; i < count; i++)
            same += of_gate(&rows[i], (as_gate)g) && as_verdict_is(&rows[i], "same");
        if (same)
            as_text_add(out, "%s%s in %zu", comma, as_gate_name((as_gate)g), same);
        if (same)
            comma = ", ";
    }
}

void as_verdict_sight(const as_verdict *rows, size_t count, as_text *out)
{
    const as_gate gate = measured(rows, count, AS_GATE_TIME) ? AS_GATE_TIME : AS_GATE_INSTRUCTIONS;
    const size_t cases = measured(rows, count, gate);
    double *visible = calloc(count + 1, sizeof *visible);
    size_t n = 0;
    if (!visible)
        abort();
    for (size_t i = 0; i < count; i++)
        if (of_gate(&rows[i], gate) && !isnan(rows[i].visible))
            visible[n++] = 100 * rows[i].visible;
    const double half = as_median(visible, n); /* puts them in order */
    if (!n)
        as_text_add(out,
                    cases ? "no case was measured on both sides: no change of %s could have been seen"
                          : "nothing was measured",
                    as_gate_name(gate));
    else if (n == 1)
        as_text_add(out, "smallest change that could have been seen: %.2f %%", visible[0]);
    else
        as_text_add(out, "smallest change that could have been seen: %.2f %% in half of the cases, %.2f %% in all",
                    half, visible[n - 1]);
    if (n && n < cases)
        as_text_add(out, "; none in the %zu not measured", cases - n);
    add_held(rows, count, out);
    free(visible);
}

static bool table(const as_verdict_outputs *to, const as_verdict *rows, size_t count, as_text *out)
{
    static const char *const head[COLUMNS] = {"case", "gate", "verdict", "change", "interval", "visible", "note"};
    char(*numbers)[3][64] = calloc(count + 1, sizeof *numbers);
    const char **cells = calloc((count + 1) * COLUMNS, sizeof *cells);
    size_t told = 0;
    (void)to;
    if (!numbers || !cells)
        abort();
    memcpy(cells, head, sizeof head);
    for (size_t i = 0; i < count; i++) {
        const char **c = cells + (told + 1) * COLUMNS;
        if (!as_verdict_told(&rows[i]))
            continue;
        as_verdict_change(numbers[told][0], rows[i].ratio);
        as_verdict_span(numbers[told][1], &rows[i]);
        snprintf(numbers[told][2], 64, "-");
        if (!isnan(rows[i].visible))
            snprintf(numbers[told][2], 64, "%.2f %%", 100 * rows[i].visible);
        c[0] = rows[i].case_;
        c[1] = rows[i].gate ? rows[i].gate : "-";
        c[2] = rows[i].verdict;
        c[3] = numbers[told][0];
        c[4] = numbers[told][1];
        c[5] = numbers[told++][2];
        c[6] = rows[i].reason ? rows[i].reason : "";
    }
    if (told)
        as_print_rows(out, cells, told + 1, COLUMNS);
    as_verdict_counts(rows, count, out);
    as_text_add(out, "\n");
    as_verdict_sight(rows, count, out);
    as_text_add(out, "\n");
    free(numbers);
    free(cells);
    return true;
}

static bool csv(const as_verdict_outputs *to, const as_verdict *rows, size_t count, as_text *out)
{
    (void)to;
    as_table_header(&as_verdict_schema, out);
    for (size_t i = 0; i < count; i++)
        as_table_row(&as_verdict_schema, &rows[i], out);
    return true;
}

static bool json(const as_verdict_outputs *to, const as_verdict *rows, size_t count, as_text *out)
{
    (void)to;
    return as_table_json(&as_verdict_schema, rows, count, out);
}

static bool write_as(const char *format, const as_verdict_outputs *to, const as_verdict *rows, size_t count,
                     as_text *out)
{
    static const struct {
        const char *name;
        bool (*write)(const as_verdict_outputs *to, const as_verdict *rows, size_t count, as_text *out);
    } formats[] = {
        {"table", table}, {"csv", csv}, {"json", json}, {"junit", as_verdict_junit}, {"markdown", as_verdict_markdown}};
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
            ok = (write_as(files[i].format, to, rows, count, &text) || as_fail_memory(err)) &&
                 as_file_write(files[i].path, text.data, text.length, err);
        as_text_free(&text);
    }
    return ok && (write_as(to->format ? to->format : "table", to, rows, count, out) || as_fail_memory(err));
}
