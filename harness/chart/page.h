/* page.h: one chart: which curves stand on it, what they are called, and the numbers that gnuplot draws.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_CHART_PAGE_H
#define AS_CHART_PAGE_H

#include "../base/arena.h"
#include "../base/text.h"
#include "../model/curve.h"
#include "../model/machine_facts.h"

/* What a folder says, as far as charts go. */
typedef struct as_chart_input {
    as_summary *rows;
    size_t row_count;
    as_fit *fits;
    size_t fit_count;
    as_curve *curves;
    size_t curve_count;
    as_machine_facts machine;
    const char *sweep; /* the folder's name */
    as_arena *arena;
    /* The phases of shares.csv as if each were a case: its kernel is "layer/block: norm", its median the phase's. NULL
     * where there are none; within, `shares` stands beside `rows`. */
    const struct as_chart_input *phases;
    const as_share *shares;
    const struct as_chart_input *whole; /* within `phases`: the input that they are the phases of */
} as_chart_input;

/* What is drawn upwards. */
typedef struct {
    const char *name; /* the word behind "#: value" in plots/NAME.gp */
    const char *column; /* of y in plots/NAME.csv */
    enum { AS_TICKS_TIME, AS_TICKS_RATE, AS_TICKS_BYTES, AS_TICKS_SHARE } ticks;
    bool slope; /* the fitted tail slope goes into the legend */
    enum { AS_NO_ROOF, AS_ROOF_FMA, AS_ROOF_READ } roof; /* lines of the measured roofs */
    bool phases; /* of the phases of a kernel, not of the whole */
    /* y of in->rows[row], with its interval; false: this row has none */
    bool (*of)(const as_chart_input *in, size_t row, double *y, double *low, double *high);
} as_chart_value;

const as_chart_value *as_chart_value_find(const char *name);

/* What plots/NAME.gp says of itself in lines "#: axis length", "#: value time", "#: guides 1 2". */
typedef struct {
    char name[48];
    bool is_chart; /* it has an axis */
    as_axis axis;
    const as_chart_value *value;
    int guides[2]; /* powers of x; 0: none */
    as_text body;
} as_chart_kind;

typedef struct {
    const as_chart_kind *kind;
    const as_chart_input *in;
    const as_curve **curves;
    size_t count;
    const char *name;  /* of its files: time-length, time-length-2 */
    const char *shape; /* what all curves have in common, for the second line of the title */
    const char **labels;
    const char *note[2]; /* two lines within the chart; "" where there is nothing to say */
} as_page;

enum { AS_PAGE_CURVES = 14 }; /* more than these are spread over pages, one per shape, where there are several */

/* phases.c: in->phases from in->rows and the shares that belong to them. */
void as_chart_phases(as_chart_input *in, as_share *shares, size_t count);
/* Of a curve of in->phases: the phase, and the kernel that it is a phase of. */
const char *as_phase_name(const as_curve *c);
const char *as_phase_owner(const as_curve *c, as_arena *arena);

/* The charts of one kind: none where the sweep does not have the axis. */
as_page *as_pages_make(const as_chart_input *in, const as_chart_kind *kind, size_t *count);

/* plots/NAME.csv: one header row, then a block per curve with two blank lines between two: gnuplot's `index`, and one
 * table for readers that skip blank lines. */
void as_page_data(const as_page *page, as_text *out);

/* The variables that style.gp and NAME.gp expect: numbers, and texts that as_chart_plain has made harmless, in single quotes. */
void as_page_header(const as_page *page, as_text *out);

/* labels.c: `text` so that neither gnuplot, CSV, a spreadsheet nor SVG finds anything but text in it: quotes, backticks and
 * backslashes become typographic ones, control characters blanks, bytes that are not UTF-8 question marks; at most `most`
 * characters. */
const char *as_chart_plain(as_arena *arena, const char *text, size_t most);
/* labels.c: fills page->shape and page->labels. */
void as_page_label(as_page *page);
/* note.c: fills page->note. */
void as_page_note(as_page *page);
/* labels.c: what separates two shapes: everything of a curve but kernel, pattern and isa. */
const char *as_curve_shape(const as_chart_input *in, const as_curve *c);

/* ticks.c: `set xtics (...)` or `set ytics (...)` for [low, high]. */
void as_ticks_counts(as_text *out, const char *axis, const double *values, size_t count, double low, double high);
void as_ticks_edges(as_text *out, double low, double high);
void as_ticks_log(as_text *out, int kind, double low, double high);

#endif
