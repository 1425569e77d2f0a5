/* charts.c: the pictures in plots/, each within the page as an image of its own: no script of theirs runs, no id
 * collides. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/file.h"
#include "../base/path.h"
#include "parts.h"

#define SVG_MOST ((size_t)32 << 20)
#define SAFE "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.!~*()/:;=?@,+$ "

static int is_picture(const struct dirent *entry)
{
    const size_t length = strlen(entry->d_name);
    return length > 4 && !strcmp(entry->d_name + length - 4, ".svg") && entry->d_name[0] != '.' &&
           strspn(entry->d_name, "abcdefghijklmnopqrstuvwxyz0123456789-.") == length;
}

/* What people look at first comes first; the rest by name. */
static size_t rank(const char *name)
{
    static const char *const first[] = {"before-after", "time-",    "crossover", "surface", "speedup",
                                        "roof",         "gflops",   "decode",    "reach",   "percent",
                                        "memory",       "executed", "phase",     "share",   "mask"};
    size_t i = 0;
    while (i < sizeof first / sizeof *first && strncmp(name, first[i], strlen(first[i])) != 0)
        i++;
    return i;
}

static int by_rank(const struct dirent **a, const struct dirent **b)
{
    const size_t p = rank((*a)->d_name), q = rank((*b)->d_name);
    return p != q ? (p < q ? -1 : 1) : strverscmp((*a)->d_name, (*b)->d_name);
}

/* The text between single quotes behind the last `key` in the chart's script: what gnuplot was told to write there. */
static void add_quoted(as_text *out, const as_text *script, const char *key)
{
    const char *at = NULL;
    for (const char *c = script->data; c && (c = strstr(c, key)); c += strlen(key))
        at = c + strlen(key);
    as_text_append(out, at ? at : "", at ? strcspn(at, "'\n") : 0);
}

static void add_uri(as_text *out, const as_text *svg)
{
    for (size_t i = 0; i < svg->length;) {
        const size_t plain = strspn(svg->data + i, SAFE);
        as_text_append(out, svg->data + i, plain);
        i += plain;
        if (i < svg->length)
            as_text_add(out, "%%%02X", (unsigned char)svg->data[i++]);
    }
}

static void add_figure(const char *name, const as_text *svg, const as_text *script, as_text *out)
{
    as_text title = {0}, shape = {0};
    add_quoted(&title, script, "set label 1 '");
    add_quoted(&shape, script, "AS_SHAPE = '");
    const bool drawn = script->length > 0; /* by gnuplot; a mask is a picture alone */
    as_text_add(out, "<figure%s>\n<div><img loading=\"lazy\" alt=\"", drawn ? "" : " class=\"small\"");
    as_html_text(out, title.length ? title.data : name);
    as_text_add(out, shape.length ? ": " : "");
    as_html_text(out, shape.data);
    as_text_add(out, "\" src=\"data:image/svg+xml,");
    add_uri(out, svg);
    as_text_add(out, "\"></div>\n<figcaption>%s: ", name);
    static const char *const forms[] = {"svg", "png", "csv", "gp"};
    for (size_t i = 0; i < (drawn ? sizeof forms / sizeof *forms : 1); i++)
        as_text_add(out, "%s<a href=\"plots/%s.%s\">%s</a>", i ? ", " : "", name, forms[i], forms[i]);
    as_text_add(out, "</figcaption>\n</figure>\n");
    as_text_free(&title);
    as_text_free(&shape);
}

/* A picture that cannot be read, or is none, is left out: the page is worth more than one chart. */
static bool add_chart(const char *dir, const char *file, as_text *out)
{
    char name[NAME_MAX + 1];
    as_text svg = {0}, script = {0};
    snprintf(name, sizeof name, "%.*s", (int)(strlen(file) - 4), file);
    const bool read = as_file_read(as_path_join(dir, "%s", file).text, SVG_MOST, &svg, NULL) && svg.length;
    const as_path gp = as_path_join(dir, "%s.gp", name);
    if (as_file_exists(gp.text))
        as_file_read(gp.text, SVG_MOST, &script, NULL);
    if (read)
        add_figure(name, &svg, &script, out);
    as_text_free(&svg);
    as_text_free(&script);
    return read;
}

size_t as_report_charts(const as_report *r, as_text *out)
{
    char plots[PATH_MAX];
    struct dirent **names = NULL;
    size_t shown = 0;
    snprintf(plots, sizeof plots, "%s/plots", r->in.dir);
    const int count = scandir(plots, &names, is_picture, by_rank);
    for (int i = 0; i < count; i++) {
        shown += add_chart(plots, names[i]->d_name, out);
        free(names[i]);
    }
    free(names);
    return shown;
}
