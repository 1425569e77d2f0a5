/* help.c: a command's usage line and help page, made from its table of options.
 * SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"

enum { WIDTH = 100, LABEL_MIN = 12, LABEL_MAX = 24 };

/* Appends words at `column`; lines after the first begin at `indent`. Returns the column behind the last word. */
static size_t add_words(as_text *out, const char *text, size_t length, size_t column, size_t indent)
{
    for (size_t i = 0; i < length;) {
        const size_t word = strcspn(text + i, " ") < length - i ? strcspn(text + i, " ") : length - i;
        if (column > indent && column + 1 + word > WIDTH) {
            as_text_add(out, "\n%*s", (int)indent, "");
            column = indent;
        } else if (column > indent) {
            as_text_append(out, " ", 1);
            column++;
        }
        as_text_append(out, text + i, word);
        column += word;
        i += word + strspn(text + i + word, " ");
    }
    return column;
}

static void add_paragraphs(as_text *out, const char *text)
{
    while (*text) {
        const size_t length = strcspn(text, "\n");
        add_words(out, text, length, 0, 0);
        as_text_append(out, "\n", 1);
        text += length + (text[length] == '\n');
    }
}

static const char *value_of(const as_opt *o) { return o->meta ? o->meta : o->choices; }

/* Whether "--isa" stands in `arguments` as a whole word. */
static bool is_named(const char *arguments, const char *name)
{
    const size_t length = strlen(name);
    for (const char *c = arguments; (c = strstr(c, name)) != NULL; c += length)
        if (!isalnum((unsigned char)c[length]) && c[length] != '-')
            return true;
    return false;
}

static void add_usage(const as_command *c, as_text *out)
{
    char head[80];
    snprintf(head, sizeof head, "usage: attnscope %s", c->name);
    as_text_add(out, "%s", head);
    const size_t indent = strlen("usage: ");
    size_t column = add_words(out, c->arguments, strlen(c->arguments), strlen(head), indent);
    for (const as_opt *o = c->options; o && o->name; o++) {
        as_text one = {0};
        if (is_named(c->arguments, o->name))
            continue;
        /* A no-break mark between name and value: an option stays on one line. */
        as_text_add(&one, "[%s%s%s]%s", o->name, o->kind == AS_OPT_FLAG ? "" : "\1",
                    o->kind == AS_OPT_FLAG ? "" : value_of(o), o->kind == AS_OPT_MANY ? "..." : "");
        const size_t from = out->length;
        column = add_words(out, one.data, one.length, column, indent);
        for (char *mark = out->data + from; (mark = strchr(mark, '\1')) != NULL;)
            *mark = ' ';
        as_text_free(&one);
    }
    as_text_append(out, "\n", 1);
}

static size_t label_length(const as_opt *o)
{
    return strlen(o->name) + (o->kind == AS_OPT_FLAG ? 0 : 1 + strlen(value_of(o)));
}

/* Labels in one column, explanations in the next; a label that is too long has a line of its own. */
static void add_options(const as_opt *options, as_text *out)
{
    size_t label = LABEL_MIN;
    for (const as_opt *o = options; o->name; o++)
        if (label_length(o) > label && label_length(o) <= LABEL_MAX)
            label = label_length(o);
    const size_t indent = 2 + label + 2;
    for (const as_opt *o = options; o->name; o++) {
        const bool flag = o->kind == AS_OPT_FLAG, fits = label_length(o) <= label;
        as_text_add(out, "  %s%s%s", o->name, flag ? "" : " ", flag ? "" : value_of(o));
        as_text_add(out, "%s%*s", fits ? "" : "\n", (int)(fits ? indent - 2 - label_length(o) : indent), "");
        const size_t column = add_words(out, o->help, strlen(o->help), indent, indent);
        if (o->kind == AS_OPT_MANY)
            add_words(out, "(repeatable)", strlen("(repeatable)"), column, indent);
        as_text_append(out, "\n", 1);
    }
}

void as_command_page(const as_command *command, as_text *out)
{
    add_usage(command, out);
    as_text_add(out, "\n%s\n", command->about);
    if (command->description) {
        as_text_append(out, "\n", 1);
        add_paragraphs(out, command->description);
    }
    if (command->options && command->options->name) {
        as_text_add(out, "\nOptions:\n");
        add_options(command->options, out);
    }
    if (command->notes) {
        as_text_append(out, "\n", 1);
        add_paragraphs(out, command->notes);
    }
    if (command->examples)
        as_text_add(out, "\nExamples:\n%s", command->examples);
}
