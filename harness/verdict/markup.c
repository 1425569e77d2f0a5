/* markup.c: see markup.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "markup.h"

#include <stdio.h>
#include <string.h>

/* --- JUnit XML --------------------------------------------------------------------------------------------------- */

static void xml(as_text *out, const char *text)
{
    static const struct {
        char c;
        const char *name;
    } named[] = {{'<', "&lt;"}, {'>', "&gt;"}, {'&', "&amp;"}, {'"', "&quot;"}, {'\'', "&apos;"}};
    while (text && *text) {
        const size_t length = as_utf8_length(text);
        const char *other = length == 0 ? "?" : (unsigned char)*text < 0x20 ? " " : NULL;
        for (size_t i = 0; i < sizeof named / sizeof *named; i++)
            other = named[i].c == *text ? named[i].name : other;
        as_text_append(out, other ? other : text, other ? strlen(other) : length);
        text += length ? length : 1;
    }
}

/* The element that tells of a case; NULL: it passed. */
static const char *outcome(const as_verdict *row, bool strict)
{
    static const struct {
        const char *verdict, *element, *strict;
    } rows[] = {
        {"regressed", "failure", "failure"}, {"failed", "error", "error"},  {"inconclusive", "skipped", "skipped"},
        {"missing", "skipped", "failure"},   {"new", "skipped", "failure"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (as_verdict_is(row, rows[i].verdict))
            return strict ? rows[i].strict : rows[i].element;
    return NULL;
}

static void xml_case(as_text *out, const as_verdict *row, bool strict)
{
    char change[32], interval[64];
    const char *element = outcome(row, strict);
    as_verdict_change(change, row->ratio);
    as_verdict_span(interval, row);
    as_text_add(out, "  <testcase classname=\"attnscope.%s\" name=\"", row->gate ? row->gate : "presence");
    xml(out, row->case_);
    as_text_add(out, "\">");
    if (element) {
        as_text_add(out, "<%s type=\"%s\" message=\"%s: %s (%s)", element, row->verdict, row->verdict, change,
                    interval);
        as_text_add(out, row->reason ? "; " : "");
        xml(out, row->reason);
        as_text_add(out, "\"/>");
    }
    if (!isnan(row->ratio))
        as_text_add(out,
                    isnan(row->visible) ? "<system-out>%s, exact</system-out>"
                                        : "<system-out>%s (%s), visible from %.2f %%</system-out>",
                    change, interval, 100 * row->visible);
    as_text_add(out, "</testcase>\n");
}

bool as_verdict_junit(const as_verdict_outputs *to, const as_verdict *rows, size_t count, as_text *out)
{
    static const char *const elements[] = {"failure", "error", "skipped"};
    size_t n[3] = {0};
    for (size_t i = 0; i < count; i++)
        for (size_t e = 0; e < 3; e++)
            n[e] += outcome(&rows[i], to->strict) && !strcmp(outcome(&rows[i], to->strict), elements[e]);
    as_text_add(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n <testsuite name=\"");
    xml(out, to->title);
    as_text_add(out, "\" tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\">\n", count, n[0], n[1], n[2]);
    for (size_t i = 0; i < count; i++)
        xml_case(out, &rows[i], to->strict);
    as_text_add(out, " </testsuite>\n</testsuites>\n");
    return true;
}

/* --- Markdown ---------------------------------------------------------------------------------------------------- */

/* Every punctuation mark that Markdown or HTML knows is escaped. */
static void plain(as_text *out, const char *text)
{
    while (text && *text) {
        const size_t length = as_utf8_length(text);
        if (*text == '<' || *text == '&' || *text == '@')
            as_text_add(out, "&#%d;", *text);
        else if (strchr("\\`*_{}[]()#+!|>~$", *text))
            as_text_add(out, "\\%c", *text);
        else if ((unsigned char)*text < 0x20 || !length)
            as_text_add(out, "%s", length ? " " : "?");
        else
            as_text_append(out, text, length);
        text += length ? length : 1;
    }
}

bool as_verdict_markdown(const as_verdict_outputs *to, const as_verdict *rows, size_t count, as_text *out)
{
    static const char head[] = "| case | gate | verdict | change | interval | smallest visible | note |\n"
                               "| --- | --- | --- | ---: | --- | ---: | --- |\n";
    size_t same = 0, others = 0;
    for (size_t i = 0; i < count; i++) {
        same += as_verdict_told(&rows[i]) && as_verdict_is(&rows[i], "same");
        others += !as_verdict_is(&rows[i], "same");
    }
    as_text_add(out, "### ");
    plain(out, to->title);
    as_text_add(out, "\n\n**");
    as_verdict_counts(rows, count, out);
    as_text_add(out, "**; ");
    as_verdict_sight(rows, count, out);
    as_text_add(out, ".\n%s%s", others ? "\n" : "", others ? head : "");
    for (size_t i = 0; i < count; i++) {
        char change[32], interval[64], visible[32] = "-";
        if (as_verdict_is(&rows[i], "same"))
            continue;
        as_verdict_change(change, rows[i].ratio);
        as_verdict_span(interval, &rows[i]);
        if (!isnan(rows[i].visible))
            snprintf(visible, sizeof visible, "%.2f %%", 100 * rows[i].visible);
        as_text_add(out, "| ");
        plain(out, rows[i].case_);
        as_text_add(out, " | %s | %s | %s | %s | %s | ", rows[i].gate ? rows[i].gate : "-", rows[i].verdict, change,
                    interval, visible);
        plain(out, rows[i].reason);
        as_text_add(out, " |\n");
    }
    if (same)
        as_text_add(out, "\n%zu %s: same.\n", same, others ? "more" : "in all");
    return true;
}
