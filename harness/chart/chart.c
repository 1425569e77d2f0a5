/* chart.c: a chart is a file in plots/ that says on its first lines which axis it has and what it shows;
 * each page of it becomes data, a script that stands alone, and two pictures.
 * SPDX-License-Identifier: Apache-2.0 */
#include "chart.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/file.h"
#include "../base/path.h"
#include "gnuplot.h"
#include "history.h"
#include "page.h"

#define SECONDS_PER_CHART 60.0

/* Of "#: axis length": the word or words behind the key; false where no such line is. */
static bool said(const as_text *body, const char *key, char out[64])
{
    as_text line = {0};
    as_text_add(&line, "#: %s ", key);
    const char *at = body->data ? strstr(body->data, line.data) : NULL;
    size_t skip = line.length;
    as_text_free(&line);
    if (!at)
        return false;
    snprintf(out, 64, "%.*s", (int)strcspn(at + skip, "\r\n"), at + skip);
    return true;
}

static bool read_kind(const char *plots, const char *file, as_chart_kind *kind, as_err *err)
{
    const as_path path = as_path_join(plots, "%s", file);
    char word[64];
    snprintf(kind->name, sizeof kind->name, "%.*s", (int)(strlen(file) - 3), file);
    if (!as_file_read(path.text, 1 << 20, &kind->body, err))
        return false;
    if (said(&kind->body, "set", word)) {
        kind->set = as_chart_set_find(word);
        kind->is_chart = true;
        return kind->set || as_fail(err, AS_EXIT_USAGE, "%s: '#: set' must be surface, reach or change", path.text);
    }
    if (!said(&kind->body, "axis", word))
        return true; /* style.gp, finish.gp */
    kind->across = as_chart_across_find(word);
    if (kind->across) {
        kind->axis = kind->across->axis;
        kind->is_chart = true;
    }
    const int axis = as_word_find(&as_axis_words, word, strlen(word));
    if (axis != AS_NO_WORD && axis != AS_AXIS_SURFACE) {
        kind->axis = (as_axis)axis;
        kind->is_chart = true;
    }
    if (!kind->is_chart)
        return as_fail(err, AS_EXIT_USAGE, "%s: there is no axis '%.40s'", path.text, word);
    kind->value = said(&kind->body, "value", word) ? as_chart_value_find(word) : NULL;
    if (!kind->value)
        return as_fail(err, AS_EXIT_USAGE,
                       "%s: '#: value' must be time, gflops, percent, roofline, speedup, executed, bandwidth, "
                       "workspace, phase-time or phase-share",
                       path.text);
    if (said(&kind->body, "guides", word))
        for (char *w = word, g = 0; *w && g < 2; w++)
            if (*w >= '1' && *w <= '3')
                kind->guides[(int)g++] = *w - '0';
    return true;
}

static int is_script(const struct dirent *entry)
{
    size_t length = strlen(entry->d_name);
    return length > 3 && length < 40 && !strcmp(entry->d_name + length - 3, ".gp") && entry->d_name[0] != '.' &&
           strspn(entry->d_name, "abcdefghijklmnopqrstuvwxyz0123456789-.") == length;
}

typedef struct {
    as_chart_kind *of;
    size_t count;
    as_text style, finish; /* before and after the script of every chart */
} kinds;

static bool read_kinds(kinds *all, as_arena *arena, as_err *err)
{
    char plots[PATH_MAX];
    struct dirent **names = NULL;
    as_chart_kind style = {.name = ""}, finish = {.name = ""};
    int count = as_home_path(plots, sizeof plots, "plots") ? scandir(plots, &names, is_script, alphasort) : -1;
    if (count < 0)
        return as_fail(err, AS_EXIT_ENVIRONMENT,
                       "the folder plots/ of attnscope is not found: set ATTNSCOPE_HOME to where it lies");
    bool ok = read_kind(plots, "style.gp", &style, err) && read_kind(plots, "finish.gp", &finish, err);
    all->style = style.body;
    all->finish = finish.body;
    all->of = as_arena_alloc(arena, ((size_t)count + 1) * sizeof *all->of);
    for (int i = 0; i < count; i++) {
        as_chart_kind *kind = &all->of[all->count];
        ok = ok && read_kind(plots, names[i]->d_name, kind, err);
        if (kind->is_chart)
            all->count++;
        else
            as_text_free(&kind->body);
        free(names[i]);
    }
    free(names);
    return ok;
}

static void free_kinds(kinds *all)
{
    for (size_t i = 0; i < all->count; i++)
        as_text_free(&all->of[i].body);
    as_text_free(&all->style);
    as_text_free(&all->finish);
}

/* cases.csv, where it has the same cases in the same order: the plan's counts. */
static const as_case *cases_of_rows(const as_folder_contents *folder)
{
    bool same = folder->case_count == folder->summary_count;
    for (size_t i = 0; same && i < folder->case_count; i++)
        same = folder->cases[i].case_ == folder->summary[i].case_; /* interned */
    return same ? folder->cases : NULL;
}

/* The folder of a duel has verdicts and needs no summary. */
static bool read_input(const char *dir, as_chart_input *in, as_err *err)
{
    as_folder_contents folder = as_folder_open(dir, in->arena);
    if (!as_folder_read(&folder, 0, AS_FOLDER_VERDICTS | AS_FOLDER_MACHINE, err) ||
        !as_folder_read(&folder, folder.verdict_count ? 0 : AS_FOLDER_SUMMARY | AS_FOLDER_FITS,
                        AS_FOLDER_CASES | AS_FOLDER_SHARES, err))
        return false;
    in->verdicts = folder.verdicts;
    in->verdict_count = folder.verdict_count;
    in->rows = folder.summary;
    in->row_count = folder.summary_count;
    in->fits = folder.fits;
    in->fit_count = folder.fit_count;
    in->machine = folder.machine;
    in->sweep = folder.name;
    in->curves = as_curves_find(in->rows, in->row_count, in->arena, &in->curve_count);
    as_chart_points(in);
    in->cases = cases_of_rows(&folder);
    as_chart_phases(in, folder.shares, folder.share_count);
    return true;
}

/* NAME.csv and NAME.gp. */
static bool write_script(const char *name, const as_text *header, const as_text *data, const as_text *body,
                         const kinds *all, const char *plots, as_err *err)
{
    as_text script = {0};
    as_text_add(&script, "# %s.gp: redraw with `gnuplot %s.gp` in this folder; the numbers are in %s.csv.\n", name,
                name, name);
    as_text_append(&script, header->data, header->length);
    const as_text *parts[] = {&all->style, body, &all->finish};
    for (size_t i = 0; i < 3; i++) {
        as_text_add(&script, "\n");
        as_text_append(&script, parts[i]->data ? parts[i]->data : "", parts[i]->length);
    }
    const bool ok = as_file_write(as_path_join(plots, "%s.csv", name).text, data->data, data->length, err) &&
                    as_file_write(as_path_join(plots, "%s.gp", name).text, script.data, script.length, err);
    as_text_free(&script);
    return ok;
}

static bool write_page(const as_page *page, const kinds *all, const char *plots, as_err *err)
{
    as_text data = {0}, header = {0};
    as_page_data(page, &data);
    as_page_header(page, &header);
    const bool ok = write_script(page->name, &header, &data, &page->kind->body, all, plots, err);
    as_text_free(&data);
    as_text_free(&header);
    return ok;
}

/* Scripts as they are written, to be drawn when all are there: how many of each kind depends on how many there are. */
typedef struct {
    const as_chart_input *in;
    const kinds *all;
    const char *plots;
    as_picture *pictures;
    size_t count, cap;
} easel;

static void add_picture(easel *e, const char *name, size_t page)
{
    e->pictures = as_arena_grow(e->in->arena, e->pictures, &e->cap, e->count, sizeof *e->pictures);
    e->pictures[e->count++] = (as_picture){name, page};
}

static bool write_set(easel *e, const as_chart_kind *kind, as_err *err)
{
    bool ok = true, made = true;
    for (size_t i = 0; ok && made; i++) {
        as_text data = {0}, header = {0};
        const char *name = i ? as_arena_printf(e->in->arena, "%s-%zu", kind->name, i + 1) : kind->name;
        as_text_add(&header, "AS_NAME = '%s'\nAS_DATA = '%s.csv'\n", name, name);
        made = kind->set->make(e->in, i, &data, &header);
        ok = !made || write_script(name, &header, &data, &kind->body, e->all, e->plots, err);
        if (made && ok)
            add_picture(e, name, i);
        as_text_free(&data);
        as_text_free(&header);
    }
    return ok;
}

static bool write_scripts(easel *e, as_err *err)
{
    for (size_t k = 0; k < e->all->count; k++) {
        size_t count = 0;
        if (e->all->of[k].set && !write_set(e, &e->all->of[k], err))
            return false;
        as_page *pages = e->all->of[k].set ? NULL : as_pages_make(e->in, &e->all->of[k], &count);
        for (size_t p = 0; p < count; p++) {
            if (!write_page(&pages[p], e->all, e->plots, err))
                return false;
            add_picture(e, pages[p].name, p);
        }
    }
    return true;
}

bool as_chart_all(const char *dir, as_charts *charts, as_err *err)
{
    as_chart_input in = {.arena = as_arena_create()};
    kinds all = {.count = 0};
    const as_path plots = as_path_join(dir, "plots");
    *charts = (as_charts){0, 0};
    easel e = {.in = &in, .all = &all, .plots = plots.text};
    bool ok = read_input(dir, &in, err) && read_kinds(&all, in.arena, err) && as_dir_create(plots.text, err) &&
              as_masks_draw(&in, plots.text, err) && write_scripts(&e, err) &&
              as_pictures_draw(plots.text, e.pictures, e.count, in.arena, charts, err);
    free_kinds(&all);
    as_arena_free(in.arena);
    return ok;
}

bool as_chart_history(const as_history_chart *chart, const char *dir, unsigned *drawn, as_err *err)
{
    as_arena *arena = as_arena_create();
    kinds all = {.count = 0};
    as_chart_kind own = {.name = ""};
    char home[PATH_MAX], name[40] = "history";
    const as_path plots = as_path_join(dir, "plots");
    *drawn = 0;
    bool ok = read_kinds(&all, arena, err) && as_home_path(home, sizeof home, "plots") &&
              read_kind(home, "history.gp", &own, err) && as_dir_create(plots.text, err);
    for (size_t at = 0, page = 1; ok && at < chart->count; page++) {
        as_text header = {0}, data = {0};
        if (page > 1)
            snprintf(name, sizeof name, "history-%zu", page);
        at = as_history_page(chart, at, name, arena, &header, &data);
        ok = write_script(name, &header, &data, &own.body, &all, plots.text, err) &&
             as_gnuplot_draw(plots.text, name, true, SECONDS_PER_CHART, err);
        *drawn += ok;
        as_text_free(&header);
        as_text_free(&data);
    }
    as_text_free(&own.body);
    free_kinds(&all);
    as_arena_free(arena);
    return ok;
}
