/* table.c: the rows of a file as a table: numbers to the right, units in the heads, and what is alike everywhere said
 * once. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "parts.h"

/* A column of the page is one of the file, scaled. */
typedef struct {
    const char *name; /* in the schema */
    const char *title, *unit;
    double scale;
    enum { ALWAYS, WHERE_KNOWN, WHERE_DIFFERENT } shown;
} column;

static const column summary_columns[] = {
    {"kernel", "kernel", NULL, 1, ALWAYS},
    {"pattern", "pattern", NULL, 1, ALWAYS},
    {"isa", "isa", NULL, 1, ALWAYS},
    {"dtype", "dtype", NULL, 1, WHERE_DIFFERENT},
    {"batch", "B", NULL, 1, WHERE_DIFFERENT},
    {"length", "T", "tokens", 1, ALWAYS},
    {"context", "S", "keys", 1, WHERE_DIFFERENT},
    {"width", "D", NULL, 1, WHERE_DIFFERENT},
    {"heads", "H", NULL, 1, WHERE_DIFFERENT},
    {"kv_heads", "Hkv", NULL, 1, WHERE_DIFFERENT},
    {"threads", "threads", NULL, 1, WHERE_DIFFERENT},
    {"cache", "cache", NULL, 1, WHERE_DIFFERENT},
    {"machine", "machine", NULL, 1, WHERE_DIFFERENT},
    {"status", "status", NULL, 1, ALWAYS},
    {"median_ns", "median", "µs per call", 1e-3, ALWAYS},
    {"median_low_ns", "low", "µs", 1e-3, ALWAYS},
    {"median_high_ns", "high", "µs", 1e-3, ALWAYS},
    {"speedup", "speed-up", "× dense", 1, WHERE_KNOWN},
    {"gflops_useful", "useful", "GFLOP/s", 1, WHERE_KNOWN},
    {"percent_of_roof", "of roof", "%", 1, WHERE_KNOWN},
    {"gbs_min", "bytes", "GB/s", 1, WHERE_KNOWN},
    {"percent_of_bandwidth", "of bandwidth", "%", 1, WHERE_KNOWN},
    {"intensity", "intensity", "FLOP/byte", 1, WHERE_KNOWN},
    {"edges", "edges", "per head", 1, WHERE_KNOWN},
    {"ns_per_edge", "per edge", "ns", 1, WHERE_KNOWN},
    {"workspace_peak_bytes", "workspace", "KiB", 1 / 1024.0, WHERE_KNOWN},
    {"mass_kept", "mass kept", "%", 100, WHERE_KNOWN},
    {"n", "samples", NULL, 1, ALWAYS},
    {"disturbed", "disturbed", "samples", 1, ALWAYS},
    {"slowed", "slowed", "samples", 1, WHERE_KNOWN},
    {"full_ns", "not slowed", "µs per call", 1e-3, WHERE_KNOWN},
    {"reason", "why", NULL, 1, WHERE_KNOWN},
};

static const column verdict_columns[] = {
    {"case_", "case", NULL, 1, ALWAYS},
    {"verdict", "verdict", NULL, 1, ALWAYS},
    {"ratio", "time", "new ÷ base", 1, ALWAYS},
    {"ratio_low", "low", "new ÷ base", 1, WHERE_KNOWN},
    {"ratio_high", "high", "new ÷ base", 1, WHERE_KNOWN},
    {"visible", "visible", "%", 100, WHERE_KNOWN},
    {"control_ratio", "control", "base ÷ base", 1, WHERE_KNOWN},
    {"p", "p", NULL, 1, WHERE_KNOWN},
    {"turns", "turns", NULL, 1, WHERE_KNOWN},
    {"processes", "processes", NULL, 1, WHERE_KNOWN},
    {"gate", "gate", NULL, 1, WHERE_DIFFERENT},
    {"reason", "why", NULL, 1, WHERE_KNOWN},
};

enum { COLUMNS_MOST = 48 };

typedef struct {
    const as_schema *schema;
    const char *rows;
    size_t count;
    struct {
        const column *as;
        const as_column *of;
    } shown[COLUMNS_MOST];
    size_t width;
} sheet;

static const void *row_of(const sheet *s, size_t i) { return s->rows + i * s->schema->size; }

static const as_column *column_called(const as_schema *schema, const char *name)
{
    for (size_t i = 0; i < schema->count; i++)
        if (!strcmp(schema->columns[i].name, name))
            return &schema->columns[i];
    return NULL;
}

/* The cell as the file has it: "" where it is missing. */
static const char *cell(const sheet *s, const as_column *c, size_t row, char buffer[40])
{
    return as_record_cell(c, row_of(s, row), buffer);
}

static bool is_known(const sheet *s, const as_column *c)
{
    char buffer[40];
    for (size_t i = 0; i < s->count; i++)
        if (*cell(s, c, i, buffer))
            return true;
    return false;
}

static bool is_different(const sheet *s, const as_column *c)
{
    char first[40], other[40];
    for (size_t i = 1; i < s->count; i++)
        if (strcmp(cell(s, c, 0, first), cell(s, c, i, other)) != 0)
            return true;
    return false;
}

/* A context that is the length in every row needs no column. */
static bool is_length(const sheet *s, const as_column *c)
{
    char length[40], context[40];
    const as_column *other = !strcmp(c->name, "context")    ? column_called(s->schema, "length")
                             : !strcmp(c->name, "kv_heads") ? column_called(s->schema, "heads")
                                                            : NULL;
    for (size_t i = 0; other && i < s->count; i++)
        if (strcmp(cell(s, other, i, length), cell(s, c, i, context)) != 0)
            return false;
    return other != NULL;
}

/* What is alike in all rows goes into `common`. */
static void choose_columns(sheet *s, const column *columns, size_t count, as_text *common)
{
    char buffer[40];
    for (size_t i = 0; i < count; i++) {
        const as_column *of = column_called(s->schema, columns[i].name);
        if (!of || (columns[i].shown != ALWAYS && (!is_known(s, of) || is_length(s, of))))
            continue;
        if (columns[i].shown == WHERE_DIFFERENT && !is_different(s, of)) {
            as_text_add(common, "%s%s = ", common->length ? ", " : "", columns[i].title);
            as_html_text(common, cell(s, of, 0, buffer));
            continue;
        }
        s->shown[s->width].as = &columns[i];
        s->shown[s->width++].of = of;
    }
}

static void add_number(as_text *out, double v)
{
    const double size = fabs(v);
    as_text_add(out,
                size >= 1000 || v == 0 ? "%.0f"
                : size >= 100          ? "%.1f"
                : size >= 10           ? "%.2f"
                : size >= 1            ? "%.3f"
                                       : "%.3g",
                v);
}

static void add_cell(const sheet *s, size_t column, size_t row, as_text *out)
{
    char buffer[40];
    const as_column *of = s->shown[column].of;
    const char *text = cell(s, of, row, buffer);
    double v;
    if (!as_column_is_number(of)) {
        as_text_add(out, strlen(text) > 40 ? "<td class=\"w\">" : "<td>");
        as_html_text(out, text);
    } else {
        as_text_add(out, "<td class=\"n\">");
        if (of->kind == AS_COUNT && s->shown[column].as->scale == 1)
            as_text_add(out, "%s", text);
        else if (as_parse_double(text, &v))
            add_number(out, v * s->shown[column].as->scale);
    }
    as_text_add(out, "</td>");
}

static void add_head(const sheet *s, const char *id, bool runs, as_text *out)
{
    as_text_add(out,
                "<div class=\"box\" tabindex=\"0\" role=\"region\" aria-label=\"table, scrolls within\">\n<table "
                "class=\"data\" id=\"%s\">\n<thead><tr>",
                id);
    for (size_t c = 0; c < s->width; c++) {
        as_text_add(out, "<th scope=\"col\"%s title=\"", as_column_is_number(s->shown[c].of) ? " class=\"n\"" : "");
        as_html_text(out, s->shown[c].of->help);
        as_text_add(out, "\">%s", s->shown[c].as->title);
        if (s->shown[c].as->unit)
            as_text_add(out, "<small>%s</small>", s->shown[c].as->unit);
        as_text_add(out, "</th>");
    }
    as_text_add(out, "%s</tr></thead>\n<tbody>\n", runs ? "<th scope=\"col\" class=\"run\">this row again</th>" : "");
}

static void add_tools(const char *id, as_text *out)
{
    as_text_add(out,
                "<div class=\"tools\" id=\"%s-tools\" hidden><input type=\"search\" aria-label=\"filter rows\" "
                "placeholder=\"filter: flash window -skipped\"><output></output></div>\n",
                id);
}

static void add_row(const sheet *s, size_t i, as_text *out)
{
    const as_column *status = column_called(s->schema, "status");
    const char *record = s->rows + i * s->schema->size;
    const bool off = status && *(const int *)(const void *)(record + status->offset) != AS_STATUS_OK;
    as_text_add(out, off ? "<tr class=\"off\">" : "<tr>");
    for (size_t c = 0; c < s->width; c++)
        add_cell(s, c, i, out);
}

/* The case's key with what a glob would take for more than itself put behind a backslash. */
static void add_command(const as_summary *row, as_text *out)
{
    as_text glob = {0}, words = {0};
    for (const char *c = row->case_ ? row->case_ : ""; *c; c++)
        as_text_add(&glob, strchr("*?[]\\", *c) ? "\\%c" : "%c", *c);
    bool ok = glob.length && as_html_shell(&words, glob.data);
    as_text_add(&words, " --isa ");
    ok = ok && row->isa && as_html_shell(&words, row->isa);
    if (ok)
        as_text_add(out, "<code>./attnscope run config.yaml --only %s</code>", words.data);
    else
        as_text_add(out, "its name has characters that no command should have");
    as_text_free(&glob);
    as_text_free(&words);
}

/* Head, a line for each record and, where `again` is given, the command that measures it anew. */
static void add_table(const sheet *s, const char *id, const as_summary *again, as_text *out)
{
    add_tools(id, out);
    add_head(s, id, again != NULL, out);
    for (size_t i = 0; i < s->count; i++) {
        add_row(s, i, out);
        if (again) {
            as_text_add(out, "<td class=\"run\">");
            add_command(&again[i], out);
            as_text_add(out, "</td>");
        }
        as_text_add(out, "</tr>\n");
    }
    as_text_add(out, "</tbody>\n</table>\n</div>\n");
}

void as_report_table(const as_report *r, as_text *out)
{
    sheet s = {.schema = &as_summary_schema, .rows = (const char *)r->in.summary, .count = r->in.summary_count};
    as_text common = {0};
    if (!s.count)
        return;
    choose_columns(&s, summary_columns, sizeof summary_columns / sizeof *summary_columns, &common);
    as_text_add(
        out,
        "<p>%zu rows of <code>summary.csv</code>%s%s. A low and a high are the ends of the interval of the median; "
        "what is missing is empty and has its reason. The last column is the command that measures the row again, from "
        "within the folder of this page; for a kernel from a plug-in, name it again with <code>--plugin</code>.</p>\n",
        s.count, common.length ? "; in all of them " : "", common.length ? common.data : "");
    add_table(&s, "cases", r->in.summary, out);
    as_text_free(&common);
}

void as_report_verdict_table(const as_report *r, as_text *out)
{
    sheet s = {.schema = &as_verdict_schema, .rows = (const char *)r->in.verdicts, .count = r->in.verdict_count};
    as_text common = {0};
    if (!s.count)
        return;
    choose_columns(&s, verdict_columns, sizeof verdict_columns / sizeof *verdict_columns, &common);
    as_text_add(out, "<p>%zu verdicts; %s. Above 1 the new one is slower.</p>\n", s.count,
                common.length ? common.data : "time is the gate");
    add_table(&s, "verdicts", NULL, out);
    as_text_free(&common);
}
