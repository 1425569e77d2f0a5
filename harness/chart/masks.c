/* masks.c: a picture of the mask of every pattern that was swept. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "../base/file.h"
#include "../theory/picture.h"
#include "page.h"

enum { MASKS_MOST = 16, LENGTH_MOST = 1024 };

/* The longest T that the pattern was swept at, so far as a picture can show it. */
static uint64_t length_of(const as_chart_input *in, const char *pattern)
{
    uint64_t length = 0;
    for (size_t i = 0; i < in->row_count; i++) {
        const as_summary *r = &in->rows[i];
        if (r->pattern == pattern && as_set_is_ok(r) && r->length > length && r->length <= LENGTH_MOST)
            length = r->length;
    }
    return length;
}

/* A pattern that cannot be read here, such as the file of another machine, has no picture. */
static bool draw_mask(const char *pattern, size_t length, const char *path, bool *made, as_err *err)
{
    as_pattern_error at;
    as_text svg = {0};
    char why[200];
    as_layers *s = as_layers_parse(pattern, &at);
    *made = s && as_layers_fits(s, length, length, why, sizeof why) && as_picture_svg(s, length, &svg, NULL);
    const bool ok = !*made || as_file_write(path, svg.data, svg.length, err);
    as_layers_free(s);
    as_text_free(&svg);
    return ok;
}

bool as_masks_draw(const as_chart_input *in, const char *plots, as_err *err)
{
    const char *seen[MASKS_MOST];
    size_t count = 0;
    unsigned made_count = 0;
    bool ok = true;
    for (size_t i = 0; ok && i < in->row_count && count < MASKS_MOST; i++) {
        const as_summary *r = &in->rows[i];
        bool known = !r->pattern || !r->mechanism || strcmp(r->mechanism, "attention") != 0, made = false;
        for (size_t k = 0; k < count; k++)
            known = known || seen[k] == r->pattern;
        const uint64_t length = known ? 0 : length_of(in, r->pattern);
        if (!length)
            continue;
        seen[count++] = r->pattern;
        ok = draw_mask(r->pattern, length, as_arena_printf(in->arena, "%s/mask-%u.svg", plots, made_count + 1), &made,
                       err);
        made_count += made;
    }
    return ok;
}
