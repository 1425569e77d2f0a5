/* sections.c: sentences of narrate/ on the page: a coloured mark, the sentence, and what it is about in small print.
 * SPDX-License-Identifier: Apache-2.0 */
#include "parts.h"

static void add_piece(as_text *out, const as_sentence_piece *piece)
{
    switch (piece->kind) {
    case AS_PIECE_NAME:
        as_text_add(out, "<code>");
        as_html_text(out, piece->text);
        as_text_add(out, "</code>");
        return;
    case AS_PIECE_FORMULA:
        as_html_formula(out, piece->text);
        return;
    case AS_PIECE_WORDS:
        as_html_text(out, piece->text);
    }
}

static void add_pieces(as_text *out, const as_sentence *s)
{
    for (size_t i = 0; i < s->count; i++)
        add_piece(out, &s->pieces[i]);
}

void as_report_counts(as_text *out, const as_section *section)
{
    as_text_add(out, "<ul class=\"tiles\">\n");
    for (size_t i = 0; i < section->count; i++) {
        as_text_add(out, "<li><b>%s</b>", section->sentences[i].mark);
        add_pieces(out, &section->sentences[i]);
        as_text_add(out, "</li>\n");
    }
    as_text_add(out, "</ul>\n");
}

void as_report_section(as_text *out, const as_section *section)
{
    static const char *const classes[] = {
        [AS_TONE_PLAIN] = "", [AS_TONE_GOOD] = "good", [AS_TONE_BAD] = "bad", [AS_TONE_OPEN] = "open"};
    if (!section->count)
        return;
    as_text_add(out, "<h3>%s</h3>\n<ul class=\"said\">\n", section->question);
    for (size_t i = 0; i < section->count; i++) {
        const as_sentence *s = &section->sentences[i];
        as_text_add(out, "<li><span class=\"pill %s\">", classes[s->tone]);
        as_html_text(out, s->mark);
        as_text_add(out, "</span> ");
        add_pieces(out, s);
        if (s->about) {
            as_text_add(out, " <span class=\"fixed\">");
            as_html_text(out, s->about);
            as_text_add(out, "</span>");
        }
        as_text_add(out, "</li>\n");
    }
    as_text_add(out, "</ul>\n");
    if (section->more)
        as_text_add(out, "<p class=\"meta\">%s.</p>\n", section->more);
}
