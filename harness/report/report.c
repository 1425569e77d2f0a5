/* report.c: the folder is read whole, then the page is written from top to bottom.
 * SPDX-License-Identifier: Apache-2.0 */
#include "report.h"

#include <string.h>
#include <yaml.h>

#include "../base/file.h"
#include "../base/path.h"
#include "parts.h"

extern const char as_report_css[], as_report_css_hash[], as_report_js[], as_report_js_hash[];

static const char *scalar(yaml_document_t *document, const char *key, as_arena *arena)
{
    const yaml_node_t *root = yaml_document_get_root_node(document);
    if (!root || root->type != YAML_MAPPING_NODE)
        return NULL;
    for (const yaml_node_pair_t *p = root->data.mapping.pairs.start; p < root->data.mapping.pairs.top; p++) {
        const yaml_node_t *k = yaml_document_get_node(document, p->key),
                          *v = yaml_document_get_node(document, p->value);
        if (k->type == YAML_SCALAR_NODE && v->type == YAML_SCALAR_NODE &&
            as_text_same((const char *)k->data.scalar.value, key))
            return as_arena_intern(arena, (const char *)v->data.scalar.value);
    }
    return NULL;
}

/* Its name and its line about itself; a config that is no YAML has neither. */
static void read_config(as_report *r)
{
    yaml_parser_t parser;
    yaml_document_t document;
    const char *config = r->in.config;
    if (!config || !yaml_parser_initialize(&parser))
        return;
    yaml_parser_set_input_string(&parser, (const unsigned char *)config, strlen(config));
    if (yaml_parser_load(&parser, &document)) {
        r->name = scalar(&document, "name", r->in.arena);
        r->about = scalar(&document, "about", r->in.arena);
        yaml_document_delete(&document);
    }
    yaml_parser_delete(&parser);
}

static bool read_folder(as_report *r, as_err *err)
{
    const char *dir = r->in.dir;
    if (!as_dir_has(dir, as_summary_schema.file) && !as_dir_has(dir, as_verdict_schema.file))
        return as_fail(err, AS_EXIT_USAGE,
                       "%s: neither summary.csv nor verdicts.csv is there: give a result folder, or run `attnscope "
                       "fit` on it first",
                       dir);
    if (!as_folder_read(
            &r->in, 0,
            AS_FOLDER_SUMMARY | AS_FOLDER_FITS | AS_FOLDER_CROSSOVERS | AS_FOLDER_VERDICTS | AS_FOLDER_CONFIG, err) ||
        !as_machine_json_read(dir, &r->machine, err))
        return false;
    read_config(r);
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
    as_html_text(out, r->name ? r->name : r->in.name);
    as_text_add(out, " · attnscope</title>\n<style>%s</style>\n</head>\n<body>\n", as_report_css);
}

static void add_top(const as_report *r, as_text *out)
{
    as_text_add(out, "<header>\n<h1>");
    as_html_text(out, r->name ? r->name : r->in.name);
    as_text_add(out, "</h1>\n");
    if (r->about) {
        as_text_add(out, "<p class=\"about\">");
        as_html_text(out, r->about);
        as_text_add(out, "</p>\n");
    }
    as_report_machine_line(r, out);
    as_report_warnings(r, out);
    as_text_add(out, "</header>\n<main>\n");
    const as_section counts =
        as_narrate_counts(r->in.summary, r->in.summary_count, r->in.fits, r->in.fit_count, r->in.arena);
    if (r->in.summary_count)
        as_report_counts(out, &counts);
}

static void add_findings(const as_report *r, as_text *out)
{
    as_text_add(out, "<section id=\"findings\">\n<h2>Findings</h2>\n");
    const as_folder_contents *in = &r->in;
    const as_section sections[] = {
        as_narrate_verdicts(in->verdicts, in->verdict_count, in->arena),
        as_narrate_growth(in->fits, in->fit_count, in->arena),
        as_narrate_crossovers(in->crossovers, in->crossover_count, AS_NO_WORD, in->arena),
        as_narrate_nearest_roof(in->summary, in->summary_count, in->arena),
        as_narrate_nearest_bandwidth(in->summary, in->summary_count, in->arena),
        as_narrate_fastest(in->summary, in->summary_count, in->arena),
        as_narrate_failures(in->summary, in->summary_count, in->arena),
    };
    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++)
        as_report_section(out, &sections[i]);
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
    if (!r->in.config)
        return;
    as_text_add(
        out,
        "<section id=\"config\">\n<h2>What was asked</h2>\n<p>The whole sweep again, on this machine or another:</p>\n"
        "<pre>./attnscope run config.yaml</pre>\n<details><summary>config.yaml, as it was given</summary>\n<pre>");
    as_html_text(out, r->in.config);
    as_text_add(out, "</pre>\n</details>\n</section>\n");
}

static void write_page(const as_report *r, as_text *out)
{
    add_head(r, out);
    add_top(r, out);
    as_text_add(out,
                "<nav><a href=\"#findings\">Findings</a><a href=\"#charts\">Charts</a><a href=\"#table\">Table</a>"
                "<a href=\"#machine\">Machine</a>%s</nav>\n",
                r->in.config ? "<a href=\"#config\">Config</a>" : "");
    add_findings(r, out);
    add_charts(r, out);
    as_text_add(out, "<section id=\"table\">\n<h2>Table</h2>\n");
    as_report_verdict_table(r, out);
    as_report_table(r, out);
    as_text_add(out, "</section>\n");
    as_report_machine(r, out);
    add_config(r, out);
    as_text_add(out, "</main>\n<footer><p>Made by <code>attnscope report</code> from the CSV files of <code>");
    as_html_text(out, r->in.name);
    as_text_add(out,
                "</code> alone; <code>summary.csv</code> has every "
                "column.</p></footer>\n<script>%s</script>\n</body>\n</html>\n",
                as_report_js);
}

bool as_report_write(const char *dir, as_err *err)
{
    as_arena *arena = as_arena_create();
    as_report r = {.in = as_folder_open(dir, arena)};
    as_text page = {0};
    bool ok = read_folder(&r, err);
    if (ok) {
        write_page(&r, &page);
        ok = as_file_write(as_path_join(dir, "report.html").text, page.data, page.length, err);
    }
    json_decref(r.machine);
    as_text_free(&page);
    as_arena_free(arena);
    return ok;
}
