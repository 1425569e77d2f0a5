/* test_findings.c: made-up folders, whose slopes, medians and verdicts are known, through the whole analysis. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <fcntl.h>
#include <jansson.h>
#include <sys/wait.h>

#include "harness/analyse/analyse.h"
#include "harness/narrate/findings_print.h"
#include "harness/analyse/slope.h"
#include "harness/stats/order.h"
#include "synthetic.h"

#define CLOSE(a, b, tolerance) assert_true(fabs((a) - (b)) <= (tolerance))

static as_findings analysed(folder *f)
{
    as_findings found;
    as_err err = {0};
    folder_write(f);
    if (!as_analyse(f->dir, f->arena, &found, &err))
        fail_msg("%s", err.text);
    return found;
}

static const as_fit *fit_of(const as_findings *f, const char *kernel, const char *axis)
{
    for (size_t i = 0; i < f->fit_count; i++)
        if (!strcmp(f->fits[i].kernel, kernel) && !strcmp(as_axis_text(f->fits[i].axis), axis))
            return &f->fits[i];
    return NULL;
}

static void exact_slopes(void **state)
{
    (void)state;
    for (double a = 0; a <= 2.5; a += 0.25) {
        as_slope_point points[7];
        double times[7][3];
        for (size_t i = 0; i < 7; i++) {
            double x = ldexp(100, (int)i);
            for (size_t p = 0; p < 3; p++)
                times[i][p] = 3.7 * pow(x, a);
            points[i] = (as_slope_point){x, times[i], 3};
        }
        as_slope s = as_slope_fit(points, 7, 1);
        CLOSE(s.slope, a, 1e-9);
        CLOSE(s.low, a, 1e-9);
        CLOSE(s.high, a, 1e-9);
        assert_int_equal(s.first, 3);
        assert_int_equal(as_slope_fit(points, 3, 1).first, 0); /* two points are too few for an upper half */
        points[2].count = 1;
        assert_true(isnan(as_slope_fit(points, 3, 1).low));
        assert_true(isnan(as_slope_fit(points, 1, 1).slope));
        points[1].x = points[0].x;
        assert_true(isnan(as_slope_fit(points, 2, 1).slope));
    }
}

/* The tail only: a kernel of 1e6 + T^2 is flat below and square above; all points together would say neither. */
static void the_tail_is_the_upper_half(void **state)
{
    (void)state;
    as_slope_point points[11];
    double times[11];
    for (size_t i = 0; i < 11; i++) {
        double x = ldexp(1, (int)(2 * i));
        times[i] = 1e3 + x * x;
        points[i] = (as_slope_point){x, &times[i], 1};
    }
    CLOSE(as_slope_fit(points, 11, 1).slope, 2, 1e-3);
}

static void intervals_hold_the_truth(void **state)
{
    (void)state;
    unsigned held = 0, trials = 200;
    uint64_t random = 7;
    for (unsigned trial = 0; trial < trials; trial++) {
        as_slope_point points[7];
        double times[7][5];
        for (size_t i = 0; i < 7; i++) {
            double x = ldexp(256, (int)i);
            for (size_t p = 0; p < 5; p++)
                times[i][p] = x * x * folder_noise(&random, 0.05);
            points[i] = (as_slope_point){x, times[i], 5};
        }
        as_slope s = as_slope_fit(points, 7, trial);
        as_slope again = as_slope_fit(points, 7, trial);
        assert_true(s.low == again.low && s.high == again.high);
        assert_true(s.low < s.slope && s.slope < s.high && s.high - s.low < 0.1);
        held += s.low <= 2 && 2 <= s.high;
    }
    print_message("the 95 %% interval held the truth in %u of %u trials\n", held, trials);
    assert_true(held >= trials * 9 / 10);
}

/* A sample beside a gauge below its best is slowed, and stays in the median of all; without a gauge nothing is said. */
static void summary_of_slowed_samples(void **state)
{
    (void)state;
    static const double us[3][3] = {{10, 14, 12}, {20, 22, 30}, {90, 91, 92}};
    static const double issue[3][3] = {{18, 9, 17.2}, {17.5, 18, 17}, {8, 8, 9}};
    folder f = folder_new();
    as_case *c = folder_case(&f, "attention/flash", "causal", 1024, 0);
    folder_key(&f, c);
    for (size_t p = 0; p < 3; p++)
        for (size_t b = 0; b < 3; b++)
            folder_sample(&f, c, p, b, p + 1, 1e6 * us[p][b]);
    as_findings got = analysed(&f);
    assert_true(got.summary->slowed == AS_NO_COUNT && isnan(got.summary->full_ns));
    for (size_t i = 0; i < 9; i++)
        f.samples[i].issue_index = issue[i / 3][i % 3];
    got = analysed(&f);
    assert_int_equal(got.summary->slowed, 5);
    /* 11 of the first process, 21 of the second, none of the third; the median of all samples is what it was. */
    assert_true(got.summary->full_ns == 16e6 && got.summary->full_low_ns == 11e6 && got.summary->full_high_ns == 21e6);
    assert_true(got.summary->median_ns == 22e6);
    folder_remove(&f);
}

static void summary_of_known_samples(void **state)
{
    (void)state;
    folder f = folder_new();
    as_case *c = folder_case(&f, "attention/flash", "causal", 1024, 0);
    folder_key(&f, c);
    /* Processes of 3, 2, 1 batches; medians 10, 25, 90 us. */
    const double us[3][3] = {{9, 10, 12}, {20, 30}, {90}};
    const size_t batches[3] = {3, 2, 1};
    for (size_t p = 0; p < 3; p++)
        for (size_t b = 0; b < batches[p]; b++)
            folder_sample(&f, c, p, b, p + 1, 1e6 * us[p][b]);
    f.samples[0].minor_faults = 2;
    f.samples[1].context_switches = 1;
    f.samples[1].steal_ns = 5;
    as_findings got = analysed(&f);
    const as_summary *s = got.summary;
    assert_true(s->median_ns == 25e6 && s->median_low_ns == 10e6 && s->median_high_ns == 90e6);
    assert_true(s->coverage == 0.75 && s->min_ns == 9e6);
    assert_true(s->mad_ns == 6.5e6); /* of 9 10 12 20 30 90 about 16: 7 6 4 4 14 74 */
    assert_int_equal(s->n, 6);
    assert_int_equal(s->processes, 3);
    assert_int_equal(s->disturbed, 2);
    CLOSE(s->gflops_useful, 2.0 * 1024 * 1025 * 512 / 25e6, 1e-9);
    CLOSE(s->percent_of_roof, 100 * s->gflops_useful / 80, 1e-9);
    CLOSE(s->intensity, 2.0 * 1024 * 1025 * 512 / (16.0 * 1024 * 512), 1e-9);
    CLOSE(s->ns_per_edge, 25e6 / (8 * 1024.0 * 1025 / 2), 1e-9);
    assert_int_equal(s->status, AS_STATUS_OK);
    assert_true(s->speedup == 1);
    assert_string_equal(s->reference, c->case_);
    folder_remove(&f);
}

/* c T^a for each kernel, four axes in one folder: each curve is found, with its slope, and only those. */
static void curves_and_their_slopes(void **state)
{
    (void)state;
    uint64_t random = 1;
    folder f = folder_new();
    f.machine = "{}";
    for (uint64_t T = 256; T <= 8192; T *= 2) {
        folder_measure(&f, folder_case(&f, "attention/square", "causal", T, 0), 0.0625 * (double)(T * T), 0, &random);
        folder_measure(&f, folder_case(&f, "attention/line", "causal", T, 0), 4096.0 * (double)T, 0, &random);
    }
    for (uint64_t H = 1; H <= 32; H *= 2) { /* D = 2048, T = 32: d follows */
        as_case *c = folder_case(&f, "attention/heads", "causal", 32, 0);
        c->width = 2048;
        c->heads = c->kv_heads = H;
        c->head_dim = 2048 / H;
        folder_measure(&f, c, 1024.0 * (double)H, 0, &random);
    }
    for (uint64_t H = 1; H <= 16; H *= 2) { /* d = 64: D follows */
        as_case *c = folder_case(&f, "attention/many", "causal", 32, 0);
        c->width = 64 * H;
        c->heads = H;
        c->kv_heads = 1;
        folder_measure(&f, c, 1024.0 * (double)(H * H), 0, &random);
    }
    for (uint64_t D = 64; D <= 1024; D *= 2) {
        as_case *c = folder_case(&f, "attention/wide", "causal", 32, 0);
        c->width = D;
        c->head_dim = D / 8;
        folder_measure(&f, c, 512.0 * (double)D, 0, &random);
    }
    for (uint64_t S = 64; S <= 1024; S *= 2) {
        as_case *c = folder_case(&f, "attention/decode", "causal", 1, 0);
        c->context = S;
        folder_measure(&f, c, (double)(S * S), 0, &random);
    }
    for (uint64_t e = 1; e <= 16; e *= 2) {
        as_case *c = folder_case(&f, "attention/sparse",
                                 e == 1   ? "window:w=16"
                                 : e == 2 ? "window:w=32"
                                 : e == 4 ? "window:w=64"
                                 : e == 8 ? "window:w=128"
                                          : "sink:s=1",
                                 64, 0);
        c->edges = 4096 * e;
        folder_measure(&f, c, 2048.0 * (double)(e * e * e), 0, &random);
    }
    as_findings got = analysed(&f);
    const struct {
        const char *kernel, *axis, *pattern;
        size_t points;
        double slope;
    } known[] = {{"attention/square", "length", "causal", 6, 2},   {"attention/line", "length", "causal", 6, 1},
                 {"attention/heads", "heads", "causal", 6, 1},     {"attention/many", "heads", "causal", 5, 2},
                 {"attention/wide", "width", "causal", 5, 1},      {"attention/decode", "context", "causal", 5, 2},
                 {"attention/sparse", "edges", "window:w=*", 4, 3}};
    assert_int_equal(got.fit_count, sizeof known / sizeof *known);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        const as_fit *fit = fit_of(&got, known[i].kernel, known[i].axis);
        assert_non_null(fit);
        assert_string_equal(fit->pattern, known[i].pattern);
        assert_int_equal(fit->points, known[i].points);
        CLOSE(fit->tail_slope, known[i].slope, 1e-9);
        CLOSE(fit->tail_low, known[i].slope, 1e-9);
    }
    assert_true(isnan(got.summary[0].percent_of_roof)); /* no roof is known: missing, not 0 */
    folder_remove(&f);
}

/* Rates against roofs: one thread, all threads, between; a faster minute; above the roof; plain C. */
static void roofs(void **state)
{
    (void)state;
    folder f = folder_new();
    const struct {
        const char *isa, *status;
        uint64_t threads;
        double gflops, percent;
        const char *dtype; /* NULL: f32 */
    } rows[] = {
        {"avx2", "ok", 1, 40, 50, NULL},
        {"avx2", "ok", 4, 160, 50, NULL},
        {"avx2", "ok", 64, 160, 50, NULL},
        {"avx2", "ok", 2, 80, 50, NULL},
        {"avx2", "suspect", 1, 81, 101.25, NULL},
        {"avx512", "ok", 1, 75, 50, NULL},
        {"scalar", "ok", 1, 4, 50, NULL},
        {"scalar", "ok", 1, 30, NAN, NULL},
        {"scalar", "suspect", 1, 151, NAN, NULL},
        {"neon", "ok", 1, 1000, NAN, NULL},
        {"strange", "ok", 1, 1, NAN, NULL},
        /* bfloat16: a roof of its own, or the float32 one where that is higher or the only one */
        {"amx", "ok", 1, 600, 50, "bf16"},
        {"amx", "ok", 4, 1200, 25, "bf16"},
        {"amx", "suspect", 1, 1500, 125, "bf16"},
        {"avx512", "ok", 1, 75, 50, "bf16"},
        {"avx2", "ok", 1, 40, 50, "bf16"},
        {"amx", "ok", 1, 1, NAN, NULL},
    };
    enum { N = sizeof rows / sizeof *rows };
    for (size_t i = 0; i < N; i++) {
        as_case *c = folder_case(&f, "attention/flash", as_arena_printf(f.arena, "p%zu", i), 1024, 0);
        c->isa = rows[i].isa;
        c->threads = rows[i].threads;
        c->dtype = rows[i].dtype ? rows[i].dtype : c->dtype;
        folder_key(&f, c);
        folder_sample(&f, c, 0, 0, 1, (double)c->flops_useful / rows[i].gflops);
    }
    as_findings got = analysed(&f);
    for (size_t i = 0; i < N; i++) {
        assert_string_equal(as_status_text(got.summary[i].status), rows[i].status);
        if (isnan(rows[i].percent))
            assert_true(isnan(got.summary[i].percent_of_roof));
        else
            CLOSE(got.summary[i].percent_of_roof, rows[i].percent, 1e-6);
        assert_true(got.summary[i].gflops_useful > 0);
    }
    assert_non_null(strstr(got.summary[4].reason, "above the measured roof of 80 GFLOP/s"));
    assert_non_null(got.summary[7].reason); /* why there is no percentage */
    /* The loop beside a sample ran a quarter faster than machine.json knows: every roof is a quarter higher. */
    f.samples[3].speed_index = 1.25 * 150;
    got = analysed(&f);
    assert_int_equal(got.summary[4].status, AS_STATUS_OK);
    CLOSE(got.summary[4].percent_of_roof, 81, 1e-6);
    CLOSE(got.summary[5].percent_of_roof, 40, 1e-6);
    folder_remove(&f);
}

static void references(void **state)
{
    (void)state;
    uint64_t random = 1;
    folder f = folder_new();
    f.machine = "{}";
    folder_measure(&f, folder_case(&f, "attention/naive", "causal", 512, 0), 9e6, 0, &random);
    folder_measure(&f, folder_case(&f, "attention/flash", "causal", 512, 0), 3e6, 0, &random);
    folder_measure(&f, folder_case(&f, "attention/gather", "window:w=8", 512, 8), 1e6, 0, &random);
    folder_measure(&f, folder_case(&f, "attention/gather", "window:w=8", 1024, 8), 1e6, 0, &random);
    as_case *c = folder_case(&f, "attention/wrong", "causal", 512, 0); /* fast, but failed: no reference */
    c->status = AS_STATUS_FAILED;
    c->reason = "differs from the oracle";
    folder_measure(&f, c, 1e3, 0, &random);
    c = folder_case(&f, "attention/gather", "window:w=8", 512, 8); /* another dtype is another shape */
    c->dtype = "bf16";
    c->cache = "cold";
    c->isa = "avx512";
    folder_measure(&f, c, 1e6, 0, &random);
    as_findings got = analysed(&f);
    CLOSE(got.summary[0].speedup, 1 / 3.0, 1e-9);
    CLOSE(got.summary[2].speedup, 3, 1e-9);
    assert_string_equal(got.summary[2].reference, got.cases[1].case_);
    assert_true(isnan(got.summary[3].speedup) && !got.summary[3].reference);
    assert_true(isnan(got.summary[4].speedup));
    assert_int_equal(got.summary[4].status, AS_STATUS_FAILED);
    assert_true(isnan(got.summary[5].speedup));
    folder_remove(&f);
}

/* Cases without samples, of a run that was killed. */
static void unfinished(void **state)
{
    (void)state;
    folder f = folder_new();
    for (uint64_t i = 0; i < 4; i++) {
        as_case *c = folder_case(&f, "attention/flash", "causal", 256 << i, 0);
        c->status = i == 3 ? AS_STATUS_OK : AS_STATUS_PLANNED;
        c->error_max = i == 2 ? NAN : 0;
        folder_key(&f, c);
        if (i == 1 || i == 2)
            folder_sample(&f, c, 0, 0, 1, 1e9);
    }
    f.samples[1].cpu_ns = NAN;
    as_findings got = analysed(&f);
    static const char *const status[] = {"skipped", "ok", "suspect", "failed"};
    for (size_t i = 0; i < 4; i++) {
        assert_string_equal(as_status_text(got.summary[i].status), status[i]);
        assert_non_null(got.summary[i].reason);
    }
    assert_true(isnan(got.summary[0].median_ns));
    assert_int_equal(got.fit_count, 0);
    as_text out = {0};
    as_findings_print(&got, &out);
    assert_non_null(strstr(out.data, "1 of 4 cases measured; 2 samples, 0 of them disturbed"));
    assert_non_null(strstr(out.data, "1 skipped: not measured: the run ended before it"));
    as_text_free(&out);
    folder_remove(&f);
}

static void bad_files(void **state)
{
    (void)state;
    static const struct {
        const char *file, *old, *new, *said;
    } edits[] = {
        {"samples.csv", "/avx2/T512", "/avx2/T5", "samples.csv:17: case 'attention/flash/causal/avx2/T5/"},
        {"samples.csv", ",0,0,0,4,", ",0,0,0,0,", "samples.csv:2: calls must be 1 or more"},
        {"samples.csv", ",0,0,0,4,", ",0,0,0,,", "samples.csv:2: calls must be 1 or more"},
        {"samples.csv", ",0,0,0,4,", ",,0,0,4,", "samples.csv:2: the column process is empty"},
        {"samples.csv", ",0,0,0,4,", ",0,0,0,4,-", "samples.csv:2: wall_ns must be a time above 0"},
        {"samples.csv", ",0,0,0,4,", ",0,0,0,4,inf,1,1,0,0,0\r\nx,0,0,0,4,", "samples.csv:2: "},
        {"samples.csv", ",0,0,0,4,", ",0,0,0,four,", "samples.csv:2: not a number in column calls"},
        {"samples.csv", ",0,0,0,4,", ",0,0,4,", "samples.csv:2: fewer cells"},
        {"cases.csv", "/avx2/T512/S512", "/avx2/T256/S256", "cases.csv:3: case 'attention/flash/causal/avx2/T256/"},
        {"cases.csv", "attention/flash/causal/avx2/T256/S256/D512/H8/1", "", "cases.csv:2: the column case is empty"},
        {"machine.json", "\"cpus\"", "cpus", "machine.json:1:"},
        {"machine.json", "{\"cpu\"", "[{\"cpu\"", "machine.json:1:"},
    };
    uint64_t random = 1;
    folder f = folder_new();
    for (uint64_t T = 256; T <= 512; T *= 2)
        folder_measure(&f, folder_case(&f, "attention/flash", "causal", T, 0), (double)T * 1e4, 0, &random);
    for (size_t i = 0; i < sizeof edits / sizeof *edits; i++) {
        as_text path = {0}, text = {0}, edited = {0};
        as_err err = {0};
        as_findings got;
        as_arena *arena = as_arena_create();
        folder_write(&f);
        as_text_add(&path, "%s/%s", f.dir, edits[i].file);
        assert_true(as_file_read(path.data, 1 << 20, &text, &err));
        char *at = strstr(text.data, edits[i].old);
        assert_non_null(at);
        as_text_append(&edited, text.data, (size_t)(at - text.data));
        as_text_add(&edited, "%s%s", edits[i].new, at + strlen(edits[i].old));
        folder_text(&f, edits[i].file, edited.data);
        assert_false(as_analyse(f.dir, arena, &got, &err));
        assert_int_equal(err.code, AS_EXIT_USAGE);
        if (!strstr(err.text, edits[i].said))
            fail_msg("'%s' does not say '%s'", err.text, edits[i].said);
        as_arena_free(arena);
        as_text_free(&path);
        as_text_free(&text);
        as_text_free(&edited);
    }
    as_findings got;
    as_err err = {0};
    assert_false(as_analyse("/nonexistent", f.arena, &got, &err));
    assert_non_null(strstr(err.text, "/nonexistent/cases.csv"));
    folder_remove(&f);
}

static void printed(void **state)
{
    (void)state;
    uint64_t random = 3;
    folder f = folder_new();
    f.machine = "{\"fma_gflops\": {\"avx2\": 1e6}}";
    for (uint64_t T = 256; T <= 4096; T *= 2) {
        folder_measure(&f, folder_case(&f, "attention/flash", "causal", T, 0), 5.0 * (double)(T * T), 0.01, &random);
        as_case *c = folder_case(&f, "attention/naive", "causal", T, 0);
        if (T <= 1024) {
            folder_measure(&f, c, 50.0 * (double)(T * T), 0.01, &random);
            continue;
        }
        folder_key(&f, c);
        c->status = AS_STATUS_SKIPPED;
        c->reason = as_arena_printf(f.arena, "needs %lu MiB of memory, 1 MiB is free", (unsigned long)T);
    }
    as_findings got = analysed(&f);
    as_text out = {0};
    as_findings_print(&got, &out);
    print_message("%s", out.data);
    assert_non_null(strstr(out.data, "slope in T"));
    assert_non_null(strstr(out.data, "attention/flash  causal   4k"));
    assert_non_null(strstr(out.data, "attention/naive  causal   1k")); /* its longest that ran */
    assert_null(strstr(out.data, "attention/flash  causal   2k"));
    assert_non_null(strstr(out.data, "2 skipped: needs 2048 MiB of memory, 1 MiB is free (first: attention/naive/"));
    as_text_free(&out);
    folder_remove(&f);
}

static bool run_python(const char *const argv[])
{
    pid_t pid = fork();
    if (pid == 0) {
        int quiet = open("/dev/null", O_WRONLY);
        dup2(quiet, 1);
        execvp(argv[0], (char *const *)(uintptr_t)argv);
        _exit(127);
    }
    int status = 1;
    waitpid(pid, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* Debian's Python, for which Debian's packages are. */
static const char python[] = "/usr/bin/python3";
static const char compare_py[] = "/usr/share/benchmark/compare.py";

static void google_benchmark_json(void **state)
{
    (void)state;
    char path[2][200];
    as_err err = {0};
    for (int side = 0; side < 2; side++) {
        uint64_t random = 3 + (uint64_t)side;
        folder f = folder_new();
        for (uint64_t T = 256; T <= 1024; T *= 2)
            folder_measure(&f, folder_case(&f, "attention/flash", "causal", T, 0), 100.0 * (double)(T * T), 0.01,
                           &random);
        as_case *c = folder_case(&f, "attention/naive", "causal", 256, 0);
        c->status = AS_STATUS_FAILED;
        c->reason = "no luck";
        folder_measure(&f, c, 1e6, 0, &random);
        f.samples[0].cpu_ns = NAN;
        as_findings got = analysed(&f);
        assert_true(as_findings_write(&got, f.dir, &err));
        snprintf(path[side], sizeof path[side], "%s.json", f.dir);
        char from[200];
        snprintf(from, sizeof from, "%s/benchmark.json", f.dir);
        assert_int_equal(rename(from, path[side]), 0);

        json_t *root = json_load_file(path[side], 0, NULL), *row;
        assert_non_null(root);
        json_t *rows = json_object_get(root, "benchmarks");
        assert_int_equal(json_array_size(rows), 3 * (5 + 4));
        assert_true(json_is_string(json_object_get(json_object_get(root, "context"), "date")));
        size_t i;
        json_array_foreach(rows, i, row)
        {
            const char *name = json_string_value(json_object_get(row, "name"));
            const char *run = json_string_value(json_object_get(row, "run_name"));
            assert_true(name && run && !strncmp(name, run, strlen(run)));
            assert_string_equal(json_string_value(json_object_get(row, "time_unit")), "ns");
            assert_true(json_is_number(json_object_get(row, "real_time")) &&
                        json_is_number(json_object_get(row, "cpu_time")) &&
                        json_is_integer(json_object_get(row, "iterations")));
        }
        row = json_array_get(rows, 6);
        assert_string_equal(json_string_value(json_object_get(row, "aggregate_name")), "median");
        assert_true(json_real_value(json_object_get(row, "real_time")) > 0);
        CLOSE(json_real_value(json_object_get(row, "real_time")), got.summary[0].median_ns, 1e-3);
        json_decref(root);
        folder_remove(&f);
    }
    const char *const needs[] = {python, "-c", "import scipy.stats", NULL};
    const char *const compare[] = {python, compare_py, "benchmarks", path[0], path[1], NULL};
    bool can = access(compare_py, R_OK) == 0 && run_python(needs);
    bool read = can && run_python(compare);
    unlink(path[0]);
    unlink(path[1]);
    if (!can) {
        print_message("compare.py is not tried: install libbenchmark-tools and python3-scipy\n");
        skip();
    }
    assert_true(read);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exact_slopes),
        cmocka_unit_test(the_tail_is_the_upper_half),
        cmocka_unit_test(intervals_hold_the_truth),
        cmocka_unit_test(summary_of_known_samples),
        cmocka_unit_test(summary_of_slowed_samples),
        cmocka_unit_test(curves_and_their_slopes),
        cmocka_unit_test(roofs),
        cmocka_unit_test(references),
        cmocka_unit_test(unfinished),
        cmocka_unit_test(bad_files),
        cmocka_unit_test(printed),
        cmocka_unit_test(google_benchmark_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
