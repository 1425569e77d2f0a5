/* values.c: what charts show of a case, up and across; a chart names it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "page.h"

#include <string.h>

static bool time_of(const as_chart_input *in, size_t row, double *y, double *low, double *high)
{
    const as_summary *r = &in->rows[row];
    *y = r->median_ns / 1e9;
    *low = isnan(r->median_low_ns) ? *y : r->median_low_ns / 1e9;
    *high = isnan(r->median_high_ns) ? *y : r->median_high_ns / 1e9;
    return *y > 0;
}

/* The interval of the rate is that of the time, turned over. */
static bool turned(const as_summary *r, double rate, double *y, double *low, double *high)
{
    *y = rate;
    *low = isnan(r->median_high_ns) ? rate : rate * r->median_ns / r->median_high_ns;
    *high = isnan(r->median_low_ns) ? rate : rate * r->median_ns / r->median_low_ns;
    return rate > 0;
}

static bool rate_of(const as_chart_input *in, size_t row, double *y, double *low, double *high)
{
    return turned(&in->rows[row], in->rows[row].gflops_useful, y, low, high);
}

/* Of decoding: with more queries than one the bytes are no longer what takes the time. */
static bool bandwidth_of(const as_chart_input *in, size_t row, double *y, double *low, double *high)
{
    const as_summary *r = &in->rows[row];
    return r->length == 1 && turned(r, r->gbs_min, y, low, high);
}

static bool workspace_of(const as_chart_input *in, size_t row, double *y, double *low, double *high)
{
    const as_summary *r = &in->rows[row];
    *y = *low = *high = (double)r->workspace_peak_bytes;
    return r->workspace_peak_bytes != AS_NO_COUNT;
}

static bool share_of(const as_chart_input *in, size_t row, double *y, double *low, double *high)
{
    const as_share *s = &in->shares[row];
    *y = 100 * s->share;
    *low = isnan(s->share_low) ? *y : 100 * s->share_low;
    *high = isnan(s->share_high) ? *y : 100 * s->share_high;
    return *y >= 0 && *y < 100; /* all of it: a kernel with a single phase beside what is paid once */
}

static bool speedup_of(const as_chart_input *in, size_t row, double *y, double *low, double *high)
{
    return turned(&in->rows[row], in->rows[row].speedup, y, low, high);
}

static bool percent_of(const as_chart_input *in, size_t row, double *y, double *low, double *high)
{
    return turned(&in->rows[row], in->rows[row].percent_of_roof, y, low, high);
}

/* What is done for each FLOP that is asked for: padding, and work that the mask throws away. */
static bool executed_of(const as_chart_input *in, size_t row, double *y, double *low, double *high)
{
    const as_case *c = in->cases ? &in->cases[row] : NULL;
    if (!c || c->flops_executed == AS_NO_COUNT || c->flops_useful == AS_NO_COUNT || !c->flops_useful)
        return false;
    *y = *low = *high = (double)c->flops_executed / (double)c->flops_useful;
    return true;
}

static const as_chart_value values[] = {
    {"time", "median_s", AS_TICKS_TIME, true, AS_NO_ROOF, false, time_of},
    {"gflops", "gflops_useful", AS_TICKS_RATE, false, AS_ROOF_FMA, false, rate_of},
    {"roofline", "gflops_useful", AS_TICKS_RATE, false, AS_ROOFLINE, false, rate_of},
    {"percent", "percent_of_roof", AS_TICKS_SHARE, false, AS_NO_ROOF, false, percent_of},
    {"speedup", "speedup", AS_TICKS_RATE, false, AS_LINE_ONE, false, speedup_of},
    {"executed", "executed_per_useful", AS_TICKS_RATE, false, AS_LINE_ONE, false, executed_of},
    {"bandwidth", "gbs_min", AS_TICKS_RATE, false, AS_ROOF_READ, false, bandwidth_of},
    {"workspace", "workspace_peak_bytes", AS_TICKS_BYTES, false, AS_NO_ROOF, false, workspace_of},
    {"phase-time", "median_s", AS_TICKS_TIME, false, AS_NO_ROOF, true, time_of},
    {"phase-share", "share_percent", AS_TICKS_SHARE, false, AS_NO_ROOF, true, share_of},
};

const as_chart_value *as_chart_value_find(const char *name)
{
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        if (!strcmp(values[i].name, name))
            return &values[i];
    return NULL;
}

/* Of all pairs that dense attention of the shape has. */
static double density_of(const as_summary *r)
{
    const double t = (double)r->length, s = (double)r->context;
    const double pairs = s >= t ? t * s - t * (t - 1) / 2 : t * s;
    return r->edges == AS_NO_COUNT ? NAN : 100 * (double)r->edges / pairs;
}

static double intensity_of(const as_summary *r) { return r->intensity; }

static const as_chart_across acrosses[] = {
    {"density", AS_AXIS_EDGES, false, density_of},
    {"intensity", AS_AXIS_LENGTH, true, intensity_of},
};

const as_chart_across *as_chart_across_find(const char *name)
{
    for (size_t i = 0; i < sizeof acrosses / sizeof *acrosses; i++)
        if (!strcmp(acrosses[i].name, name))
            return &acrosses[i];
    return NULL;
}
