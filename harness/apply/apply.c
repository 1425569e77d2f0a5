/* apply.c: reads the user's arrays, runs one kernel on them, writes the output and fills the record about it.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <float.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../kernels/api/cpu.h"
#include "../../kernels/api/dtype.h"
#include "../../kernels/api/kernel_name.h"
#include "../model/problem.h"
#include "internal.h"

#define CHECK_SEED 1
#define CHECK_FLOPS 1e9 /* about a second of the float64 loops */

typedef struct {
    as_tensor q, k, v;
    as_pattern *pattern;
    as_problem problem;
    const as_entry *entry; /* the build that runs */
    as_bench bench;
    bool full; /* dense is full, not causal */
} job;

/* Checked first, so that nobody learns it after an hour's work. */
static bool check_writable(const char *option, const char *path, as_err *err)
{
    char folder[4096];
    struct stat st;
    const char *slash = strrchr(path, '/');
    const size_t n = slash ? (size_t)(slash - path) + 1 : 1;
    if (n >= sizeof folder)
        return as_fail(err, AS_EXIT_USAGE, "%s: the path is too long", option);
    memcpy(folder, slash ? path : ".", n);
    folder[n] = 0;
    errno = ENOTDIR;
    if (stat(folder, &st) != 0 || !S_ISDIR(st.st_mode) || access(folder, W_OK) != 0)
        return as_fail(err, AS_EXIT_ENVIRONMENT,
                       "%s %.300s: cannot be written: %s: name a folder that exists and is yours", option, path,
                       strerror(errno));
    if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
        return as_fail(err, AS_EXIT_ENVIRONMENT, "%s %.300s: is there and not a regular file: choose another name",
                       option, path);
    return true;
}

static bool check_outputs(const as_apply_request *request, as_err *err)
{
    if (request->mask && !strcmp(request->mask, request->out))
        return as_fail(err, AS_EXIT_USAGE, "--out and --save-mask both name %.300s: give two names", request->out);
    return check_writable("--out", request->out, err) &&
           (!request->mask || check_writable("--save-mask", request->mask, err));
}

static bool read_inputs(job *j, const as_apply_request *request, as_err *err)
{
    return as_tensor_open(&j->q, "q", request->q, err) && as_tensor_open(&j->k, "k", request->k, err) &&
           as_tensor_open(&j->v, "v", request->v, err) && as_tensors_agree(&j->q, &j->k, &j->v, &j->problem, err);
}

static bool set_scale(as_problem *p, double scale, as_err *err)
{
    if (!isnan(scale))
        p->scale = (float)scale;
    return isfinite(p->scale) || as_fail(err, AS_EXIT_USAGE, "--scale %g: does not fit a float32", scale);
}

static bool set_pattern(job *j, const char *text, as_err *err)
{
    as_problem *p = &j->problem;
    as_pattern_error error = {0};
    char why[300] = "";
    j->pattern = as_pattern_parse(text, &error);
    if (!j->pattern)
        return as_fail(err, AS_EXIT_USAGE, "--pattern '%.200s', column %zu: %s", text, error.column, error.what);
    if (!as_pattern_fits(j->pattern, p->length, p->context, why, sizeof why))
        return as_fail(err, AS_EXIT_USAGE, "--pattern '%.200s': %s", text, why);
    *p = as_problem_complete(*p, j->pattern, NULL);
    return as_mask_sees_future(p, &j->full, err);
}

static void copy_inputs(job *j, void (*warn)(const char *text))
{
    as_tensor *const all[] = {&j->q, &j->k, &j->v};
    for (size_t i = 0; i < 3; i++)
        as_tensor_copy(all[i], j->problem.dtype, j->bench.data[as_bench_operand(&j->bench, all[i]->name)], warn);
}

/* A kernel's promise is for normal arrays, whose v stay below about 3.5 and whose |q||k| below about (sqrt(d) + 4)^2.
 * An error grows as v does, and as the scores q.k do before they reach exp. */
static double allowed_error(const job *j)
{
    const as_problem *p = &j->problem;
    const double d = (double)p->head_dim, usual = pow(sqrt(d) + 4, 2) / sqrt(d);
    const double score = j->q.norm_largest * j->k.norm_largest * fabs((double)p->scale) / usual;
    const double v = j->v.largest > 1 ? fmax(1, j->v.largest / 3.5) : j->v.largest;
    return j->bench.kernel->tolerance(p) * v * fmax(1, score) + FLT_MIN;
}

static bool check_answer(job *j, size_t rows, as_arena *arena, as_applied *result, as_err *err)
{
    const as_problem *p = &j->problem;
    const as_bench *b = &j->bench;
    const size_t all = p->batch * p->heads * p->length;
    as_oracle_verdict verdict;
    rows = rows ? rows : as_oracle_rows(p, CHECK_FLOPS);
    rows = rows < all ? rows : all;
    if (!as_bench_check(b, rows, CHECK_SEED, &verdict, err))
        return false;
    result->rows = all;
    result->rows_checked = verdict.rows;
    result->error_max = verdict.error_max;
    result->error_allowed = allowed_error(j);
    result->verdict = result->error_max <= result->error_allowed ? "ok" : "bad";
    return as_mass(b, j->full, rows, CHECK_SEED, arena, result, err);
}

static void record_problem(const job *j, as_arena *arena, as_applied *result)
{
    const as_problem *p = &j->problem;
    char text[AS_KERNEL_TEXT_MAX];
    result->kernel = as_arena_intern(arena, as_kernel_text(j->bench.kernel, p->param, text));
    result->isa = as_isa_name(j->entry->isa);
    result->pattern = as_arena_intern(arena, as_pattern_text(j->pattern));
    result->dense = j->full ? "full" : "causal";
    result->dtype = as_dtype_name(p->dtype);
    result->batch = p->batch;
    result->heads = p->heads;
    result->kv_heads = p->kv_heads;
    result->length = p->length;
    result->context = p->context;
    result->head_dim = p->head_dim;
    result->threads = (uint64_t)p->threads;
    result->scale = (double)p->scale;
    result->edges = p->edges / p->heads;
}

static bool is_bf16(const job *j)
{
    return j->q.file.type == AS_NPY_U16 && j->k.file.type == AS_NPY_U16 && j->v.file.type == AS_NPY_U16;
}

bool as_apply(const as_apply_request *request, as_arena *arena, as_applied *result, as_err *err)
{
    job j = {.problem = {.struct_size = sizeof j.problem, .threads = request->threads}};
    as_problem *p = &j.problem;
    bool ok = false;
    memcpy(p->cache_bytes, request->cache_bytes, sizeof p->cache_bytes);
    as_record_clear(&as_applied_schema, result);
    if (!read_inputs(&j, request, err) || !set_pattern(&j, request->pattern, err) ||
        !set_scale(p, request->scale, err) || !check_outputs(request, err))
        goto done;
    j.entry = as_apply_open(&j.bench, request, is_bf16(&j), p, err);
    if (!j.entry)
        goto done;
    copy_inputs(&j, request->warn);
    record_problem(&j, arena, result);
    ok = (!request->mask || as_mask_write(p, request->mask, request->memory_bytes, err)) &&
         as_apply_time(&j.bench, request->calls, result, err) && check_answer(&j, request->rows, arena, result, err) &&
         as_apply_write(&j.bench, request->out, j.q.batched, err) &&
         (!request->turns || as_apply_turns(&j.bench, j.entry->isa, err));
done:
    as_bench_close(&j.bench);
    as_pattern_free(j.pattern);
    as_tensor_close(&j.v);
    as_tensor_close(&j.k);
    as_tensor_close(&j.q);
    return ok;
}
