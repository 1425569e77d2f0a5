/* predict.c: shares of the roof are guesses that were true within a factor of three on one AVX-512 machine.
 * SPDX-License-Identifier: Apache-2.0 */
#include "predict.h"

#include "../base/text.h"

#define GFLOPS_UNKNOWN 20.0 /* one thread of a modest machine */
#define BYTES_PER_S 8e9     /* one thread from memory */
#define START_S 0.03        /* exec, libraries, allocation, oracle, speed loops around the batches */
#define BATCH_S 5e-3        /* the shortest batch */
#define WARM_UP_S 0.1       /* left out where a single call is longer */
#define PHASE_BATCHES 3     /* with a reading of the clock between phases; one where a single call is longer */
#define SETTLE_BATCHES 5    /* calibration and what follows it, before the timed ones */

/* Which share of the FMA roof a kernel reaches; the first row that matches. */
static const struct {
    const char *glob;
    double scalar, vector; /* built for the scalar isa, for any other */
} shares[] = {
    {"*/blas", 0.4, 0.4}, /* the library chooses its own isa */
    {"*/gather", 0.015, 0.06},
    {"*", 0.025, 0.4},
};

static double share_of(const as_entry *entry)
{
    size_t i = 0;
    while (!as_glob(shares[i].glob, entry->kernel->name))
        i++;
    return entry->isa == AS_SCALAR ? shares[i].scalar : shares[i].vector;
}

double as_predict_call(const as_entry *entry, int threads, const as_work *work, double gflops)
{
    double roof = (gflops > 0 ? gflops : GFLOPS_UNKNOWN) * 1e9 * threads;
    double compute = (double)work->flops_executed / (roof * share_of(entry));
    double memory = (double)work->bytes_min / BYTES_PER_S;
    return compute > memory ? compute : memory;
}

double as_predict_visit(const as_measure *m, double call_s, const as_kernel *kernel)
{
    double batch = call_s > BATCH_S ? call_s : BATCH_S;
    double warm_up = call_s > WARM_UP_S ? 0 : WARM_UP_S + SETTLE_BATCHES * batch;
    double apart = !kernel->phases[1].run ? 0 : call_s > WARM_UP_S ? batch : PHASE_BATCHES * batch;
    return START_S + 2 * call_s + warm_up + m->batches * batch + apart; /* 2: the checks before and after */
}
