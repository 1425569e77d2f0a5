/* parts.h: what the files of report/ hand to each other. Nobody outside includes it.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_REPORT_PARTS_H
#define AS_REPORT_PARTS_H

#include <jansson.h>

#include "../folder/reader.h"
#include "../narrate/sentences.h"

typedef struct {
    as_folder_contents in;
    const char *name, *about; /* the config's; NULL where there is none */
    json_t *machine;          /* machine.json; NULL where there is none */
} as_report;

/* html.c: text that is nothing but text in HTML, between tags and in quoted attributes. NULL is nothing. */
void as_html_text(as_text *out, const char *text);
/* html.c: the same, with every ^2 as an exponent. */
void as_html_formula(as_text *out, const char *text);
/* html.c: `text` as one word of a shell; false where a terminal could take it for more than text. */
bool as_html_shell(as_text *out, const char *text);

/* sections.c: the numbers at the top, and a section of findings; nothing where it has no sentence. */
void as_report_counts(as_text *out, const as_section *section);
void as_report_section(as_text *out, const as_section *section);

/* table.c: the rows of summary.csv, and of verdicts.csv. */
void as_report_table(const as_report *r, as_text *out);
void as_report_verdict_table(const as_report *r, as_text *out);

/* charts.c: every plots/NAME.svg, as an image within the page. Returns how many there are. */
size_t as_report_charts(const as_report *r, as_text *out);

/* machine.c */
void as_report_warnings(const as_report *r, as_text *out);
void as_report_machine_line(const as_report *r, as_text *out);
void as_report_machine(const as_report *r, as_text *out);

#endif
