/* test_apply.c: one kernel on the user's arrays: the output is attention, the record says what was done, and what
 * cannot be done is refused before any work. SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "harness/apply/internal.h"
#include "harness/model/problem.h"
#include "kernels/api/cpu.h"

enum { H = 2, T = 6, D = 8, N = H * T * D };

static char folder[] = "/tmp/attnscope-apply-XXXXXX";
static char paths[5][64];
static float q[N], k[N], v[N];
static as_arena *arena;

static void write_array(const char *path, const float *values, size_t heads)
{
    const size_t shape[3] = {heads, T, D};
    char why[300];
    assert_true(as_npy_write_f32(path, shape, 3, values, why, sizeof why));
}

static int setup(void **state)
{
    static const char *const names[] = {"q", "k", "v", "o", "mask"};
    const as_operand operand = AS_OPERAND("x", AS_IN, AS_FILL_NORMAL, AS_F32, N);
    (void)state;
    if (!mkdtemp(folder))
        return 1;
    for (int i = 0; i < 5; i++)
        snprintf(paths[i], sizeof paths[i], "%s/%s.npy", folder, names[i]);
    as_operand_fill(&operand, 1, q);
    as_operand_fill(&operand, 2, k);
    as_operand_fill(&operand, 3, v);
    write_array(paths[0], q, H);
    write_array(paths[1], k, H);
    write_array(paths[2], v, H);
    arena = as_arena_create();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    as_arena_free(arena);
    for (int i = 0; i < 5; i++)
        unlink(paths[i]);
    return rmdir(folder);
}

static as_apply_request usual(void)
{
    return (as_apply_request){.kernel = "attention/naive",
                              .pattern = "causal",
                              .q = paths[0],
                              .k = paths[1],
                              .v = paths[2],
                              .out = paths[3],
                              .scale = NAN,
                              .threads = 1,
                              .calls = 3,
                              .isas = as_cpu_isas()};
}

/* Causal attention of one element, in double. */
static double wanted(size_t h, size_t t, size_t c, double scale)
{
    double sum = 0, total = 0;
    for (size_t j = 0; j <= t; j++) {
        double score = 0;
        for (size_t i = 0; i < D; i++)
            score += (double)q[(h * T + t) * D + i] * (double)k[(h * T + j) * D + i];
        total += exp(scale * score);
        sum += exp(scale * score) * (double)v[(h * T + j) * D + c];
    }
    return sum / total;
}

static void is_attention(double scale)
{
    as_npy out;
    char why[300];
    assert_true(as_npy_open(&out, paths[3], 0, why, sizeof why));
    assert_true(out.rank == 3 && out.shape[0] == H && out.shape[1] == T && out.shape[2] == D);
    for (size_t i = 0; i < N; i++)
        assert_true(fabs((double)((const float *)out.data)[i] - wanted(i / D / T, i / D % T, i % D, scale)) < 1e-5);
    as_npy_close(&out);
}

static void the_output_is_attention(void **state)
{
    (void)state;
    as_apply_request request = usual();
    as_applied done;
    as_err err = {0};
    if (!as_apply(&request, arena, &done, &err))
        fail_msg("%s", err.text);
    is_attention(1 / sqrt(D));
    assert_string_equal(done.kernel, "attention/naive");
    assert_string_equal(done.verdict, "ok");
    assert_string_equal(done.dense, "causal");
    assert_string_equal(done.dtype, "f32");
    assert_true(done.heads == H && done.length == T && done.context == T && done.head_dim == D);
    assert_int_equal(done.edges, T * (T + 1) / 2);
    assert_true(done.rows == H * T && done.rows_checked == H * T);
    assert_true(done.calls == 3 && done.seconds >= done.seconds_min && done.seconds_min > 0);
    assert_true(isnan(done.prepare_seconds));
    assert_true(fabs(done.mass_kept_mean - 1) < 1e-12 && done.dense_error_max < 1e-5);
    request.scale = 0.5;
    assert_true(as_apply(&request, arena, &done, &err));
    is_attention(0.5);
    assert_true(done.scale == 0.5);
}

/* Of a window of one key a row keeps the weight of its own key; the first row keeps all. */
static void a_pattern_keeps_a_part(void **state)
{
    (void)state;
    as_apply_request request = usual();
    as_applied done;
    as_err err = {0};
    double kept = 0, least = 1;
    request.kernel = "attention/flash", request.pattern = "window:w=1", request.mask = paths[4];
    if (!as_apply(&request, arena, &done, &err))
        fail_msg("%s", err.text);
    for (size_t h = 0; h < H; h++)
        for (size_t t = 0; t < T; t++) {
            double own = 0, total = 0;
            for (size_t j = 0; j <= t; j++) {
                double score = 0;
                for (size_t i = 0; i < D; i++)
                    score += (double)q[(h * T + t) * D + i] * (double)k[(h * T + j) * D + i];
                own = exp(score / sqrt(D));
                total += own;
            }
            kept += own / total / (H * T);
            least = fmin(least, own / total);
        }
    assert_true(fabs(done.mass_kept_mean - kept) < 1e-6);
    assert_true(fabs(done.mass_kept_min - least) < 1e-6);
    as_npy mask;
    char why[300];
    assert_true(as_npy_open(&mask, paths[4], 0, why, sizeof why));
    assert_true(mask.type == AS_NPY_BOOL && mask.rank == 2);
    for (size_t i = 0; i < T * T; i++)
        assert_int_equal(((const unsigned char *)mask.data)[i], i / T == i % T);
    as_npy_close(&mask);
    unlink(paths[4]);
}

static void refuse(const as_apply_request *request, as_exit code, const char *with)
{
    as_applied done;
    as_err err = {0};
    unlink(paths[3]);
    assert_false(as_apply(request, arena, &done, &err));
    assert_int_equal(err.code, code);
    if (!strstr(err.text, with))
        fail_msg("'%s' lacks '%s'", err.text, with);
    assert_int_not_equal(access(paths[3], F_OK), 0); /* no output */
}

static void what_cannot_be_done_is_refused(void **state)
{
    (void)state;
    as_apply_request r = usual();
    r.kernel = "attention/flush";
    refuse(&r, AS_EXIT_USAGE, "the nearest is attention/flash");
    r = usual(), r.kernel = "kernelised/performer:m=0";
    refuse(&r, AS_EXIT_USAGE, "m of kernelised/performer");
    r = usual(), r.kernel = "layer/norm";
    refuse(&r, AS_EXIT_USAGE, "does not work on q, k and v alone");
    r = usual(), r.pattern = "windw:w=1";
    refuse(&r, AS_EXIT_USAGE, "--pattern 'windw:w=1', column 1");
    r = usual(), r.pattern = "window:w=1"; /* naive takes causal and full */
    refuse(&r, AS_EXIT_USAGE, "--kernel attention/naive with --pattern 'window:w=1'");
    r = usual(), r.scale = 1e300;
    refuse(&r, AS_EXIT_USAGE, "does not fit a float32");
    r = usual(), r.memory_bytes = 10;
    refuse(&r, AS_EXIT_ENVIRONMENT, "of memory for these arrays, 10.0 B can be had");
    r = usual(), r.mask = r.out;
    refuse(&r, AS_EXIT_USAGE, "both name");
    r = usual(), r.q = "/nowhere/q.npy";
    refuse(&r, AS_EXIT_USAGE, "--q /nowhere/q.npy");
    r = usual(), r.out = "/nowhere/o.npy";
    refuse(&r, AS_EXIT_ENVIRONMENT, "--out /nowhere/o.npy: cannot be written");
}

static void future_is_seen_by_row(void **state)
{
    static const struct {
        const char *pattern;
        bool future;
    } known[] = {{"causal", false}, {"full", true}, {"window:w=3", false}, {"global:g=1", false}};
    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        as_pattern *pattern = as_pattern_parse(known[i].pattern, NULL);
        const as_problem sizes = {.batch = 1, .heads = 1, .kv_heads = 1, .length = 4, .context = 4, .head_dim = 1};
        const as_problem p = as_problem_complete(sizes, pattern, NULL);
        bool future;
        as_err err = {0};
        assert_true(as_mask_sees_future(&p, &future, &err));
        if (future != known[i].future)
            fail_msg("%s", known[i].pattern);
        as_pattern_free(pattern);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_output_is_attention),
        cmocka_unit_test(a_pattern_keeps_a_part),
        cmocka_unit_test(what_cannot_be_done_is_refused),
        cmocka_unit_test(future_is_seen_by_row),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
