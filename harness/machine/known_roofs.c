/* known_roofs.c: the rates of an earlier result folder of this machine.
 * SPDX-License-Identifier: Apache-2.0 */
#include "known_roofs.h"

#include <math.h>
#include <string.h>

#include "read_json.h"

bool as_known_roofs(const char *dir, as_arena *arena, as_machine *m, as_err *err)
{
    as_machine_facts known;
    if (!as_machine_facts_read(dir, arena, &known, err))
        return false;
    if (!known.fingerprint || isnan(known.rate[AS_F32][AS_SCALAR][AS_ONE_CPU])) /* every machine runs scalar */
        return as_fail(err, AS_EXIT_USAGE,
                       "--roofs %s: no machine.json with measured roofs is there: name a folder of run", dir);
    if (strcmp(known.fingerprint, m->fingerprint))
        return as_fail(err, AS_EXIT_USAGE,
                       "--roofs %s: they are another machine's (%.20s, this is %.20s): leave --roofs away", dir,
                       known.fingerprint, m->fingerprint);
    memcpy(m->rate, known.rate, sizeof m->rate);
    memcpy(m->read_gbs, known.read_gbs, sizeof m->read_gbs);
    m->roofs_date = known.roofs_date;
    return true;
}
