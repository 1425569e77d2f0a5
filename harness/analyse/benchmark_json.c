/* benchmark_json.c: the findings as Google Benchmark writes its own, so that compare.py, github-action-benchmark and
 * Bencher take them as they are.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A benchmark is a case, its name the case's key. A repetition is a worker process: real_time and cpu_time are the
 * median over its batches, per call, in ns. With two or more processes mean, median, stddev and cv follow, as
 * --benchmark_repetitions gives them. A case that is not ok is left out: the format can only state it with a time of 0,
 * and readers would take that for a time. No number is NaN or infinite; what is unknown has no key. */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "../base/path.h"
#include "stages.h"
#include "../stats/order.h"

static void put_count(json_t *object, const char *key, uint64_t value)
{
    if (value <= INT64_MAX)
        json_object_set_new(object, key, json_integer((json_int_t)value));
}

/* Text that is not UTF-8 has no place in JSON: then the key says so. */
static void put_text(json_t *object, const char *key, const char *text)
{
    json_t *value = json_string(text);
    json_object_set_new(object, key, value ? value : json_string("(not UTF-8)"));
}

/* When the samples were last written to: a second analysis of the same folder gives the same bytes. */
static void put_date(json_t *context, const char *dir)
{
    struct stat st;
    struct tm utc;
    char date[40];
    if (stat(as_path_join(dir, "samples.csv").text, &st) == 0 && gmtime_r(&st.st_mtime, &utc) &&
        strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S+00:00", &utc))
        put_text(context, "date", date);
}

static json_t *make_context(const as_findings *f, const char *dir)
{
    static const char *const kinds[3] = {"Data", "Unified", "Unified"};
    json_t *context = json_object(), *caches = json_array();
    put_date(context, dir);
    put_text(context, "host_name", f->machine.fingerprint ? f->machine.fingerprint : "unknown");
    put_text(context, "executable", "attnscope");
    put_count(context, "num_cpus", f->machine.cpus > 0 ? (uint64_t)f->machine.cpus : AS_NO_COUNT);
    put_text(context, "cpu", f->machine.name ? f->machine.name : "unknown");
    for (size_t i = 0; i < 3; i++) {
        if (!f->machine.cache_bytes[i])
            continue;
        json_t *cache = json_object();
        put_text(cache, "type", kinds[i]);
        put_count(cache, "level", i + 1);
        put_count(cache, "size", f->machine.cache_bytes[i]);
        json_array_append_new(caches, cache);
    }
    json_object_set_new(context, "caches", caches);
    put_text(context, "library_build_type", "release");
    return context;
}

/* Rows are written as text at once: as trees of all their values they would take longer than the rest of an analysis,
 * and more memory than the samples. A name is in the JSON that jansson makes of it. */
typedef struct {
    as_text *out;
    const as_findings *f;
    size_t at;  /* the case */
    char *name; /* "its key" */
} writer;

static char *json_of(const char *text)
{
    json_t *value = json_string(text);
    if (!value)
        value = json_string("(not UTF-8)");
    char *json = json_dumps(value, JSON_ENCODE_ANY);
    json_decref(value);
    return json;
}

/* With a point or an exponent: readers that tell integers from reals expect one. */
static void add_real(as_text *out, const char *key, double value)
{
    char number[40];
    if (!isfinite(value))
        return;
    snprintf(number, sizeof number, "%.12g", value);
    as_text_add(out, ", \"%s\": %s%s", key, number, strpbrk(number, ".e") ? "" : ".0");
}

static void add_count(as_text *out, const char *key, uint64_t value)
{
    if (value <= INT64_MAX)
        as_text_add(out, ", \"%s\": %" PRIu64, key, value);
}

/* What every row of a case begins with; the suffix goes into the name's quotes. */
static void begin_row(const writer *w, const char *suffix, const char *type)
{
    const as_text *so_far = w->out;
    as_text_add(w->out, "%s\n    {\"name\": %.*s%s\"", so_far->data[so_far->length - 1] == '[' ? "" : ",",
                (int)strlen(w->name) - 1, w->name, suffix);
    add_count(w->out, "family_index", w->at);
    add_count(w->out, "per_family_instance_index", 0);
    as_text_add(w->out, ", \"run_name\": %s, \"run_type\": \"%s\"", w->name, type);
    add_count(w->out, "repetitions", w->f->replicates[w->at].count);
}

/* Where no CPU time was recorded, the wall time stands in: readers of the format need the key. */
static double cpu_of(const as_replicate *r) { return isnan(r->cpu_ns) ? r->wall_ns : r->cpu_ns; }

static double gflops(const as_case *c, double ns)
{
    return c->flops_useful == AS_NO_COUNT ? NAN : (double)c->flops_useful / ns;
}

static void add_times(as_text *out, double real, double cpu)
{
    add_real(out, "real_time", real);
    add_real(out, "cpu_time", cpu);
    as_text_add(out, ", \"time_unit\": \"ns\"");
}

static void add_repetitions(const writer *w)
{
    const as_replicates *r = &w->f->replicates[w->at];
    const as_summary *row = &w->f->summary[w->at];
    for (size_t i = 0; i < r->count; i++) {
        begin_row(w, "", "iteration");
        add_count(w->out, "repetition_index", i);
        add_count(w->out, "threads", row->threads);
        add_count(w->out, "iterations", r->of[i].calls);
        add_times(w->out, r->of[i].wall_ns, cpu_of(&r->of[i]));
        add_real(w->out, "gflops", gflops(&w->f->cases[w->at], r->of[i].wall_ns));
        add_count(w->out, "edges", row->edges);
        add_count(w->out, "workspace_peak_bytes", row->workspace_peak_bytes);
        as_text_add(w->out, "}");
    }
}

static double mean(const double *v, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += v[i];
    return sum / (double)n;
}

static double median(const double *v, size_t n)
{
    as_arena *scratch = as_arena_create();
    double *sorted = as_arena_alloc(scratch, n * sizeof *sorted);
    memcpy(sorted, v, n * sizeof *sorted);
    double middle = as_median(sorted, n);
    as_arena_free(scratch);
    return middle;
}

static double stddev(const double *v, size_t n)
{
    double centre = mean(v, n), sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (v[i] - centre) * (v[i] - centre);
    return sqrt(sum / (double)(n - 1));
}

static double variation(const double *v, size_t n)
{
    double centre = mean(v, n);
    return centre > 0 ? stddev(v, n) / centre : 0;
}

static const struct {
    const char *name, *suffix, *unit;
    double (*of)(const double *v, size_t n);
} aggregates[] = {
    {"mean", "_mean", "time", mean},
    {"median", "_median", "time", median},
    {"stddev", "_stddev", "time", stddev},
    {"cv", "_cv", "percentage", variation},
};

static void add_aggregates(const writer *w)
{
    const as_replicates *r = &w->f->replicates[w->at];
    as_arena *scratch = as_arena_create();
    double *wall = as_arena_alloc(scratch, r->count * sizeof *wall);
    double *cpu = as_arena_alloc(scratch, r->count * sizeof *cpu);
    double *rate = as_arena_alloc(scratch, r->count * sizeof *rate);
    for (size_t i = 0; i < r->count; i++) {
        wall[i] = r->of[i].wall_ns;
        cpu[i] = cpu_of(&r->of[i]);
        rate[i] = gflops(&w->f->cases[w->at], wall[i]);
    }
    for (size_t a = 0; a < sizeof aggregates / sizeof *aggregates; a++) {
        begin_row(w, aggregates[a].suffix, "aggregate");
        add_count(w->out, "threads", w->f->summary[w->at].threads);
        as_text_add(w->out, ", \"aggregate_name\": \"%s\", \"aggregate_unit\": \"%s\"", aggregates[a].name,
                    aggregates[a].unit);
        add_count(w->out, "iterations", r->count);
        add_times(w->out, aggregates[a].of(wall, r->count), aggregates[a].of(cpu, r->count));
        add_real(w->out, "gflops", aggregates[a].of(rate, r->count));
        as_text_add(w->out, "}");
    }
    as_arena_free(scratch);
}

bool as_benchmark_json(const as_findings *f, const char *dir, as_text *out)
{
    json_t *context = make_context(f, dir);
    char *text = json_dumps(context, JSON_INDENT(2));
    json_decref(context);
    if (!text)
        return false;
    as_text_add(out, "{\n  \"context\": %s,\n  \"benchmarks\": [", text);
    free(text);
    for (size_t i = 0; i < f->case_count; i++) {
        if (f->summary[i].status != AS_STATUS_OK)
            continue;
        const writer w = {.out = out, .f = f, .at = i, .name = json_of(f->summary[i].case_)};
        if (!w.name)
            return false;
        add_repetitions(&w);
        if (f->replicates[i].count > 1)
            add_aggregates(&w);
        free(w.name);
    }
    as_text_add(out, "\n  ]\n}\n");
    return true;
}
