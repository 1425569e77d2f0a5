/* cmd_explain.c: `attnscope explain PATTERN`: what follows from a pattern without running it.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "../narrate/explain_text.h"
#include "../theory/picture.h"
#include "cli.h"

typedef struct {
    const char *length_text, *layers_text, *heads_text, *width_text, *format;
    uint64_t length, layers, heads, width;
} explain_options;

static const as_opt options[] = {
    AS_VALUE("--length", explain_options, length_text, "T", "tokens (1024; up to 256M)"),
    AS_VALUE("--layers", explain_options, layers_text, "L", "depth to list the reach for (8)"),
    AS_VALUE("--heads", explain_options, heads_text, "H",
             "heads of a layer (8); where heads differ, numbers are of the first and of all together"),
    AS_VALUE("--width", explain_options, width_text, "D", "model width for work and span (64 H)"),
    AS_CHOICE("--format", explain_options, format, "text|json|svg",
              "text (default), json, or svg: the mask as a picture"),
    {0},
};

static bool read_numbers(explain_options *o, as_err *err)
{
    if (!as_option_count(o->length_text, "--length", 1024, &o->length, err) ||
        !as_option_count(o->layers_text, "--layers", 8, &o->layers, err) ||
        !as_option_count(o->heads_text, "--heads", 8, &o->heads, err))
        return false;
    if (o->heads > 65536)
        return as_fail(err, AS_EXIT_USAGE, "--heads goes up to 64k: ask for less");
    if (!as_option_count(o->width_text, "--width", 64 * o->heads, &o->width, err))
        return false;
    return o->width % o->heads == 0 ||
           as_fail(err, AS_EXIT_USAGE, "--width %llu is no multiple of --heads %llu: d = D/H must be whole",
                   (unsigned long long)o->width, (unsigned long long)o->heads);
}

static bool write_numbers(const as_layers *s, const explain_options *o, as_text *out, as_err *err)
{
    as_explained e;
    if (!as_explain(s, o->length, o->layers, o->heads, o->width, &e, err))
        return false;
    bool ok = true;
    if (!strcmp(o->format, "json"))
        as_explain_json(&e, out);
    else
        ok = as_explain_text(&e, out, err);
    as_explained_free(&e);
    return ok;
}

static bool draw(const as_layers *s, size_t length, as_text *out, as_err *err)
{
    char why[200];
    if (length > AS_THEORY_LENGTH_MAX)
        return as_fail(err, AS_EXIT_USAGE, "--length goes up to 256M: ask for less");
    if (!as_layers_fits(s, length, length, why, sizeof why))
        return as_fail(err, AS_EXIT_USAGE, "%s: %s", as_layers_text(s), why);
    return as_picture_svg(s, length, out, err);
}

static as_exit run_explain(const as_command *self, as_arguments arguments, as_err *err)
{
    explain_options o = {.format = "text"};
    as_pattern_error at;
    if (!as_parse(self, &arguments, &o, err) || !read_numbers(&o, err))
        return err->code;
    as_layers *s = as_layers_parse(arguments.at[0], &at);
    if (!s)
        return as_fail(err, AS_EXIT_USAGE, "pattern, column %zu: %s", at.column, at.what), err->code;
    as_text out = {0};
    bool ok = strcmp(o.format, "svg") ? write_numbers(s, &o, &out, err) : draw(s, o.length, &out, err);
    ok = ok && as_print(&out, err);
    as_text_free(&out);
    as_layers_free(s);
    return ok ? AS_EXIT_OK : err->code;
}

const as_command as_command_explain = {
    .name = "explain",
    .arguments = "PATTERN",
    .about = "edges, neighbours, reach, paths, work and span of a pattern; a picture of its mask",
    .description = "PATTERN is such as 'log:base=2', 'sink:s=4+window:w=256', or layer by layer, in turn: "
                   "'schedule(dilated:r=1,k=2;dilated:r=2,k=2)'.",
    .options = options,
    .notes =
        "One layer lets a token read its row and nothing else; the residual stream is not counted. The first pattern "
        "of a schedule is that of the lowest layer. Density is relative to dense attention of the same kind: T(T+1)/2 "
        "pairs where no key lies after its query, else T*T. Tokens are counted from 1.",
    .examples = "  attnscope explain log:base=2 --length 1M\n"
                "  attnscope explain sink:s=4+window:w=252 --length 64 --format svg > mask.svg\n",
    .min = 1,
    .max = 1,
    .order = 50,
    .run = run_explain,
};
