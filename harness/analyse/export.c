/* export.c: one writer for each format.
 * SPDX-License-Identifier: Apache-2.0 */
#include "export.h"

#include <ctype.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#define NAME_MOST 1024 /* of Bencher */

static bool counts(const as_findings *f, size_t i)
{
    return f->summary[i].status == AS_STATUS_OK && f->summary[i].median_ns > 0;
}

static bool dump(json_t *root, as_text *out, as_err *err)
{
    char *text = root ? json_dumps(root, JSON_INDENT(1) | JSON_REAL_PRECISION(12)) : NULL;
    json_decref(root);
    if (!text)
        return as_fail(err, AS_EXIT_USAGE, "a case's name is not UTF-8: JSON has no place for it");
    as_text_add(out, "%s\n", text);
    free(text);
    return true;
}

static bool gab(const as_findings *f, as_text *out, as_err *err)
{
    json_t *rows = json_array();
    for (size_t i = 0; i < f->case_count; i++) {
        const as_summary *s = &f->summary[i];
        char range[80], extra[160];
        if (!counts(f, i))
            continue;
        snprintf(range, sizeof range, "%.4g .. %.4g", s->median_low_ns, s->median_high_ns);
        snprintf(extra, sizeof extra,
                 "median of %" PRIu64 " processes, %" PRIu64 " samples\nrange: interval of %.1f %%\nthreads: %" PRIu64,
                 s->processes, s->n, 100 * s->coverage, s->threads == AS_NO_COUNT ? 1 : s->threads);
        json_array_append_new(rows, json_pack("{s:s, s:s, s:f, s:s, s:s}", "name", s->case_, "unit", "ns/call", "value",
                                              s->median_ns, "range", range, "extra", extra));
    }
    return dump(rows, out, err);
}

static bool bencher(const as_findings *f, as_text *out, as_err *err)
{
    json_t *root = json_object();
    for (size_t i = 0; i < f->case_count; i++) {
        const as_summary *s = &f->summary[i];
        if (!counts(f, i))
            continue;
        if (strlen(s->case_) > NAME_MOST) {
            json_decref(root);
            return as_fail(err, AS_EXIT_USAGE,
                           "the case '%.60s...' has a longer name than Bencher takes (%d): shorten its pattern",
                           s->case_, NAME_MOST);
        }
        json_t *latency = json_pack("{s:f}", "value", s->median_ns);
        if (isfinite(s->median_low_ns) && isfinite(s->median_high_ns)) {
            json_object_set_new(latency, "lower_value", json_real(s->median_low_ns));
            json_object_set_new(latency, "upper_value", json_real(s->median_high_ns));
        }
        json_object_set_new(root, s->case_, json_pack("{s:o}", "latency", latency));
    }
    return dump(root, out, err);
}

/* The name is one field, and a slash begins its next part. */
static void add_part(as_text *out, const char *key, const char *value)
{
    const bool kernel = !strcmp(key, "kernel");
    as_text_add(out, "/%s=", key);
    for (const unsigned char *c = (const unsigned char *)value; *c; c++) {
        if (*c == '/' && kernel)
            as_text_add(out, ".");
        else if (*c <= 0x20 || *c >= 0x7f || *c == '/' || *c == '%')
            as_text_add(out, "%%%02X", *c);
        else
            as_text_append(out, (const char *)c, 1);
    }
}

/* "BenchmarkAttnscope/kernel=attention.flash/pattern=causal/.../cache=warm-1": behind the dash the threads, as
 * GOMAXPROCS. */
static void add_name(as_text *out, const as_summary *row)
{
    static const char *const left_out[] = {"case", "params", "mechanism", "head_dim", "threads", "edges"};
    char cell[40], name[40];
    as_text_add(out, "BenchmarkAttnscope");
    for (size_t i = 0; as_summary_schema.columns[i].offset < offsetof(as_summary, median_ns); i++) {
        const as_column *column = &as_summary_schema.columns[i];
        const char *value = as_record_cell(column, row, cell);
        bool shown = *value != 0;
        as_column_name(column, name);
        for (size_t k = 0; k < sizeof left_out / sizeof *left_out; k++)
            shown = shown && strcmp(name, left_out[k]);
        if (shown)
            add_part(out, name, value);
    }
    as_text_add(out, "-%" PRIu64, row->threads == AS_NO_COUNT ? 1 : row->threads);
}

static void add_key(as_text *out, const char *key, const char *value)
{
    as_text_add(out, "%s: ", key);
    for (; *value; value++)
        as_text_add(out, "%c", iscntrl((unsigned char)*value) ? ' ' : *value);
    as_text_add(out, "\n");
}

static bool benchstat(const as_findings *f, as_text *out, as_err *err)
{
    struct utsname system;
    (void)err;
    if (uname(&system) == 0)
        add_key(out, "goarch",
                !strcmp(system.machine, "x86_64")    ? "amd64"
                : !strcmp(system.machine, "aarch64") ? "arm64"
                                                     : system.machine);
    add_key(out, "goos", "linux");
    add_key(out, "pkg", "attnscope");
    add_key(out, "cpu", f->machine.name ? f->machine.name : "unknown");
    for (size_t i = 0; i < f->case_count; i++)
        for (size_t r = 0; counts(f, i) && r < f->replicates[i].count; r++) {
            add_name(out, &f->summary[i]);
            as_text_add(out, "\t%" PRIu64 "\t%.9g ns/op\n", f->replicates[i].of[r].calls,
                        f->replicates[i].of[r].wall_ns);
        }
    return true;
}

bool as_export(const char *format, const as_findings *findings, as_text *out, as_err *err)
{
    static const struct {
        const char *name;
        bool (*write)(const as_findings *f, as_text *out, as_err *err);
    } formats[] = {{"gab", gab}, {"bencher", bencher}, {"benchstat", benchstat}};
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (!strcmp(formats[i].name, format))
            return formats[i].write(findings, out, err);
    return as_fail(err, AS_EXIT_USAGE, "there is no export to '%.40s': " AS_EXPORT_FORMATS, format);
}
