/* verdict_markup.c: writes JUnit XML and Markdown, with an escaper for each.
 * SPDX-License-Identifier: Apache-2.0 */
#include "verdict_markup.h"

#include <string.h>

#include "verdict_text.h"

/* --- JUnit XML --------------------------------------------------------------------------------------------------- */

static void add_xml_text(as_text *out, const char *text)
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
static const char *element_of(const as_verdict *row, bool strict)
{
    static const struct {
        as_verdict_kind verdict;
        const char *element, *strict;
    } rows[] = {
        {AS_REGRESSED, "failure", "failure"}, {AS_FAILED, "error", "error"},  {AS_INCONCLUSIVE, "skipped", "skipped"},
        {AS_MISSING, "skipped", "failure"},   {AS_NEW, "skipped", "failure"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (row->verdict == rows[i].verdict)
            return strict ? rows[i].strict : rows[i].element;
    return NULL;
}

static void add_xml_case(as_text *out, const as_verdict *row, bool strict)
{
    const as_verdict_numbers n = as_verdict_numbers_of(row);
    const char *element = element_of(row, strict), *verdict = as_verdict_kind_text(row->verdict);
    as_text_add(out, "  <testcase classname=\"attnscope.%s\" name=\"",
                row->gate == AS_NO_WORD ? "presence" : as_gate_text(row->gate));
    add_xml_text(out, row->case_);
    as_text_add(out, "\">");
    if (element) {
        as_text_add(out, "<%s type=\"%s\" message=\"%s: %s (%s)", element, verdict, verdict, n.change, n.interval);
        as_text_add(out, row->reason ? "; " : "");
        add_xml_text(out, row->reason);
        as_text_add(out, "\"/>");
    }
    if (!isnan(row->ratio))
        as_text_add(out,
                    isnan(row->visible) ? "<system-out>%s, exact</system-out>"
                                        : "<system-out>%s (%s), visible from %.2f %%</system-out>",
                    n.change, n.interval, 100 * row->visible);
    as_text_add(out, "</testcase>\n");
}

void as_verdict_junit(const char *title, bool strict, const as_verdict *rows, size_t count, as_text *out)
{
    static const char *const elements[] = {"failure", "error", "skipped"};
    size_t n[3] = {0};
    for (size_t i = 0; i < count; i++)
        for (size_t e = 0; e < 3; e++)
            n[e] += element_of(&rows[i], strict) && !strcmp(element_of(&rows[i], strict), elements[e]);
    as_text_add(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n <testsuite name=\"");
    add_xml_text(out, title);
    as_text_add(out, "\" tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\">\n", count, n[0], n[1], n[2]);
    for (size_t i = 0; i < count; i++)
        add_xml_case(out, &rows[i], strict);
    as_text_add(out, " </testsuite>\n</testsuites>\n");
}

/* --- Markdown ---------------------------------------------------------------------------------------------------- */

/* Every punctuation mark that Markdown or HTML knows is escaped. */
static void add_markdown_text(as_text *out, const char *text)
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

void as_verdict_markdown(const char *title, const as_verdict *rows, size_t count, as_text *out)
{
    static const char head[] = "| case | gate | verdict | change | interval | smallest visible | note |\n"
                               "| --- | --- | --- | ---: | --- | ---: | --- |\n";
    size_t same = 0, others = 0;
    for (size_t i = 0; i < count; i++) {
        same += as_verdict_is_listed(&rows[i]) && rows[i].verdict == AS_SAME;
        others += rows[i].verdict != AS_SAME;
    }
    as_text_add(out, "### ");
    add_markdown_text(out, title);
    as_text_add(out, "\n\n**");
    as_verdict_add_counts(rows, count, out);
    as_text_add(out, "**; ");
    as_verdict_add_visible(rows, count, out);
    as_text_add(out, ".\n%s%s", others ? "\n" : "", others ? head : "");
    for (size_t i = 0; i < count; i++) {
        if (rows[i].verdict == AS_SAME)
            continue;
        const as_verdict_numbers n = as_verdict_numbers_of(&rows[i]);
        as_text_add(out, "| ");
        add_markdown_text(out, rows[i].case_);
        as_text_add(out, " | %s | %s | %s | %s | %s | ", rows[i].gate == AS_NO_WORD ? "-" : as_gate_text(rows[i].gate),
                    as_verdict_kind_text(rows[i].verdict), n.change, n.interval, n.visible);
        add_markdown_text(out, rows[i].reason);
        as_text_add(out, " |\n");
    }
    if (same)
        as_text_add(out, "\n%zu %s: same.\n", same, others ? "more" : "in all");
}
