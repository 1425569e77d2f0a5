/* session.h: one run from its config to the samples in its folder, new or resumed.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_SWEEP_SESSION_H
#define AS_SWEEP_SESSION_H

#include "../base/signal.h"
#include "../folder/writer.h"
#include "../machine/machine.h"
#include "../plan/target.h"
#include "order.h"

/* What is asked for; texts as the user gave them, NULL where not given. */
typedef struct {
    const char *config_path; /* or `resume`, the folder of a run that ended early */
    const char *resume;
    const char *out;      /* the new folder; NULL: results/<name>-<UTC time> */
    const char *counters; /* groups with commas between, in place of the config's */
    const char *budget;   /* "10m", in place of the config's */
    const char *roofs;    /* a folder whose machine.json has this machine's roofs; NULL: they are measured */
    as_selection selection;
} as_run_request;

typedef struct {
    /* From the caller. */
    as_run_request ask;
    as_stop_flag *stop;
    void (*progress)(void *state, const as_progress *progress); /* of every visit; NULL: none */
    void *state;                                                /* of progress */
    as_err *err;

    /* From here on filled by the functions below. */
    as_arena *arena;
    as_config config;
    as_machine machine;
    as_plan plan;
    as_folder *folder;
    as_case **rows; /* those that the folder's cases.csv holds */
    size_t count;
    size_t failed; /* cases, an earlier part of the run included */
    const char **events;
    as_sample *earlier;
    size_t earlier_count;
    bool has_roofs; /* the folder that is resumed */
    as_sweep_result result;
    uint64_t rewritten_ns; /* when cases.csv was written last */
} as_run_session;

/* Reads the config, describes the machine and plans the cases. Nothing is written yet. */
bool as_run_prepare(as_run_session *s);
/* Creates the folder, or takes up the one that is resumed, and measures the machine's roofs. */
bool as_run_open(as_run_session *s);
/* Measures what is missing. `result` says how it ended; false when the environment failed. */
bool as_run_measure(as_run_session *s);
/* Frees what the session holds; also after a failure. */
void as_run_close(as_run_session *s);

#endif
