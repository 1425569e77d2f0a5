/* cmd_explain.c: `attnscope explain PATTERN`: what follows from a pattern without running it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "../narrate/explain_text.h"
#include "../theory/picture.h"
#include "cli.h"

#include <string.h>

typedef struct {
    uint64_t length, layers, heads, width;
} numbers;

static bool read_number(const char *name, const char *text, uint64_t otherwise, uint64_t *out, as_err *err)
{
    *out = otherwise;
    if (!text || (as_parse_count(text, out) && *out > 0))
        return true;
    return as_fail(err, AS_EXIT_USAGE, "%s must be a whole number above 0 such as 512 or 8k, not '%.40s'", name, text);
}

static bool explain(const as_layers *s, const numbers *n, as_text *out, bool json, as_err *err)
{
    as_explained e;
    if (!as_explain(s, n->length, n->layers, n->heads, n->width, &e, err))
        return false;
    bool ok = true;
    if (json)
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

static as_exit run(int argc, char **argv, as_err *err)
{
    const char *length = NULL, *layers = NULL, *heads = NULL, *width = NULL, *format = "text";
    const as_opt opts[] = {{"--length", AS_OPT_TEXT, &length, NULL},
                           {"--layers", AS_OPT_TEXT, &layers, NULL},
                           {"--heads", AS_OPT_TEXT, &heads, NULL},
                           {"--width", AS_OPT_TEXT, &width, NULL},
                           {"--format", AS_OPT_TEXT, &format, "text|json|svg"},
                           {0}};
    numbers n;
    int rest;
    if (!as_options(argc, argv, opts, 1, 1, &rest, err) || !read_number("--length", length, 1024, &n.length, err) ||
        !read_number("--layers", layers, 8, &n.layers, err) || !read_number("--heads", heads, 8, &n.heads, err) ||
        (n.heads > 65536 && !as_fail(err, AS_EXIT_USAGE, "--heads goes up to 64k: ask for less")) ||
        !read_number("--width", width, 64 * n.heads, &n.width, err))
        return err->code;
    if (n.width % n.heads)
        return as_fail(err, AS_EXIT_USAGE, "--width %llu is no multiple of --heads %llu: d = D/H must be whole",
                       (unsigned long long)n.width, (unsigned long long)n.heads),
               err->code;
    as_pattern_error at;
    as_layers *s = as_layers_parse(argv[0], &at);
    if (!s)
        return as_fail(err, AS_EXIT_USAGE, "pattern, column %zu: %s", at.column, at.what), err->code;
    as_text out = {0};
    bool ok =
        !strcmp(format, "svg") ? draw(s, n.length, &out, err) : explain(s, &n, &out, !strcmp(format, "json"), err);
    ok = ok && as_print(&out, err);
    as_text_free(&out);
    as_layers_free(s);
    return ok ? AS_EXIT_OK : err->code;
}

const as_command as_command_explain = {
    .name = "explain",
    .usage = "explain PATTERN [--length T] [--layers L] [--heads H] [--width D] [--format text|json|svg]",
    .about = "edges, neighbours, reach, paths, work and span of a pattern; a picture of its mask",
    .help =
        "  PATTERN        such as 'log:base=2', 'sink:s=4+window:w=256', or layer by layer, in turn:\n"
        "                 'schedule(dilated:r=1,k=2;dilated:r=2,k=2)'\n"
        "  --length T     tokens (1024; up to 256M)\n"
        "  --layers L     depth to list the reach for (8)\n"
        "  --heads H      heads of a layer (8); where heads differ, numbers are of the first and of all together\n"
        "  --width D      model width for work and span (64 H)\n"
        "  --format F     text, json or svg (the mask as a picture)\n"
        "\n"
        "One layer lets a token read its row and nothing else; the residual stream is not counted. Of a schedule, the\n"
        "first pattern is the lowest layer. Density is relative to dense attention of the same kind: T(T+1)/2 pairs\n"
        "where no key lies after its query, else T*T. Tokens are counted from 1.\n"
        "\n"
        "  attnscope explain log:base=2 --length 1M\n"
        "  attnscope explain sink:s=4+window:w=252 --length 64 --format svg > mask.svg\n",
    .run = run,
    .order = 50,
};
