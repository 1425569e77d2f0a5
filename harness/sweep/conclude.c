/* conclude.c: the stages behind measuring, in their order.
 * SPDX-License-Identifier: Apache-2.0 */
#include "conclude.h"

#include "../analyse/analyse.h"
#include "../chart/chart.h"
#include "../narrate/findings_print.h"
#include "../report/report.h"

bool as_conclude_table(const char *dir, as_text *table, as_err *err)
{
    as_findings findings;
    as_arena *arena = as_arena_create();
    const bool ok = as_analyse(dir, arena, &findings, err) && as_findings_write(&findings, dir, err);
    if (ok)
        as_findings_print(&findings, table);
    as_arena_free(arena);
    return ok;
}

bool as_conclude_pages(const char *dir, as_err *err)
{
    as_charts charts;
    const bool drawn = as_chart_all(dir, &charts, err);
    return as_report_write(dir, drawn ? err : NULL) && drawn;
}
