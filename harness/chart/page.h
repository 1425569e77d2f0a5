/* page.h: one chart: which curves stand on it, what they are called, and the numbers that gnuplot draws.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_CHART_PAGE_H
#define AS_CHART_PAGE_H

#include "../base/arena.h"
#include "../base/err.h"
#include "../base/text.h"
#include "../model/curve.h"
#include "../folder/reader.h"

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
    /* The same rows, with a curve for every kernel, pattern, isa and dtype, whatever varies along it; NULL
     * where there are fewer than two. */
    const struct as_chart_input *points;
    const as_verdict *verdicts; /* of a duel's folder */
    size_t verdict_count;
    const as_case *cases; /* of the same rows; NULL where cases.csv is not there or has others */
} as_chart_input;

/* What is drawn upwards. */
typedef struct {
    const char *name;   /* the word behind "#: value" in plots/NAME.gp */
    const char *column; /* of y in plots/NAME.csv */
    enum { AS_TICKS_TIME, AS_TICKS_RATE, AS_TICKS_BYTES, AS_TICKS_SHARE } ticks;
    bool slope; /* the fitted tail slope goes into the legend */
    enum {
        AS_NO_ROOF,
        AS_ROOF_FMA,
        AS_ROOF_READ,
        AS_ROOFLINE,
        AS_LINE_ONE
    } roof;      /* lines of the measured roofs; or 1 is always in sight */
    bool phases; /* of the phases of a kernel, not of the whole */
    /* y of in->rows[row], with its interval; false: this row has none */
    bool (*of)(const as_chart_input *in, size_t row, double *y, double *low, double *high);
} as_chart_value;

const as_chart_value *as_chart_value_find(const char *name);

/* What is drawn across, where it is not the axis of a curve itself. */
typedef struct {
    const char *name; /* a word behind "#: axis" */
    as_axis axis;     /* of the curves */
    bool points;      /* the curves are those of in->points */
    double (*of)(const as_summary *row);
} as_chart_across;

const as_chart_across *as_chart_across_find(const char *name);

/* A chart that is not made of curves: page `index` of it, as NAME.csv and as the variables of its script; false: there
 * is none. Its texts are plain already. */
typedef struct {
    const char *name; /* the word behind "#: set" */
    bool (*make)(const as_chart_input *in, size_t index, as_text *data, as_text *header);
} as_chart_set;

const as_chart_set *as_chart_set_find(const char *name);

/* grid_charts.c: the variables that style.gp expects of every chart, but for its range: AS_LOG_Y, AS_X_LOW, ... */
void as_set_header(const as_chart_input *in, const char *shape, size_t key_rows, as_text *out);
void as_set_range(as_text *out, double x_low, double x_high, double y_low, double y_high);
/* grid_charts.c: "attention/flash  causal" */
const char *as_set_name(const as_chart_input *in, const as_summary *row);
bool as_set_is_ok(const as_summary *row);
/* grid_charts.c: what a row shares with those that differ in kernel, pattern, isa and what `free` names ("T", "TD");
 * interned. */
const char *as_set_shape(const as_chart_input *in, const as_summary *row, const char *free);

/* surface.c, reach.c, change.c */
bool as_set_surface(const as_chart_input *in, size_t index, as_text *data, as_text *header);
bool as_set_reach(const as_chart_input *in, size_t index, as_text *data, as_text *header);
bool as_set_change(const as_chart_input *in, size_t index, as_text *data, as_text *header);

/* masks.c: plots/mask-N.svg for every pattern swept, up to a number; not by gnuplot, so not counted as drawn. */
bool as_masks_draw(const as_chart_input *in, const char *plots, as_err *err);

/* What plots/NAME.gp says of itself in lines "#: axis length", "#: value time", "#: guides 1 2". */
typedef struct {
    char name[48];
    bool is_chart; /* it has an axis */
    as_axis axis;
    const as_chart_across *across; /* NULL: the axis itself */
    const as_chart_value *value;
    const as_chart_set *set; /* in place of an axis and a value */
    int guides[2];           /* powers of x; 0: none */
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
/* points.c: in->points from in->rows. */
void as_chart_points(as_chart_input *in);
/* Of a curve of in->phases: the phase, and the kernel that it is a phase of. */
const char *as_phase_name(const as_curve *c);
const char *as_phase_owner(const as_curve *c, as_arena *arena);

/* The charts of one kind: none where the sweep does not have the axis. */
as_page *as_pages_make(const as_chart_input *in, const as_chart_kind *kind, size_t *count);

/* plots/NAME.csv: one header row, then a block per curve with two blank lines between two: gnuplot's `index`, and one
 * table for readers that skip blank lines. */
void as_page_data(const as_page *page, as_text *out);

/* The variables that style.gp and NAME.gp expect: numbers, and texts that as_chart_plain has made harmless, in single
 * quotes. */
void as_page_header(const as_page *page, as_text *out);

/* labels.c: `text` so that neither gnuplot, CSV, a spreadsheet nor SVG finds anything but text in it: quotes, backticks
 * and backslashes become typographic ones, control characters blanks, bytes that are not UTF-8 question marks; at most
 * `most` characters. */
const char *as_chart_plain(as_arena *arena, const char *text, size_t most);
/* labels.c: fills page->shape and page->labels. */
void as_page_label(as_page *page);
/* labels.c: the parts of the curves' names, for as_ends_name; `width` of them each. */
const char *const *as_page_parts(const as_page *page, size_t *width);
/* layer_note.c: fills page->note. */
void as_page_note(as_page *page);
/* labels.c: what separates two shapes: everything of a curve but kernel, pattern and isa. */
const char *as_curve_shape(const as_chart_input *in, const as_curve *c);

/* A text in the margin at the right, beside the end of a curve or of a guide. */
typedef struct {
    const char *text; /* plain */
    double x;         /* of the end */
    double height;    /* of the end: 0 at the lower edge of the chart, 1 at the upper */
    double place;     /* of the text, the same way */
} as_end;

/* end_labels.c: plain texts of parts[count][width], the shortest that tell each from the others. */
const char **as_ends_name(as_arena *arena, const char *const *parts, size_t count, size_t width);
/* end_labels.c: sets the places: no two texts overlap in a chart of `pixels`. */
void as_ends_spread(as_end *ends, size_t count, double pixels, as_arena *arena);
/* end_labels.c: the variables of style.gp for the ends of `curves` curves, behind which those of the guides follow, up
 * to `count`. */
void as_ends_header(as_end *ends, size_t count, size_t curves, double pixels, as_arena *arena, as_text *out);

/* ticks.c: `set xtics (...)` or `set ytics (...)` for [low, high]. */
void as_ticks_counts(as_text *out, const char *axis, const double *values, size_t count, double low, double high);
void as_ticks_edges(as_text *out, double low, double high);
void as_ticks_plain(as_text *out, double low, double high);
void as_ticks_log(as_text *out, int kind, double low, double high);

#endif
