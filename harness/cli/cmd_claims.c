/* cmd_claims.c: `attnscope claims`: what the literature states, computed and judged.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "../claims/judged.h"
#include "cli.h"

typedef struct {
    const char *from, *format;
} claims_options;

static const as_opt options[] = {
    AS_VALUE("--from", claims_options, from, "DIR",
             "a result folder: quotes the exponents and crossings measured there"),
    AS_CHOICE("--format", claims_options, format, "text|csv|json|md",
              "text (default), csv, json, or md (the table of docs/claims.md)"),
    {0},
};

static void add_claim(const as_judged_claim *r, as_text *out)
{
    as_text_add(out, "%s\n  verdict    %s\n  source     %s\n  stated     %s\n  computed   %s\n", r->claim, r->verdict,
                r->source, r->stated, r->computed);
    if (r->measured)
        as_text_add(out, "  measured   %s\n", r->measured);
    as_text_add(out, "\n");
}

/* A cell of a Markdown table: bars would end it, stars and underscores would slant it. */
static void add_cell(const char *text, as_text *out)
{
    as_text_add(out, " ");
    for (; text && *text; text++) {
        if (strchr("|*_<", *text))
            as_text_add(out, "\\");
        as_text_append(out, text, 1);
    }
    as_text_add(out, " |");
}

static void add_markdown(const as_judged_claim *rows, size_t count, as_text *out)
{
    as_text_add(out, "# Claims of the literature, computed\n\n"
                     "Made by `attnscope claims --format md`; a test holds it equal. A verdict judges the claim as "
                     "stated: it holds, it\n"
                     "holds under a condition that the statement leaves out, or it is false, by a counterexample. Each "
                     "row is computed\n"
                     "afresh by one file in harness/claims/literature/. The command exits 1 only when a computation "
                     "contradicts the verdict\n"
                     "on record there; that a claim of the literature is false is a finding, not a failure.\n\n"
                     "| claim | source | stated | computed | verdict |\n| --- | --- | --- | --- | --- |\n");
    for (size_t i = 0; i < count; i++) {
        as_text_add(out, "|");
        add_cell(rows[i].claim, out);
        add_cell(rows[i].source, out);
        add_cell(rows[i].stated, out);
        add_cell(rows[i].computed, out);
        add_cell(rows[i].verdict, out);
        as_text_add(out, "\n");
    }
}

static bool print_claims(const char *format, const as_judged_claim *rows, size_t count, as_err *err)
{
    if (!strcmp(format, "csv") || !strcmp(format, "json"))
        return as_print_records(format, &as_judged_claim_schema, rows, count, err);
    as_text out = {0};
    if (!strcmp(format, "md"))
        add_markdown(rows, count, &out);
    for (size_t i = 0; strcmp(format, "md") && i < count; i++)
        add_claim(&rows[i], &out);
    return as_print_last(true, &out, err);
}

static as_exit run_claims(const as_command *self, as_arguments arguments, as_err *err)
{
    claims_options o = {.format = "text"};
    if (!as_parse(self, &arguments, &o, err))
        return err->code;
    as_arena *arena = as_arena_create();
    as_judged_claim *rows;
    size_t count;
    as_exit code;
    if (!as_claims_judge(o.from, arena, &rows, &count, err) || !print_claims(o.format, rows, count, err))
        code = err->code;
    else
        code = as_claims_check(rows, count, err);
    as_arena_free(arena);
    return code;
}

const as_command as_command_claims = {
    .name = "claims",
    .arguments = "",
    .about = "complexity and reach claims of the literature: stated, computed exactly, verdict",
    .description =
        "Every claim is computed when asked. Verdicts: holds; holds with conditions (the statement leaves one "
        "out); false (by a counterexample).",
    .options = options,
    .notes =
        "Exit code 1: a computed verdict is not the one on record, so this program contradicts itself. A claim of the "
        "literature that is false is a finding, and exits 0.",
    .examples = "  attnscope claims\n"
                "  attnscope claims --from results/scaling-length-20250101T120000Z --format md\n",
    .order = 60,
    .run = run_claims,
};
