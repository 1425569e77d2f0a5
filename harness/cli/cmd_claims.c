/* cmd_claims.c: `attnscope claims`: what the literature states, computed and judged. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "../claims/claim.h"
#include "cli.h"
#include "../claims/claim_measured.h"

#include <stdlib.h>
#include <string.h>

#define ROW_COLUMNS(F, t)                                                                                              \
    F(t, AS_TEXT, claim, "as stated")                                                                                  \
    F(t, AS_TEXT, source, "by whom")                                                                                   \
    F(t, AS_TEXT, stated, "the number or formula")                                                                     \
    F(t, AS_TEXT, computed, "what is found when it is computed")                                                       \
    F(t, AS_TEXT, verdict, "holds, holds with conditions, or false")                                                   \
    F(t, AS_TEXT, measured, "what the result folder of --from says")                                                   \
    F(t, AS_TEXT, name, "the file in harness/claims/literature/")                                                      \
    F(t, AS_TEXT, expected, "the verdict on record; another one is a contradiction and exits 1")

AS_RECORD(row, ROW_COLUMNS);
AS_SCHEMA(row_schema, row, ROW_COLUMNS, "claims.csv", "a claim");

static int by_order(const void *a, const void *b)
{
    const as_claim *x = *(const as_claim *const *)a, *y = *(const as_claim *const *)b;
    return x->order != y->order ? (x->order > y->order) - (x->order < y->order) : strcmp(x->name, y->name);
}

static bool judge(const as_claim *claim, const as_folder_contents *measured, as_arena *arena, row *out, as_err *err)
{
    as_finding finding = {0};
    as_text quote = {0};
    bool ok = claim->compute(&finding, err);
    if (ok) {
        as_measured_quote(measured, &claim->measurable, &quote);
        *out = (row){claim->claim,
                     claim->source,
                     claim->stated,
                     as_arena_intern(arena, finding.computed.data),
                     as_claim_verdict_text(finding.verdict),
                     as_arena_intern(arena, quote.data),
                     claim->name,
                     as_claim_verdict_text(claim->expected)};
    }
    as_text_free(&finding.computed);
    as_text_free(&quote);
    return ok;
}

/* All claims in their order; the rows live in the arena. */
static bool judge_all(const char *from, as_arena *arena, row **rows, size_t *count, as_err *err)
{
    as_folder_contents measured = {0};
    if (from && !as_measured_read(from, arena, &measured, err))
        return false;
    for (*count = 0; as_claims[*count];)
        ++*count;
    const as_claim **sorted = as_arena_alloc(arena, *count * sizeof *sorted);
    memcpy(sorted, as_claims, *count * sizeof *sorted);
    qsort(sorted, *count, sizeof *sorted, by_order);
    *rows = as_arena_alloc(arena, *count * sizeof **rows);
    for (size_t i = 0; i < *count; i++)
        if (!judge(sorted[i], &measured, arena, &(*rows)[i], err))
            return false;
    return true;
}

static void add_text(const row *r, as_text *out)
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

static void add_markdown(const row *rows, size_t count, as_text *out)
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

static bool print(const char *format, const row *rows, size_t count, as_err *err)
{
    as_text out = {0};
    bool ok = true;
    if (!strcmp(format, "json"))
        ok = as_table_json(&row_schema, rows, count, &out) || as_fail_memory(err);
    else if (!strcmp(format, "md"))
        add_markdown(rows, count, &out);
    else if (!strcmp(format, "csv"))
        as_table_header(&row_schema, &out);
    for (size_t i = 0; i < count; i++) {
        if (!strcmp(format, "csv"))
            as_table_row(&row_schema, &rows[i], &out);
        else if (!strcmp(format, "text"))
            add_text(&rows[i], &out);
    }
    ok = ok && as_print(&out, err);
    as_text_free(&out);
    return ok;
}

/* Exit 1 when a verdict is not the one on record. */
static as_exit contradictions(const row *rows, size_t count, as_err *err)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(rows[i].verdict, rows[i].expected))
            return as_fail(err, AS_EXIT_BAD, "claim %s: computed '%s', on record is '%s': one of the two is wrong",
                           rows[i].name, rows[i].verdict, rows[i].expected),
                   AS_EXIT_BAD;
    return AS_EXIT_OK;
}

static as_exit run(int argc, char **argv, as_err *err)
{
    const char *from = NULL, *format = "text";
    const as_opt opts[] = {
        {"--from", AS_OPT_TEXT, &from, NULL}, {"--format", AS_OPT_TEXT, &format, "text|csv|json|md"}, {0}};
    int rest;
    if (!as_options(argc, argv, opts, 0, 0, &rest, err))
        return err->code;
    as_arena *arena = as_arena_create();
    row *rows;
    size_t count;
    as_exit code = AS_EXIT_OK;
    if (!judge_all(from, arena, &rows, &count, err) || !print(format, rows, count, err))
        code = err->code;
    else
        code = contradictions(rows, count, err);
    as_arena_free(arena);
    return code;
}

const as_command as_command_claims = {
    .name = "claims",
    .usage = "claims [--from DIR] [--format text|csv|json|md]",
    .about = "complexity and reach claims of the literature: stated, computed exactly, verdict",
    .help =
        "Every claim is computed when asked. Verdicts: holds; holds with conditions (the statement leaves one out);\n"
        "false (by a counterexample).\n"
        "\n"
        "  --from DIR     a result folder: quotes the exponents and crossings measured there\n"
        "  --format F     text, csv, json, or md (the table of docs/claims.md)\n"
        "\n"
        "Exits 1 when a computed verdict is not the one on record: then this program contradicts itself. That a\n"
        "claim of the literature is false is a finding, and exits 0.\n",
    .run = run,
    .order = 60,
};
