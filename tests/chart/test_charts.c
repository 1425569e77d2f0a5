/* test_charts.c: made-up sweeps are drawn, every curve is in the legend, and no text of a user becomes anything but
 * text. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <ftw.h>
#include <sys/stat.h>

#include "harness/analyse/analyse.h"
#include "harness/chart/chart.h"
#include "harness/chart/page.h"
#include "kernels/common/random.h"
#include "tests/analyse/synthetic.h"

/* A roof that no made-up time passes. */
#define FAST "{\"cpu\": \"Test CPU\", \"cpus\": 4, \"fma_gflops\": {\"avx2\": 1e9}}"

static bool has_gnuplot;

static bool on_path(const char *program)
{
    char path[4096], *dirs = strdup(getenv("PATH") ? getenv("PATH") : "");
    bool found = false;
    for (char *d = strtok(dirs, ":"); d && !found; d = strtok(NULL, ":")) {
        snprintf(path, sizeof path, "%s/%s", d, program);
        found = access(path, X_OK) == 0;
    }
    free(dirs);
    return found;
}

static void analyse(folder *f)
{
    as_findings found;
    as_err err = {0};
    folder_write(f);
    if (!as_analyse(f->dir, f->arena, &found, &err) || !as_findings_write(&found, f->dir, &err))
        fail_msg("%s", err.text);
}

static unsigned chart(folder *f)
{
    as_charts charts;
    as_err err = {0};
    analyse(f);
    if (!as_chart_all(f->dir, &charts, &err) && has_gnuplot)
        fail_msg("%s", err.text);
    return charts.drawn;
}

static char *content(const folder *f, const char *name)
{
    as_text path = {0}, text = {0};
    as_err err = {0};
    as_text_add(&path, "%s/%s", f->dir, name);
    if (!as_file_read(path.data, 1 << 28, &text, &err))
        fail_msg("%s", err.text);
    as_text_free(&path);
    const char *kept = as_arena_intern_n(f->arena, text.data, text.length);
    as_text_free(&text);
    return (char *)(uintptr_t)kept;
}

static bool exists(const folder *f, const char *name)
{
    char path[300];
    snprintf(path, sizeof path, "%s/%s", f->dir, name);
    return access(path, F_OK) == 0;
}

static int drop(const char *path, const struct stat *st, int kind, struct FTW *where)
{
    (void)st, (void)kind, (void)where;
    return remove(path);
}

/* Kept for the eye where ATTNSCOPE_KEEP names a folder that exists. */
static void finish(folder *f, const char *as)
{
    const char *keep = getenv("ATTNSCOPE_KEEP");
    char to[300];
    if (keep) {
        snprintf(to, sizeof to, "%s/%s", keep, as);
        nftw(to, drop, 16, FTW_DEPTH | FTW_PHYS);
        assert_int_equal(rename(f->dir, to), 0);
    } else {
        nftw(f->dir, drop, 16, FTW_DEPTH | FTW_PHYS);
    }
    as_arena_free(f->arena);
}

/* Kernels as they might be: c * (edges or T^2) plus a constant. */
static void add_curve(folder *f, const char *kernel, const char *pattern, uint64_t w, double ns_per_edge, uint64_t last,
                      uint64_t *random)
{
    for (uint64_t T = 256; T <= last; T *= 2) {
        as_case *c = folder_case(f, kernel, pattern, T, w);
        if (!strcmp(kernel, "attention/naive") || !strcmp(kernel, "attention/blas"))
            c->workspace_peak_bytes = 4 * T * T * (strstr(kernel, "naive") ? 1 : 8);
        if (!strcmp(kernel, "attention/gather"))
            c->workspace_peak_bytes = 0;
        folder_measure(f, c, 3000 + ns_per_edge * (double)c->edges * 8, 0.04, random);
    }
}

static void assert_legend(const folder *f, const char *svg, const char *text)
{
    if (!strstr(content(f, svg), text))
        fail_msg("%s does not show '%s'", svg, text);
}

static void one_curve(void **state)
{
    (void)state;
    uint64_t random = 1;
    folder f = folder_new();
    add_curve(&f, "attention/flash", "causal", 0, 4.5, 16384, &random);
    unsigned drawn = chart(&f);
    assert_true(exists(&f, "plots/time-length.gp") && exists(&f, "plots/time-length.csv"));
    if (has_gnuplot) {
        assert_int_equal(drawn, 5);
        assert_true(exists(&f, "plots/gflops-length.png") && exists(&f, "plots/memory-length.png"));
        assert_true(exists(&f, "plots/percent-length.png") && exists(&f, "plots/roofline.png"));
        assert_true(exists(&f, "plots/mask-1.svg"));
        assert_false(exists(&f, "plots/surface.gp") || exists(&f, "plots/reach-cost.gp") ||
                     exists(&f, "plots/before-after.gp"));
        assert_legend(&f, "plots/time-length.svg", "attention/flash  causal   slope 2.0");
        assert_legend(&f, "plots/time-length.svg", "Test CPU");
        assert_legend(&f, "plots/time-length.svg", "avx2, f32, warm cache, 1 thread, B=1, H=8, D=512, d=64");
        assert_legend(&f, "plots/gflops-length.svg", "measured FMA roof, avx2, 1 thread: 80 GFLOP/s");
    }
    finish(&f, "one");
}

static void four_curves(void **state)
{
    (void)state;
    uint64_t random = 2;
    folder f = folder_new();
    add_curve(&f, "attention/naive", "causal", 0, 90, 4096, &random);
    add_curve(&f, "attention/blas", "causal", 0, 9, 16384, &random);
    add_curve(&f, "attention/flash", "causal", 0, 4.5, 16384, &random);
    add_curve(&f, "attention/gather", "window:w=256", 256, 14, 16384, &random);
    chart(&f);
    if (has_gnuplot) {
        assert_legend(&f, "plots/time-length.svg", "attention/naive  causal   slope");
        assert_legend(&f, "plots/time-length.svg", "attention/blas  causal   slope");
        assert_legend(&f, "plots/time-length.svg", "attention/flash  causal   slope");
        assert_legend(&f, "plots/time-length.svg", "attention/gather  window:w=256   slope");
        assert_legend(&f, "plots/memory-length.svg", "attention/gather  window:w=256"); /* it has no workspace */
    }
    finish(&f, "four");
}

static void twelve_curves(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint64_t w;
        double share;
    } patterns[] = {{"causal", 0, 1}, {"window:w=256", 256, 1.3}, {"sink:s=4+window:w=252", 256, 1.7}};
    static const struct {
        const char *name;
        double ns;
    } kernels[] = {{"attention/naive", 90}, {"attention/blas", 9}, {"attention/flash", 4.5}, {"attention/gather", 14}};
    uint64_t random = 3;
    folder f = folder_new();
    for (size_t k = 0; k < 4; k++)
        for (size_t p = 0; p < 3; p++)
            add_curve(&f, kernels[k].name, patterns[p].text, k < 2 ? 0 : patterns[p].w,
                      kernels[k].ns * patterns[p].share, 8192, &random);
    chart(&f);
    for (size_t k = 0; has_gnuplot && k < 4; k++)
        for (size_t p = 0; p < 3; p++) {
            char label[200];
            snprintf(label, sizeof label, "%s  %s", kernels[k].name, patterns[p].text);
            assert_legend(&f, "plots/time-length.svg", label);
            assert_legend(&f, "plots/time-length.svg",
                          as_arena_printf(f.arena, ">%s %s<", strchr(kernels[k].name, '/') + 1, patterns[p].text));
            assert_legend(&f, "plots/gflops-length.svg", label);
            assert_legend(&f, "plots/memory-length.svg", label);
        }
    finish(&f, "twelve");
}

/* Width, heads and edges; two kernels each. */
static void other_axes(void **state)
{
    (void)state;
    uint64_t random = 4;
    static const char *const kernels[] = {"attention/blas", "attention/flash"};
    folder f = folder_new();
    f.machine = FAST;
    for (int k = 0; k < 2; k++) {
        for (uint64_t D = 128; D <= 2048; D *= 2) {
            as_case *c = folder_case(&f, kernels[k], "causal", 1024, 0);
            c->width = D;
            c->head_dim = D / 8;
            folder_measure(&f, c, 1e4 + (5 - 2 * k) * 1e3 * (double)D, 0.04, &random);
        }
        for (uint64_t H = 1; H <= 32; H *= 2) {
            as_case *c = folder_case(&f, kernels[k], "causal", 2048, 0);
            c->heads = c->kv_heads = H;
            c->head_dim = 512 / H;
            folder_measure(&f, c, 1e7 * (1 + 0.05 * (double)H), 0.04, &random);
        }
        for (uint64_t w = 16; w <= 4096; w *= 2) {
            as_case *c =
                folder_case(&f, kernels[k], as_arena_printf(f.arena, "window:w=%lu", (unsigned long)w), 4096, w);
            folder_measure(&f, c, 1e5 + (k + 1) * 5.0 * (double)c->edges, 0.04, &random);
        }
        for (uint64_t S = 1024; S <= 32768; S *= 2) {
            as_case *c = folder_case(&f, kernels[k], "causal", 1, 0);
            c->context = S;
            c->edges = S;
            folder_measure(&f, c, 1e3 + (k + 1) * 50.0 * (double)S, 0.04, &random);
        }
    }
    unsigned drawn = chart(&f);
    if (has_gnuplot) {
        assert_true(drawn >= 4); /* and lengths, where two sweeps meet */
        assert_legend(&f, "plots/time-width.svg", "attention/flash  causal   slope");
        assert_legend(&f, "plots/time-heads.svg", "attention/flash  causal   slope");
        assert_legend(&f, "plots/time-sparsity.svg", "attention/flash  window:w=*   slope");
        assert_legend(&f, "plots/time-context.svg", "attention/flash  causal   slope");
    }
    finish(&f, "axes");
}

/* Parts of a layer are in no contest with attention; long names of patterns that never cover are counted. */
static void what_is_left_out(void **state)
{
    (void)state;
    static const struct {
        const char *kernel, *pattern, *mechanism;
        double ns;
    } rows[] = {{"layer/projections", "causal", "layer", 1e5},
                {"attention/flash", "causal", "attention", 9e5},
                {"attention/flash", "window:w=256", "attention", 2e5},
                {"attention/longnet", "longnet:w=512/1024,r=1/2", "attention", 3e5},
                {"attention/longnet", "longnet:w=256/512/1024,r=1/2/4", "attention", 3e5}};
    uint64_t random = 9;
    folder f = folder_new();
    f.machine = FAST;
    for (uint64_t D = 128; D <= 256; D *= 2)
        for (uint64_t T = 1024; T <= 2048; T *= 2)
            for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                as_case *c = folder_case(&f, rows[i].kernel, rows[i].pattern, T, 0);
                c->mechanism = rows[i].mechanism;
                c->width = D;
                c->head_dim = D / 8;
                folder_measure(&f, c, rows[i].ns * (double)(D * T) / 1e5, 0, &random);
            }
    chart(&f);
    assert_null(strstr(content(&f, "plots/surface.csv"), "layer/projections"));
    assert_non_null(strstr(content(&f, "plots/surface.csv"), "window:w=256"));
    assert_non_null(strstr(content(&f, "plots/reach-cost.gp"), "; never: 2 of 4 patterns"));
    finish(&f, "left-out");
}

/* Two shapes, four widths of window each: the labels say what differs. More than a page holds: a page per shape. */
static void several_shapes(void **state)
{
    (void)state;
    uint64_t random = 5;
    for (uint64_t kinds = 2; kinds <= 16; kinds += 14) {
        folder f = folder_new();
        f.machine = FAST;
        for (uint64_t H = 4; H <= 8; H += 4)
            for (uint64_t k = 0; k < kinds; k++)
                for (uint64_t T = 256; T <= 1024; T *= 2) {
                    as_case *c =
                        folder_case(&f, as_arena_printf(f.arena, "attention/k%lu", (unsigned long)k), "causal", T, 0);
                    c->heads = c->kv_heads = H;
                    c->head_dim = 512 / H;
                    folder_measure(&f, c, (double)(T * T * (k + 1)), 0.02, &random);
                }
        chart(&f);
        if (has_gnuplot && kinds == 2) {
            assert_legend(&f, "plots/time-length.svg", "attention/k1  causal, H=4, d=128");
            assert_legend(&f, "plots/time-length.svg", "attention/k1  causal, H=8, d=64");
        } else if (has_gnuplot) {
            assert_legend(&f, "plots/time-length.svg", "attention/k15  causal   slope");
            assert_legend(&f, "plots/time-length.svg", "B=1, H=4, D=512, d=128");
            assert_legend(&f, "plots/time-length-2.svg", "attention/k15  causal   slope");
            assert_legend(&f, "plots/time-length-2.svg", "B=1, H=8, D=512, d=64");
        }
        finish(&f, kinds == 2 ? "shapes" : "pages");
    }
}

#define EVIL                                                                                                           \
    "x'; system('touch pwned'); \" . system(\"touch pwned\") . \" `touch pwned` @pwned $pwned ${pwned} \\\n"           \
    "set output '|touch pwned'\n# {/=40 a_b^c} %s %d <b>&amp;\x01\xff\xc0\xaf"

/* A page for each kernel: its phases are the curves, their names the legend, the kernel stands in the title. */
static void phases_are_curves(void **state)
{
    (void)state;
    static const char *const kernels[] = {"layer/block", "content/topk:k=16"};
    folder f = folder_new();
    uint64_t random = 3;
    as_text phases = {0};
    f.machine = FAST;
    as_table_header(&as_phase_schema, &phases);
    for (size_t k = 0; k < 2; k++)
        for (uint64_t T = 256; T <= 4096; T *= 2) {
            as_case *c = folder_case(&f, kernels[k], "causal", T, 0);
            folder_measure(&f, c, (double)(T * T), 0.01, &random);
            const as_phase_time rows[] = {{c->case_, 0, 0, "pro'jections", 0, 1, 1000.0 * (double)T, 20},
                                          {c->case_, 0, 0, "core", 0, 1, (double)(T * T), 20},
                                          {c->case_, 0, 0, "pack", 1, 1, 5e5, 20}};
            for (size_t i = 0; i < 3; i++)
                as_table_row(&as_phase_schema, &rows[i], &phases);
        }
    folder_text(&f, "phases.csv", phases.data);
    as_text_free(&phases);
    chart(&f);
    assert_true(exists(&f, "plots/share-length.gp") && exists(&f, "plots/share-length-2.gp"));
    assert_true(exists(&f, "plots/phase-length.gp") && exists(&f, "plots/phase-length-2.gp"));
    const char *shares = content(&f, "plots/share-length.csv");
    assert_non_null(strstr(shares, "length,share_percent,low,high,"));
    assert_null(strstr(shares, "pack")); /* paid once: no share of a call */
    assert_null(strchr(shares, '\''));
    assert_non_null(strstr(content(&f, "plots/phase-length.csv"), "pack (once)"));
    assert_non_null(strstr(content(&f, "plots/share-length.gp"), "AS_SHAPE = 'layer/block  causal, "));
    assert_non_null(strstr(content(&f, "plots/share-length-2.gp"), "AS_SHAPE = 'content/topk:k=16  causal, "));
    assert_non_null(strstr(content(&f, "plots/share-length.gp"), "AS_Y_HIGH = 1.0"));
    if (has_gnuplot)
        assert_legend(&f, "plots/share-length.svg", "pro’jections");
    finish(&f, "phases");
}

/* Core T T ns against 1500 T ns; alone, flash runs at half the rate of the projections: 4 D / 2 by time. */
static void a_layer_says_where_it_crosses(void **state)
{
    (void)state;
    folder f = folder_new();
    uint64_t random = 3;
    as_text phases = {0};
    f.machine = FAST;
    as_table_header(&as_phase_schema, &phases);
    for (uint64_t T = 256; T <= 4096; T *= 2) {
        as_case *c = folder_case(&f, "layer/block", "causal", T, 0);
        folder_measure(&f, c, (double)(T * T), 0, &random);
        const as_phase_time rows[] = {{c->case_, 0, 0, "projections", 0, 1, 1000.0 * (double)T, 0},
                                      {c->case_, 0, 0, "core", 0, 1, (double)(T * T), 0},
                                      {c->case_, 0, 0, "output", 0, 1, 500.0 * (double)T, 0}};
        for (size_t i = 0; i < 3; i++)
            as_table_row(&as_phase_schema, &rows[i], &phases);
        static const char *const alone[] = {"attention/flash", "layer/projections"};
        for (uint64_t k = 0; k < 2; k++) {
            as_case *a = folder_case(&f, alone[k], "causal", T, 0);
            a->flops_useful = 50 * (k + 1) * 1000 * T;
            folder_measure(&f, a, 1000.0 * (double)T, 0, &random);
        }
    }
    folder_text(&f, "phases.csv", phases.data);
    as_text_free(&phases);
    chart(&f);
    const char *script = content(&f, "plots/phase-length.gp");
    assert_non_null(strstr(script, "'the core passes projections and output at T = 1500 = 2.93 D'"));
    assert_non_null(strstr(script, "'by FLOPs at 4 D; times 50 / 100 GFLOP/s, flash and projections alone: T = 1023'"));
    assert_non_null(strstr(content(&f, "plots/share-length.gp"), "AS_NOTE[2] = ['', '']"));
    finish(&f, "layer");
}

static void decoding_below_the_bandwidth(void **state)
{
    (void)state;
    folder f = folder_new();
    uint64_t random = 3;
    f.machine =
        "{\"cpu\": \"Test CPU\", \"cpus\": 4, \"fma_gflops\": {\"avx2\": 1e9}, \"read_gbs\": [300, 100, 30, 12],"
        " \"cache_bytes\": [32768, 1048576, 33554432]}";
    for (uint64_t S = 512; S <= 65536; S *= 2) {
        as_case *c = folder_case(&f, "attention/flash", "causal", 1, 0);
        c->context = c->edges = S;
        c->bytes_min = 4096 * S;
        folder_measure(&f, c, 4096.0 * (double)S / (S < 8192 ? 20 : 10), 0.01, &random);
    }
    chart(&f);
    const char *script = content(&f, "plots/decode-bandwidth.gp");
    assert_non_null(strstr(script, "'measured read bandwidth, L3, 1 thread: 30 GB/s'"));
    assert_non_null(strstr(script, "'measured read bandwidth, memory, 1 thread: 12 GB/s'"));
    assert_null(strstr(script, "bandwidth, L1"));
    assert_non_null(strstr(content(&f, "plots/decode-bandwidth.csv"), "context,gbs_min,low,high,"));
    finish(&f, "decode");
}

static void texts_stay_texts(void **state)
{
    (void)state;
    uint64_t random = 6;
    folder f = folder_new();
    char *odd = (char *)(uintptr_t)as_arena_printf(f.arena, "%s/a'b`touch pwned`\"$(touch pwned)@x\n", f.dir);
    assert_int_equal(mkdir(odd, 0777), 0);
    char old[64];
    strcpy(old, f.dir);
    static const char *const kernels[] = {"attention/" EVIL, "=cmd|' /C calc'!A0", "<tag attribute=\"1\">&",
                                          "a_b^{2}@c"};
    for (size_t k = 0; k < 4; k++)
        for (uint64_t T = 256; T <= 1024; T *= 2) {
            as_case *c = folder_case(&f, kernels[k], "file:" EVIL, T, 0);
            c->isa = k ? "avx2" : EVIL;
            c->dtype = EVIL;
            folder_measure(&f, c, 1e6 * (double)(T * (k + 1)), 0.02, &random);
        }
    f.machine = "{\"cpu\": \"x'; system('touch pwned'); `touch pwned` \\\" @a \\n set output '|touch pwned'\", "
                "\"cpus\": 1, \"fma_gflops\": {\"avx2\": 1e9}}";
    analyse(&f);
    as_charts charts;
    as_err err = {0};
    bool ok = as_chart_all(f.dir, &charts, &err);
    if (has_gnuplot) {
        if (!ok)
            fail_msg("%s", err.text);
        assert_legend(&f, "plots/time-length.svg", "a_b^{2}@c");
        assert_legend(&f, "plots/time-length.svg", "&lt;tag attribute=”1”>&amp;  file");
        assert_legend(&f, "plots/time-length.svg", "attention/x’; system(’touch pwned’)");
    }
    assert_false(exists(&f, "plots/pwned") || exists(&f, "pwned") || access("pwned", F_OK) == 0);
    /* Outside of the texts between single quotes there is nothing of a user's: take those away and look. */
    const char *script = content(&f, "plots/time-length.gp");
    bool quoted = false;
    for (const char *c = script; *c; c++) {
        if (*c == '\n')
            assert_false(quoted);
        if (*c == '#' && (c == script || c[-1] == '\n'))
            c += strcspn(c, "\n");
        quoted ^= *c == '\'';
        assert_false(!quoted && !strncmp(c, "pwned", 5));
        assert_false(*c == '`');
    }
    assert_true(strstr(script, "pwned") != NULL);
    for (const char *line = content(&f, "plots/time-length.csv"); line; line = strchr(line, '\n')) {
        line += *line == '\n';
        assert_false(strstr(line, "\"=") != NULL);
    }
    /* And a folder of an odd name. */
    strcpy(f.dir, odd + 0 > (char *)0 && strlen(odd) < sizeof f.dir ? odd : old);
    folder_write(&f);
    analyse(&f);
    ok = as_chart_all(f.dir, &charts, &err);
    assert_true(ok || !has_gnuplot);
    assert_false(exists(&f, "plots/pwned") || exists(&f, "pwned"));
    strcpy(f.dir, old);
    finish(&f, "odd");
}

/* Only some verdicts occur: each case must stand under its own one, for gnuplot does not count empty blocks of data. */
static void before_and_after(void **state)
{
    (void)state;
    uint64_t random = 9;
    folder f = folder_new();
    add_curve(&f, "attention/flash", "causal", 0, 4.5, 2048, &random);
    folder_write(&f);
    folder_text(&f, "verdicts.csv",
                "case,verdict,ratio,ratio_low,ratio_high,visible,gate\n"
                "k/a,same,1.001,0.995,1.007,0.01,time\nk/b,inconclusive,0.99,0.94,1.05,0.06,time\nk/"
                "c,same,1,0.99,1.01,0.01,time\n"
                "k/a,same,1,1,1,,flops\n");
    chart(&f);
    assert_non_null(strstr(content(&f, "plots/before-after.gp"), "array AS_LABEL[2] = ['same', 'inconclusive']"));
    const char *data = content(&f, "plots/before-after.csv"), *gap = strstr(data, "\n\n\n");
    assert_true(gap && !strstr(gap + 3, "\n\n\n") && data[strcspn(data, "\n") + 1] != '\n');
    assert_true(strstr(gap, "k/b") && !strstr(gap, "k/a") && !strstr(gap, "k/c"));
    if (has_gnuplot) {
        assert_legend(&f, "plots/before-after.svg", "inconclusive");
        assert_null(strstr(content(&f, "plots/before-after.svg"), "improved"));
    }
    finish(&f, "before-after");
}

static void plain_text(void **state)
{
    (void)state;
    as_arena *a = as_arena_create();
    assert_string_equal(as_chart_plain(a, "it's `a` \"b\" \\", 80), "it’s ’a’ ”b” ∖");
    assert_string_equal(as_chart_plain(a, "a\nb\tc\x7f", 80), "a b c ");
    assert_string_equal(as_chart_plain(a, "µ ∝ T² 你", 80), "µ ∝ T² 你");
    assert_string_equal(as_chart_plain(a, "\xff\xc0\xaf\xed\xa0\x80 \xe2\x82", 80), "?????"
                                                                                    "? ??");
    assert_string_equal(as_chart_plain(a, "0123456789", 6), "01234…");
    assert_string_equal(as_chart_plain(a, "012345", 6), "012345");
    assert_string_equal(as_chart_plain(a, NULL, 6), "?");
    assert_string_equal(as_chart_plain(a, "=1+1", 60), "’=1+1");
    as_arena_free(a);
}

/* The shortest texts that tell curves apart; what none tells apart has all that differs. */
static void names_at_the_ends(void **state)
{
    (void)state;
    as_arena *a = as_arena_create();
    const char *const crossed[] = {"flash", "causal", NULL, "flash", "window:w=8", NULL, "blas", "causal", NULL};
    const char **names = as_ends_name(a, crossed, 3, 3);
    assert_string_equal(names[0], "flash causal");
    assert_string_equal(names[1], "flash window:w=8");
    assert_string_equal(names[2], "blas causal");
    const char *const paired[] = {"naive", "causal", "gather", "window:w=8"};
    assert_string_equal(as_ends_name(a, paired, 2, 2)[1], "gather");
    assert_string_equal(as_ends_name(a, paired, 1, 2)[0], "naive");
    const char *const evil[] = {"'x`", "a", "\\\"", "a"};
    assert_string_equal(as_ends_name(a, evil, 2, 2)[0], "’x’");
    assert_string_equal(as_ends_name(a, evil, 2, 2)[1], "∖”");
    as_arena_free(a);
}

/* No two lines of text overlap, none leaves the chart, the order is that of the curves, and who is alone stays where it
 * is. */
static void ends_do_not_overlap(void **state)
{
    (void)state;
    as_arena *a = as_arena_create();
    uint64_t random = 4;
    const double pixels = 460, line = 15 / pixels;
    for (size_t count = 1; count <= 30; count++) {
        as_end ends[30] = {{.text = "x"}};
        for (size_t i = 0; i < count; i++)
            ends[i].height = count % 3 ? (double)(as_random_next(&random) % 1000) / 999 : 0.5;
        as_ends_spread(ends, count, pixels, a);
        for (size_t i = 0; i < count; i++) {
            assert_true(ends[i].place >= -1e-9 && ends[i].place <= 1 + 1e-9);
            bool alone = true;
            for (size_t k = 0; k < count; k++) {
                assert_true(i == k || fabs(ends[i].place - ends[k].place) > line - 1e-9);
                assert_true(!(ends[i].height > ends[k].height) || ends[i].place > ends[k].place);
                alone = alone && (i == k || fabs(ends[i].height - ends[k].height) > (double)count * line);
            }
            assert_true(!alone || fabs(ends[i].place - ends[i].height) < 1e-9);
        }
    }
    as_arena_free(a);
}

static void without_gnuplot(void **state)
{
    (void)state;
    uint64_t random = 7;
    folder f = folder_new();
    as_charts charts;
    as_err err = {0};
    char *path = strdup(getenv("PATH"));
    add_curve(&f, "attention/flash", "causal", 0, 4.5, 2048, &random);
    analyse(&f);
    setenv("PATH", f.dir, 1);
    assert_false(as_chart_all(f.dir, &charts, &err));
    setenv("PATH", path, 1);
    free(path);
    assert_int_equal(err.code, AS_EXIT_ENVIRONMENT);
    assert_non_null(strstr(err.text, "install gnuplot-nox"));
    assert_int_equal(charts.drawn, 0);
    assert_true(exists(&f, "plots/time-length.gp") && exists(&f, "plots/memory-length.gp"));
    assert_true(exists(&f, "plots/time-length.csv") && !exists(&f, "plots/time-length.svg"));
    finish(&f, "without");
}

/* A gnuplot that fails, says something and leaves half a picture. */
static void gnuplot_that_fails(void **state)
{
    (void)state;
    uint64_t random = 8;
    folder f = folder_new();
    as_charts charts;
    as_err err = {0};
    char *path = strdup(getenv("PATH")), fake[300], searched[8192];
    add_curve(&f, "attention/flash", "causal", 0, 4.5, 2048, &random);
    analyse(&f);
    folder_text(&f, "gnuplot",
                "#!/bin/sh\necho half > .unfinished-time-length.svg\necho '\"x\" line 3: no luck' >&2\nexit 1\n");
    snprintf(fake, sizeof fake, "%s/gnuplot", f.dir);
    chmod(fake, 0755);
    snprintf(searched, sizeof searched, "%s:%s", f.dir, path);
    setenv("PATH", searched, 1);
    assert_false(as_chart_all(f.dir, &charts, &err));
    setenv("PATH", path, 1);
    free(path);
    assert_int_equal(err.code, AS_EXIT_ENVIRONMENT);
    assert_non_null(strstr(err.text, "line 3: no luck"));
    assert_null(strchr(err.text, '\n'));
    assert_false(exists(&f, "plots/gflops-length.svg"));
    finish(&f, "fails");
}

/* Nothing varies: no chart, and no error. */
static void nothing_to_draw(void **state)
{
    (void)state;
    uint64_t random = 9;
    folder f = folder_new();
    as_charts charts;
    as_err err = {0};
    add_curve(&f, "attention/flash", "causal", 0, 4.5, 256, &random);
    analyse(&f);
    assert_true(as_chart_all(f.dir, &charts, &err));
    assert_int_equal(charts.drawn, 0);
    finish(&f, "nothing");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(before_and_after),
        cmocka_unit_test(names_at_the_ends),
        cmocka_unit_test(ends_do_not_overlap),
        cmocka_unit_test(plain_text),
        cmocka_unit_test(one_curve),
        cmocka_unit_test(four_curves),
        cmocka_unit_test(twelve_curves),
        cmocka_unit_test(other_axes),
        cmocka_unit_test(several_shapes),
        cmocka_unit_test(what_is_left_out),
        cmocka_unit_test(texts_stay_texts),
        cmocka_unit_test(without_gnuplot),
        cmocka_unit_test(gnuplot_that_fails),
        cmocka_unit_test(nothing_to_draw),
        cmocka_unit_test(phases_are_curves),
        cmocka_unit_test(a_layer_says_where_it_crosses),
        cmocka_unit_test(decoding_below_the_bandwidth),
    };
    setenv("ATTNSCOPE_HOME", TEST_SOURCE, 1);
    has_gnuplot = on_path("gnuplot");
    if (!has_gnuplot)
        print_message("gnuplot is not installed (gnuplot-nox): pictures are not tested, scripts are\n");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
