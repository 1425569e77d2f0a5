/* loops.c: one of the roofs' loops on demand: what the machine does at most, in the same seconds as the program beside
 * it. SPDX-License-Identifier: Apache-2.0 */
#include "loops.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "../../kernels/roof/roof.h"
#include "../base/clock.h"
#include "../base/serve.h"
#include "roofs.h"

typedef struct {
    as_roof_flops flops;
    uint64_t rounds;
    as_roof_read read;
    const float *data;
    size_t bytes;
    float sink;
    uint64_t amount; /* of the last call: FLOPs or bytes */
} loop;

static uint64_t call_loop(void *state)
{
    loop *l = state;
    const uint64_t start = as_wall_ns();
    if (l->flops) {
        l->amount = l->flops(l->rounds, &l->sink);
    } else {
        l->amount = 0;
        for (uint64_t i = 0; i < l->rounds; i++)
            l->amount += l->read(l->data, l->bytes, &l->sink);
    }
    return as_wall_ns() - start;
}

/* How often the data are read in about one burst. */
static void calibrate_loop(loop *l)
{
    l->rounds = 1;
    while (call_loop(l) < AS_BURST_NS)
        l->rounds *= 2;
}

/* The faster of the two ways to read. */
static void choose_read(loop *l, const as_roof *roof)
{
    uint64_t best[2] = {UINT64_MAX, UINT64_MAX};
    l->read = roof->read[0];
    calibrate_loop(l);
    for (int i = 0; i < 8; i++) {
        l->read = roof->read[i % 2];
        const uint64_t ns = call_loop(l);
        best[i % 2] = ns < best[i % 2] ? ns : best[i % 2];
    }
    l->read = roof->read[best[1] < best[0]];
}

static bool serve_loop(loop *l, const char *name, const as_roof *roof, as_err *err)
{
    char what[100];
    call_loop(l);
    snprintf(what, sizeof what, "%s %s %llu %s", name, as_isa_name(roof->isa), (unsigned long long)l->amount,
             l->flops ? "FLOPs" : "bytes");
    return as_serve_text("--turns", what, call_loop, l, err);
}

static bool serve_read(const as_machine *m, const as_roof *roof, const char *name, int level, as_err *err)
{
    loop l = {.bytes = as_roof_set_bytes(m, level)};
    if (!l.bytes)
        return as_fail(err, AS_EXIT_ENVIRONMENT, "--turns %s: how large that cache is cannot be said here", name);
    float *data = as_roof_set(l.bytes);
    if (!data)
        return as_fail_memory(err);
    l.data = data;
    choose_read(&l, roof);
    const bool ok = serve_loop(&l, name, roof, err);
    munmap(data, l.bytes);
    return ok;
}

static bool serve_flops(const as_roof *roof, as_roof_flops flops, const char *name, as_err *err)
{
    loop l = {.flops = flops, .rounds = as_roof_calibrate(flops)};
    return serve_loop(&l, name, roof, err);
}

bool as_machine_serve(const as_machine *m, const char *name, uint32_t isas, as_err *err)
{
    static const char *const levels[] = {"l1", "l2", "l3", "memory"};
    for (int isa = AS_ISA_COUNT - 1; isa >= 0; isa--) {
        const as_roof *roof = isas & AS_ISA_BIT(isa) ? as_roof_find((as_isa)isa) : NULL;
        if (!roof)
            continue;
        for (int level = 0; level < 4; level++)
            if (!strcmp(name, levels[level]))
                return serve_read(m, roof, name, level, err);
        if (!strcmp(name, "fma") && roof->fma)
            return serve_flops(roof, roof->fma, name, err);
        if (!strcmp(name, "bf16") && as_roof_bf16(roof))
            return serve_flops(roof, as_roof_bf16(roof), name, err);
    }
    return as_fail(err, AS_EXIT_USAGE, "--turns %.40s: is fma, l1, l2, l3, memory, or bf16 where the CPU multiplies it",
                   name);
}
