/* ticks.c: where the axes are marked, and the words at the marks: 512, 1k, 2k; 10 µs, 1 ms; 64 KiB. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>

#include "page.h"

static void tick(as_text *out, bool *first, const char *text, double at, bool minor)
{
    as_text_add(out, "%s'%s' %.9g%s", *first ? "" : ", ", minor ? "" : text, at, minor ? " 1" : "");
    *first = false;
}

static bool is_power_of_two(double v)
{
    int exponent;
    return frexp(v, &exponent) == 0.5;
}

/* At the measured x where these are few, else at the powers of two among them; marks that would touch are left out. */
void as_ticks_counts(as_text *out, const char *axis, const double *values, size_t count, double low, double high)
{
    char text[32];
    bool first = true;
    double last = 0, room = pow(high / low, count > 12 ? 0.075 : 0.05);
    as_text_add(out, "set %stics (", axis);
    for (size_t i = 0; i < count; i++) {
        if ((count > 12 && !is_power_of_two(values[i]) && values[i] != values[0]) || values[i] < last * room)
            continue;
        tick(out, &first, as_format_count(text, (uint64_t)values[i]), values[i], false);
        last = values[i];
    }
    as_text_add(out, ")\n");
}

static void rate_word(char text[32], double v) { snprintf(text, 32, "%g", v); }

static void scaled_word(char text[32], double v, double base, const char *const *units, size_t count)
{
    size_t u = 0;
    while (u + 1 < count && v >= base * (1 - 1e-9)) {
        v /= base;
        u++;
    }
    snprintf(text, 32, "%.4g%s%s", v, *units[u] ? " " : "", units[u]);
}

static void time_word(char text[32], double seconds)
{
    static const char *const units[] = {"ns", "µs", "ms", "s"};
    scaled_word(text, seconds * 1e9, 1000, units, 4);
}

static void bytes_word(char text[32], double bytes)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    scaled_word(text, bytes, 1024, units, 5);
}

/* Decades; with 2 and 5 in between where there are few. */
static void decades(as_text *out, const char *axis, double low, double high, void (*word)(char text[32], double v))
{
    double span = log10(high / low);
    bool first = true;
    char text[32];
    as_text_add(out, "set %stics (", axis);
    for (int e = (int)floor(log10(low)); e <= (int)ceil(log10(high)); e++)
        for (int m = 1; m < 10; m++) {
            double at = m * pow(10, e);
            bool named = m == 1 || (span < 2.6 && (m == 2 || m == 5)) || (span < 0.8 && m != 7 && m != 9);
            if (at < low * (1 - 1e-9) || at > high * (1 + 1e-9) || (span > 5 && m > 1))
                continue;
            word(text, at);
            tick(out, &first, text, at, !named);
        }
    as_text_add(out, ")\n");
}

static void edges_word(char text[32], double v)
{
    static const char *const units[] = {"", "k", "M", "G", "T"};
    size_t u = 0;
    for (; u < 4 && v >= 1000 * (1 - 1e-9); u++)
        v /= 1000;
    snprintf(text, 32, "%.4g%s", v, units[u]);
}

void as_ticks_edges(as_text *out, double low, double high) { decades(out, "x", low, high, edges_word); }

void as_ticks_plain(as_text *out, double low, double high) { decades(out, "x", low, high, rate_word); }

static void powers_of_two(as_text *out, double low, double high)
{
    int from = (int)ceil(log2(low) - 1e-9), to = (int)floor(log2(high) + 1e-9);
    int step = 1;
    bool first = true;
    char text[32];
    while ((to - from) / step > 8)
        step *= 2;
    as_text_add(out, "set ytics (");
    for (int e = from; e <= to; e++) {
        bytes_word(text, ldexp(1, e));
        if (e % step == 0)
            tick(out, &first, text, ldexp(1, e), false);
    }
    as_text_add(out, ")\n");
}

void as_ticks_log(as_text *out, int kind, double low, double high)
{
    if (kind == AS_TICKS_BYTES)
        powers_of_two(out, low, high);
    else
        decades(out, "y", low, high, kind == AS_TICKS_TIME ? time_word : rate_word);
}
