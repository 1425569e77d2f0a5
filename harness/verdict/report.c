/* report.c: see report.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "judge.h"

enum { COLUMNS = 6 };

static bool is(const as_verdict *row, const char *verdict) { return row->verdict && !strcmp(row->verdict, verdict); }

static void percent(char out[32], double ratio)
{
    if (isnan(ratio))
        snprintf(out, 32, "-");
    else
        snprintf(out, 32, "%+.2f %%", 100 * (ratio - 1));
}

static void span(char out[64], const as_verdict *row)
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
            n += is(&rows[i], as_verdict_name((as_verdict_kind)kind));
        if (n)
            as_text_add(out, "%s%zu %s", comma, n, as_verdict_name((as_verdict_kind)kind));
        if (n)
            comma = ", ";
    }
    if (!count)
        as_text_add(out, "no case");
}

static bool table(const char *title, const as_verdict *rows, size_t count, as_text *out)
{
    static const char *const head[COLUMNS] = {"case", "verdict", "change", "interval", "visible", "note"};
    char(*numbers)[3][64] = calloc(count + 1, sizeof *numbers);
    const char **cells = calloc((count + 1) * COLUMNS, sizeof *cells);
    (void)title;
    if (!numbers || !cells)
        abort();
    memcpy(cells, head, sizeof head);
    for (size_t i = 0; i < count; i++) {
        const char **c = cells + (i + 1) * COLUMNS;
        percent(numbers[i][0], rows[i].ratio);
        span(numbers[i][1], &rows[i]);
        snprintf(numbers[i][2], 64, "-");
        if (!isnan(rows[i].visible))
            snprintf(numbers[i][2], 64, "%.2f %%", 100 * rows[i].visible);
        c[0] = rows[i].case_;
        c[1] = rows[i].verdict;
        c[2] = numbers[i][0];
        c[3] = numbers[i][1];
        c[4] = numbers[i][2];
        c[5] = rows[i].reason ? rows[i].reason : "";
    }
    as_print_rows(out, cells, count + 1, COLUMNS);
    as_verdict_counts(rows, count, out);
    as_text_add(out, "\n");
    free(numbers);
    free(cells);
    return true;
}

static bool csv(const char *title, const as_verdict *rows, size_t count, as_text *out)
{
    (void)title;
    as_table_header(&as_verdict_schema, out);
    for (size_t i = 0; i < count; i++)
        as_table_row(&as_verdict_schema, &rows[i], out);
    return true;
}

static bool json(const char *title, const as_verdict *rows, size_t count, as_text *out)
{
    (void)title;
    return as_table_json(&as_verdict_schema, rows, count, out);
}

/* --- JUnit XML --------------------------------------------------------------------------------------------------- */

static void xml(as_text *out, const char *text)
{
    static const struct {
        char c;
        const char *name;
    } named[] = {{'<', "&lt;"}, {'>', "&gt;"}, {'&', "&amp;"}, {'"', "&quot;"}, {'\'', "&apos;"}};
    for (; text && *text; text++) {
        const char *name = NULL;
        for (size_t i = 0; i < sizeof named / sizeof *named; i++)
            if (named[i].c == *text)
                name = named[i].name;
        if (name)
            as_text_add(out, "%s", name);
        else if ((unsigned char)*text < 0x20)
            as_text_add(out, " "); /* most control characters have no place in XML */
        else
            as_text_append(out, text, 1);
    }
}

static void xml_outcome(as_text *out, const as_verdict *row)
{
    char change[32], interval[64];
    const char *element = is(row, "regressed") ? "failure"
                          : is(row, "failed")  ? "error"
                          : is(row, "same") || is(row, "improved") ? NULL
                                                                   : "skipped";
    percent(change, row->ratio);
    span(interval, row);
    as_text_add(out, "  <testcase classname=\"attnscope\" name=\"");
    xml(out, row->case_);
    as_text_add(out, "\">");
    if (element) {
        as_text_add(out, "<%s message=\"%s: %s (%s)", element, row->verdict, change, interval);
        as_text_add(out, row->reason ? "; " : "");
        xml(out, row->reason);
        as_text_add(out, "\"/>");
    }
    as_text_add(out, "</testcase>\n");
}

static bool junit(const char *title, const as_verdict *rows, size_t count, as_text *out)
{
    size_t failures = 0, errors = 0, skipped = 0;
    for (size_t i = 0; i < count; i++) {
        failures += is(&rows[i], "regressed");
        errors += is(&rows[i], "failed");
        skipped += is(&rows[i], "inconclusive") || is(&rows[i], "missing") || is(&rows[i], "new");
    }
    as_text_add(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n <testsuite name=\"");
    xml(out, title);
    as_text_add(out, "\" tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\">\n", count, failures, errors, skipped);
    for (size_t i = 0; i < count; i++)
        xml_outcome(out, &rows[i]);
    as_text_add(out, " </testsuite>\n</testsuites>\n");
    return true;
}

/* --- Markdown ---------------------------------------------------------------------------------------------------- */

/* Nothing that a name holds becomes markup: every punctuation mark that Markdown or HTML knows is escaped. */
static void plain(as_text *out, const char *text)
{
    for (; text && *text; text++) {
        if (*text == '<' || *text == '&' || *text == '@')
            as_text_add(out, "&#%d;", *text);
        else if (strchr("\\`*_{}[]()#+!|>~$", *text))
            as_text_add(out, "\\%c", *text);
        else if ((unsigned char)*text < 0x20)
            as_text_add(out, " ");
        else
            as_text_append(out, text, 1);
    }
}

static bool markdown(const char *title, const as_verdict *rows, size_t count, as_text *out)
{
    static const char *const quiet = "same";
    size_t hidden = 0;
    as_text_add(out, "### ");
    plain(out, title);
    as_text_add(out, "\n\n**");
    as_verdict_counts(rows, count, out);
    as_text_add(out, "**\n\n| case | verdict | change | interval | smallest visible | note |\n| --- | --- | ---: | --- | ---: | --- |\n");
    for (size_t i = 0; i < count; i++) {
        char change[32], interval[64], visible[32] = "-";
        hidden += is(&rows[i], quiet);
        if (is(&rows[i], quiet))
            continue;
        percent(change, rows[i].ratio);
        span(interval, &rows[i]);
        if (!isnan(rows[i].visible))
            snprintf(visible, sizeof visible, "%.2f %%", 100 * rows[i].visible);
        as_text_add(out, "| ");
        plain(out, rows[i].case_);
        as_text_add(out, " | %s | %s | %s | %s | ", rows[i].verdict, change, interval, visible);
        plain(out, rows[i].reason);
        as_text_add(out, " |\n");
    }
    if (hidden)
        as_text_add(out, "\n%zu more: same.\n", hidden);
    return true;
}

bool as_verdict_report(const char *format, const char *title, const as_verdict *rows, size_t count, as_text *out)
{
    static const struct {
        const char *name;
        bool (*write)(const char *title, const as_verdict *rows, size_t count, as_text *out);
    } formats[] = {{"table", table}, {"csv", csv}, {"json", json}, {"junit", junit}, {"markdown", markdown}};
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (!strcmp(formats[i].name, format))
            return formats[i].write(title, rows, count, out);
    return false;
}
