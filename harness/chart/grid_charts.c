/* grid_charts.c: what the charts have in common that are not made of curves. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>

#include "page.h"

const as_chart_set *as_chart_set_find(const char *name)
{
    static const as_chart_set sets[] = {
        {"surface", as_set_surface}, {"reach", as_set_reach}, {"change", as_set_change}};
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++)
        if (!strcmp(sets[i].name, name))
            return &sets[i];
    return NULL;
}

void as_set_header(const as_chart_input *in, const char *shape, size_t key_rows, as_text *out)
{
    as_text_add(out,
                "AS_MACHINE = '%s'\nAS_SWEEP = '%s'\nAS_SHAPE = '%s'\nAS_KEY_ROWS = %zu\nAS_GUIDES = 0\nAS_ROOFS = 0\n",
                as_chart_plain(in->arena, in->machine.name ? in->machine.name : "unknown machine", 60),
                as_chart_plain(in->arena, in->sweep, 60), as_chart_plain(in->arena, shape, 110), key_rows);
}

void as_set_range(as_text *out, double x_low, double x_high, double y_low, double y_high)
{
    as_text_add(out, "AS_LOG_Y = 0\nAS_X_LOW = %.9g\nAS_X_HIGH = %.9g\nAS_Y_LOW = %.9g\nAS_Y_HIGH = %.9g\n", x_low,
                x_high, y_low, y_high);
}

const char *as_set_name(const as_chart_input *in, const as_summary *row)
{
    return as_arena_printf(in->arena, "%s  %s", as_chart_plain(in->arena, row->kernel, 40),
                           as_chart_plain(in->arena, row->pattern, 56));
}

bool as_set_is_ok(const as_summary *row)
{
    return row->status == AS_STATUS_OK && row->median_ns > 0 && row->context == row->length;
}

const char *as_set_shape(const as_chart_input *in, const as_summary *row, const char *free)
{
    as_text out = {0};
    as_text_add(&out, "%s, %s cache, %" PRIu64 " thread%s, B=%" PRIu64 ", H=%" PRIu64, row->dtype ? row->dtype : "?",
                row->cache ? row->cache : "?", row->threads, row->threads == 1 ? "" : "s", row->batch, row->heads);
    if (row->kv_heads != row->heads)
        as_text_add(&out, ", Hkv=%" PRIu64, row->kv_heads);
    if (!strchr(free, 'T'))
        as_text_add(&out, ", T=%" PRIu64, row->length);
    if (!strchr(free, 'D'))
        as_text_add(&out, ", D=%" PRIu64, row->width);
    if (row->machine)
        as_text_add(&out, ", %s", row->machine);
    return as_text_keep(&out, in->arena);
}
