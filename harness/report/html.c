/* html.c: texts of a user's, or of a plug-in's, as HTML that shows them and does nothing else. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <string.h>

#include "parts.h"

static void add_character(as_text *out, char c)
{
    static const struct {
        char c;
        const char *name;
    } named[] = {{'<', "&lt;"}, {'>', "&gt;"}, {'&', "&amp;"}, {'"', "&quot;"}, {'\'', "&#39;"}};
    for (size_t i = 0; i < sizeof named / sizeof *named; i++)
        if (named[i].c == c) {
            as_text_add(out, "%s", named[i].name);
            return;
        }
    const unsigned char byte = (unsigned char)c;
    as_text_append(out, byte < 0x20 && c != '\n' && c != '\t' ? "?" : byte == 0x7f ? "?" : &c, 1);
}

void as_html_text(as_text *out, const char *text)
{
    for (; text && *text; text++)
        add_character(out, *text);
}

void as_html_formula(as_text *out, const char *text)
{
    while (text && *text) {
        size_t digits = *text == '^' ? strspn(text + 1, "0123456789.") : 0;
        if (!digits) {
            add_character(out, *text++);
            continue;
        }
        as_text_add(out, "<sup>%.*s</sup>", (int)digits, text + 1);
        text += 1 + digits;
    }
}

bool as_html_shell(as_text *out, const char *text)
{
    for (const char *c = text; *c; c++)
        if (iscntrl((unsigned char)*c) || (unsigned char)*c >= 0x80)
            return false;
    add_character(out, '\'');
    for (; *text; text++)
        if (*text == '\'')
            as_html_text(out, "'\\''");
        else
            add_character(out, *text);
    add_character(out, '\'');
    return true;
}
