/* settle.c: rank, measure, rank again.
 * SPDX-License-Identifier: Apache-2.0 */
#include "settle.h"

#include <string.h>

#include "../machine/machine.h"
#include "measure.h"

enum { ROUNDS_MAX = 4 };

static bool check_machine(const as_choose_source *source, const as_findings *f, as_arena *arena, as_err *err)
{
    as_machine here;
    as_machine_describe(&here, arena);
    if (source->across || (f->machine.fingerprint && !strcmp(f->machine.fingerprint, here.fingerprint)))
        return true;
    return as_fail(
        err, AS_EXIT_USAGE,
        "%s: was measured on another machine (%.20s, this is %.20s): measure here, or add --across to choose for "
        "that one",
        source->dir, f->machine.fingerprint ? f->machine.fingerprint : "unknown", here.fingerprint);
}

static bool rank(const as_choose_source *source, as_choose_ask *ask, as_arena *arena, as_chosen *chosen, as_err *err)
{
    as_findings f;
    if (!as_choose_read(source->dir, arena, &f, err) || !check_machine(source, &f, arena, err))
        return false;
    ask->cases = f.cases;
    ask->rows = f.summary;
    ask->count = f.case_count;
    ask->fits = f.fits;
    ask->fit_count = f.fit_count;
    return as_choose(ask, arena, chosen, err);
}

bool as_choose_settle(const as_choose_source *source, as_choose_ask *ask, as_arena *arena, as_chosen *chosen,
                      as_err *err)
{
    size_t missing = source->measure;
    if (!rank(source, ask, arena, chosen, err))
        return false;
    for (int round = 0; round < ROUNDS_MAX && missing; round++)
        if (!as_choose_measure(source->dir, ask, chosen, source->selection, arena, &missing, err) ||
            (missing && !rank(source, ask, arena, chosen, err)))
            return false;
    return true;
}
