/* benchmark_json.c: the findings as Google Benchmark writes its own, so that compare.py, github-action-benchmark and
 * Bencher take them as they are.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A benchmark is a case, its name the case's key. A repetition is a worker process: real_time and cpu_time are the median
 * over its batches, per call, in ns. With two or more processes mean, median, stddev and cv follow, as --benchmark_repetitions
 * gives them. A case that is not ok is left out: the format can only state it with a time of 0, and
 * readers would take that for a time. No number is NaN or infinite; what is unknown has no key. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "stages.h"
#include "stats.h"

static void put_real(json_t *object, const char *key, double value)
{
    if (isfinite(value))
        json_object_set_new(object, key, json_real(value));
}

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
    as_text path = {0};
    struct stat st;
    struct tm utc;
    char date[40];
    as_text_add(&path, "%s/samples.csv", dir);
    if (stat(path.data, &st) == 0 && gmtime_r(&st.st_mtime, &utc) &&
        strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S+00:00", &utc))
        put_text(context, "date", date);
    as_text_free(&path);
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

/* What every row of a case begins with. */
static json_t *make_row(const as_findings *f, size_t at, size_t family, const char *suffix, const char *type)
{
    const as_summary *row = &f->summary[at];
    as_text name = {0};
    json_t *object = json_object();
    as_text_add(&name, "%s%s", row->case_, suffix);
    put_text(object, "name", name.data);
    put_count(object, "family_index", family);
    put_count(object, "per_family_instance_index", 0);
    put_text(object, "run_name", row->case_);
    put_text(object, "run_type", type);
    put_count(object, "repetitions", f->replicates[at].count);
    as_text_free(&name);
    return object;
}

/* Where no CPU time was recorded, the wall time stands in: readers of the format need the key. */
static double cpu_of(const as_replicate *r) { return isnan(r->cpu_ns) ? r->wall_ns : r->cpu_ns; }

static double gflops(const as_case *c, double ns)
{
    return c->flops_useful == AS_NO_COUNT ? NAN : (double)c->flops_useful / ns;
}

static void put_times(json_t *row, double real, double cpu)
{
    put_real(row, "real_time", real);
    put_real(row, "cpu_time", cpu);
    put_text(row, "time_unit", "ns");
}

/* A row a line, written and let go: a tree of a large sweep would take more memory than its samples. */
static void add_row(as_text *out, json_t *row)
{
    char *text = json_dumps(row, JSON_REAL_PRECISION(12));
    as_text_add(out, "%s\n    ", out->data[out->length - 1] == '[' ? "" : ",");
    if (text)
        as_text_append(out, text, strlen(text));
    free(text);
    json_decref(row);
}

static void add_repetitions(as_text *out, const as_findings *f, size_t at, size_t family)
{
    const as_replicates *r = &f->replicates[at];
    for (size_t i = 0; i < r->count; i++) {
        json_t *row = make_row(f, at, family, "", "iteration");
        put_count(row, "repetition_index", i);
        put_count(row, "threads", f->summary[at].threads);
        put_count(row, "iterations", r->of[i].calls);
        put_times(row, r->of[i].wall_ns, cpu_of(&r->of[i]));
        put_real(row, "gflops", gflops(&f->cases[at], r->of[i].wall_ns));
        put_count(row, "edges", f->summary[at].edges);
        put_count(row, "workspace_peak_bytes", f->summary[at].workspace_peak_bytes);
        add_row(out, row);
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
    as_stats_sort(sorted, n);
    double middle = as_stats_median(sorted, n);
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

static void add_aggregates(as_text *out, const as_findings *f, size_t at, size_t family)
{
    const as_replicates *r = &f->replicates[at];
    as_arena *scratch = as_arena_create();
    double *wall = as_arena_alloc(scratch, r->count * sizeof *wall);
    double *cpu = as_arena_alloc(scratch, r->count * sizeof *cpu);
    double *rate = as_arena_alloc(scratch, r->count * sizeof *rate);
    for (size_t i = 0; i < r->count; i++) {
        wall[i] = r->of[i].wall_ns;
        cpu[i] = cpu_of(&r->of[i]);
        rate[i] = gflops(&f->cases[at], wall[i]);
    }
    for (size_t a = 0; a < sizeof aggregates / sizeof *aggregates; a++) {
        json_t *row = make_row(f, at, family, aggregates[a].suffix, "aggregate");
        put_count(row, "threads", f->summary[at].threads);
        put_text(row, "aggregate_name", aggregates[a].name);
        put_text(row, "aggregate_unit", aggregates[a].unit);
        put_count(row, "iterations", r->count);
        put_times(row, aggregates[a].of(wall, r->count), aggregates[a].of(cpu, r->count));
        put_real(row, "gflops", aggregates[a].of(rate, r->count));
        add_row(out, row);
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
        if (strcmp(f->summary[i].status, "ok") != 0)
            continue;
        add_repetitions(out, f, i, i);
        if (f->replicates[i].count > 1)
            add_aggregates(out, f, i, i);
    }
    as_text_add(out, "\n  ]\n}\n");
    return true;
}
