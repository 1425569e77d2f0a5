/* report.c: see report.h. The folder is read whole, then the page is written from top to bottom. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "report.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "../base/file.h"
#include "../base/path.h"
#include "parts.h"

extern const char as_report_css[], as_report_css_hash[], as_report_js[], as_report_js_hash[];

/* --- reading ----------------------------------------------------------------------------------------------------- */

/* A table that may be missing. */
static bool read_table(const as_report *r, const as_schema *schema, void **rows, size_t *count, as_err *err)
{
    return !as_dir_has(r->dir, schema->file) || as_table_read(schema, r->dir, r->arena, rows, count, err);
}

static const char *scalar(yaml_document_t *document, const char *key, as_arena *arena)
{
    const yaml_node_t *root = yaml_document_get_root_node(document);
    if (!root || root->type != YAML_MAPPING_NODE)
        return NULL;
    for (const yaml_node_pair_t *p = root->data.mapping.pairs.start; p < root->data.mapping.pairs.top; p++) {
        const yaml_node_t *k = yaml_document_get_node(document, p->key),
                          *v = yaml_document_get_node(document, p->value);
        if (k->type == YAML_SCALAR_NODE && v->type == YAML_SCALAR_NODE &&
            as_text_is((const char *)k->data.scalar.value, key))
            return as_arena_intern(arena, (const char *)v->data.scalar.value);
    }
    return NULL;
}

/* Its name and its line about itself; a config that is no YAML has neither. */
static bool read_config(as_report *r, as_err *err)
{
    yaml_parser_t parser;
    yaml_document_t document;
    const as_path path = as_path_join(r->dir, "config.yaml");
    const bool ok = !as_file_exists(path.text) || as_file_read(path.text, 1 << 20, &r->config, err);
    if (!ok || !r->config.data || !yaml_parser_initialize(&parser))
        return ok;
    yaml_parser_set_input_string(&parser, (const unsigned char *)r->config.data, r->config.length);
    if (yaml_parser_load(&parser, &document)) {
        r->name = scalar(&document, "name", r->arena);
        r->about = scalar(&document, "about", r->arena);
        yaml_document_delete(&document);
    }
    yaml_parser_delete(&parser);
    return true;
}

static bool read_machine(as_report *r, as_err *err)
{
    json_error_t where;
    const as_path path = as_path_join(r->dir, "machine.json");
    r->machine = as_file_exists(path.text) ? json_load_file(path.text, 0, &where) : NULL;
    return r->machine || !as_file_exists(path.text) ||
           as_fail(err, AS_EXIT_USAGE, "%s:%d:%d: is not JSON: %s", path.text, where.line, where.column, where.text);
}

static bool read_folder(as_report *r, as_err *err)
{
    void *rows = NULL, *fits = NULL, *crossovers = NULL, *verdicts = NULL;
    char whole[PATH_MAX];
    const char *slash = realpath(r->dir, whole) ? strrchr(whole, '/') : NULL;
    r->folder = as_arena_intern(r->arena, slash && slash[1] ? slash + 1 : r->dir);
    if (!as_dir_has(r->dir, as_summary_schema.file) && !as_dir_has(r->dir, as_verdict_schema.file))
        return as_fail(err, AS_EXIT_USAGE,
                       "%s: neither summary.csv nor verdicts.csv is there: give a result folder, or run `attnscope "
                       "fit` on it first",
                       r->dir);
    if (!read_table(r, &as_summary_schema, &rows, &r->row_count, err) ||
        !read_table(r, &as_fit_schema, &fits, &r->fit_count, err) ||
        !read_table(r, &as_crossover_schema, &crossovers, &r->crossover_count, err) ||
        !read_table(r, &as_verdict_schema, &verdicts, &r->verdict_count, err) || !read_machine(r, err) ||
        !read_config(r, err))
        return false;
    r->rows = rows;
    r->fits = fits;
    r->crossovers = crossovers;
    r->verdicts = verdicts;
    return true;
}

/* --- writing ----------------------------------------------------------------------------------------------------- */

static void add_head(const as_report *r, as_text *out)
{
    as_text_add(
        out,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; style-src '%s'; "
        "script-src '%s'; base-uri 'none'; form-action 'none'\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"referrer\" "
        "content=\"no-referrer\">\n<title>",
        as_report_css_hash, as_report_js_hash);
    as_html_text(out, r->name ? r->name : r->folder);
    as_text_add(out, " · attnscope</title>\n<style>%s</style>\n</head>\n<body>\n", as_report_css);
}

static void add_top(const as_report *r, as_text *out)
{
    as_text_add(out, "<header>\n<h1>");
    as_html_text(out, r->name ? r->name : r->folder);
    as_text_add(out, "</h1>\n");
    if (r->about) {
        as_text_add(out, "<p class=\"about\">");
        as_html_text(out, r->about);
        as_text_add(out, "</p>\n");
    }
    as_report_machine_line(r, out);
    as_report_warnings(r, out);
    as_text_add(out, "</header>\n<main>\n");
    as_report_tiles(r, out);
}

static void add_findings(const as_report *r, as_text *out)
{
    as_text_add(out, "<section id=\"findings\">\n<h2>Findings</h2>\n");
    as_report_verdicts(r, out);
    as_report_growth(r, out);
    as_report_crossings(r, out);
    as_report_fastest(r, out);
    as_report_troubles(r, out);
    as_text_add(out, "</section>\n");
}

static void add_charts(const as_report *r, as_text *out)
{
    as_text charts = {0};
    const size_t count = as_report_charts(r, &charts);
    as_text_add(out, "<section id=\"charts\">\n<h2>Charts</h2>\n");
    if (count)
        as_text_append(out, charts.data, charts.length);
    else
        as_text_add(
            out,
            "<p>There are none: this sweep has no axis with two values, or <code>attnscope plot</code> has not drawn "
            "them.</p>\n");
    as_text_add(out, "</section>\n");
    as_text_free(&charts);
}

static void add_config(const as_report *r, as_text *out)
{
    if (!r->config.data)
        return;
    as_text_add(
        out,
        "<section id=\"config\">\n<h2>What was asked</h2>\n<p>The whole sweep again, on this machine or another:</p>\n"
        "<pre>./attnscope run config.yaml</pre>\n<details><summary>config.yaml, as it was given</summary>\n<pre>");
    as_html_text(out, r->config.data);
    as_text_add(out, "</pre>\n</details>\n</section>\n");
}

static void write_page(const as_report *r, as_text *out)
{
    add_head(r, out);
    add_top(r, out);
    as_text_add(out,
                "<nav><a href=\"#findings\">Findings</a><a href=\"#charts\">Charts</a><a href=\"#table\">Table</a>"
                "<a href=\"#machine\">Machine</a>%s</nav>\n",
                r->config.data ? "<a href=\"#config\">Config</a>" : "");
    add_findings(r, out);
    add_charts(r, out);
    as_text_add(out, "<section id=\"table\">\n<h2>Table</h2>\n");
    as_report_verdict_table(r, out);
    as_report_table(r, out);
    as_text_add(out, "</section>\n");
    as_report_machine(r, out);
    add_config(r, out);
    as_text_add(out, "</main>\n<footer><p>Made by <code>attnscope report</code> from the CSV files of <code>");
    as_html_text(out, r->folder);
    as_text_add(out,
                "</code> alone; <code>summary.csv</code> has every "
                "column.</p></footer>\n<script>%s</script>\n</body>\n</html>\n",
                as_report_js);
}

bool as_report_write(const char *dir, as_err *err)
{
    as_report r = {.dir = dir, .arena = as_arena_create()};
    as_text page = {0};
    bool ok = read_folder(&r, err);
    if (ok) {
        write_page(&r, &page);
        ok = as_file_write(as_path_join(dir, "report.html").text, page.data, page.length, err);
    }
    json_decref(r.machine);
    as_text_free(&r.config);
    as_text_free(&page);
    as_arena_free(r.arena);
    return ok;
}
