/* synthetic.h: a result folder made up from a formula, so that what the analysis must find is known.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNTHETIC_H
#define SYNTHETIC_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/file.h"
#include "harness/model/records.h"
#include "kernels/common/random.h"

typedef struct {
    char dir[64];
    as_arena *arena;
    as_case *cases;
    size_t count, cap;
    as_sample *samples;
    size_t sample_count, sample_cap;
    const char *machine; /* text of machine.json; NULL: a usual one */
} folder;

#define SYNTHETIC_MACHINE                                                                                              \
    "{\"cpu\": \"Test CPU\", \"fingerprint\": \"abc\", \"cpus\": 4, \"isas\": [\"scalar\", \"avx2\", \"avx512\"],"     \
    " \"fma_gflops\": {\"scalar\": 8, \"avx2\": 80, \"avx512\": 150, \"neon\": null},"                                 \
    " \"fma_gflops_all\": {\"scalar\": 32, \"avx2\": 320, \"avx512\": 600},"                                           \
    " \"bf16_gflops\": {\"avx512\": 75, \"amx\": 1200}, \"bf16_gflops_all\": {\"avx512\": 300, \"amx\": 4800},"        \
    " \"read_gbs\": [300, 100, 30, 12], \"cache_bytes\": [32768, 1048576, 33554432]}"

static inline folder folder_new(void)
{
    folder f = {.arena = as_arena_create()};
    strcpy(f.dir, "/tmp/attnscope-XXXXXX");
    if (!mkdtemp(f.dir))
        abort();
    return f;
}

/* One-line cases: kernel, pattern, T; D = 512, H = 8, one thread, avx2, S = T. Returns the row to be changed; its edges
 * are those of causal or, given w > 0, of a window. */
static inline as_case *folder_case(folder *f, const char *kernel, const char *pattern, uint64_t T, uint64_t w)
{
    f->cases = as_arena_grow(f->arena, f->cases, &f->cap, f->count, sizeof *f->cases);
    as_case *c = &f->cases[f->count++];
    as_record_clear(&as_case_schema, c);
    c->kernel = kernel;
    c->mechanism = "attention";
    c->pattern = pattern;
    c->isa = "avx2";
    c->dtype = "f32";
    c->batch = 1;
    c->heads = c->kv_heads = 8;
    c->length = c->context = T;
    c->width = 512;
    c->head_dim = 64;
    c->threads = 1;
    c->cache = "warm";
    w = w && w < T ? w : T;
    c->edges = w * T - w * (w - 1) / 2;
    c->flops_useful = 4 * c->head_dim * c->edges * c->heads;
    c->flops_dense = 2 * T * (T + 1) * c->width;
    c->bytes_min = 16 * T * c->width;
    c->workspace_bytes = c->workspace_peak_bytes = 4096 * T;
    c->error_max = 1e-7;
    c->error_allowed = 1e-5;
    c->status = AS_STATUS_OK;
    return c;
}

/* The key, once the factors are as they shall be. */
static inline void folder_key(folder *f, as_case *c)
{
    c->case_ = as_arena_printf(f->arena, "%s/%s/%s/T%lu/S%lu/D%lu/H%lu/%lu", c->kernel, c->pattern, c->isa,
                               (unsigned long)c->length, (unsigned long)c->context, (unsigned long)c->width,
                               (unsigned long)c->heads, (unsigned long)c->threads);
}

static inline as_sample *folder_sample(folder *f, const as_case *c, uint64_t process, uint64_t batch, uint64_t calls,
                                       double ns)
{
    f->samples = as_arena_grow(f->arena, f->samples, &f->sample_cap, f->sample_count, sizeof *f->samples);
    as_sample *s = &f->samples[f->sample_count++];
    as_record_clear(&as_sample_schema, s);
    s->case_ = c->case_;
    s->process = process;
    s->batch = batch;
    s->order = process;
    s->calls = calls;
    s->wall_ns = ns * (double)calls;
    s->cpu_ns = ns * (double)calls;
    s->speed_index = 80;
    s->minor_faults = s->context_switches = 0;
    s->steal_ns = 0;
    return s;
}

/* The same ratio for every machine and seed: in [1 - noise, 1 + noise]. */
static inline double folder_noise(uint64_t *state, double noise)
{
    return 1 + noise * (2 * as_random_unit(as_random_next(state)) - 1);
}

/* 5 processes of 3 batches at `ns`. */
static inline void folder_measure(folder *f, as_case *c, double ns, double noise, uint64_t *random)
{
    folder_key(f, c);
    for (uint64_t p = 0; p < 5; p++) {
        double own = folder_noise(random, noise);
        for (uint64_t b = 0; b < 3; b++)
            folder_sample(f, c, p, b, 4, ns * own * folder_noise(random, noise / 10));
    }
}

static inline void folder_text(const folder *f, const char *name, const char *text)
{
    char path[200];
    as_err err = {0};
    snprintf(path, sizeof path, "%s/%s", f->dir, name);
    if (!as_file_write(path, text, strlen(text), &err)) {
        fprintf(stderr, "%s\n", err.text);
        abort();
    }
}

static inline void folder_write(folder *f)
{
    as_err err = {0};
    if (!as_table_write(&as_case_schema, f->cases, f->count, f->dir, &err) ||
        !as_table_write(&as_sample_schema, f->samples, f->sample_count, f->dir, &err)) {
        fprintf(stderr, "%s\n", err.text);
        abort();
    }
    folder_text(f, "machine.json", f->machine ? f->machine : SYNTHETIC_MACHINE);
}

static inline void folder_remove(folder *f)
{
    as_text command = {0};
    static const char *const names[] = {"cases.csv",  "samples.csv",    "machine.json",   "summary.csv",
                                        "fits.csv",   "benchmark.json", "crossovers.csv", "counters.csv",
                                        "phases.csv", "shares.csv"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        command.length = 0;
        as_text_add(&command, "%s/%s", f->dir, names[i]);
        unlink(command.data);
    }
    as_text_free(&command);
    rmdir(f->dir);
    as_arena_free(f->arena);
}

#endif
