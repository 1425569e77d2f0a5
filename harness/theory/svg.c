/* svg.c: the mask as an SVG picture: one panel for each pattern of a schedule, darker where a cell has more pairs. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "picture.h"

enum { PANEL = 384, LEFT = 56, TOP = 64, GAP = 40, BELOW = 64, PANELS = 8 };

/* Text of the user's as XML text; what is not plain ASCII becomes a question mark. */
static void add_escaped(as_text *out, const char *text, size_t most)
{
    for (size_t i = 0; text[i] && i < most; i++) {
        unsigned char c = (unsigned char)text[i];
        const char *name = c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '&' ? "&amp;" : c == '"' ? "&quot;" : NULL;
        if (name)
            as_text_add(out, "%s", name);
        else
            as_text_add(out, "%c", c < 0x20 || c >= 0x7f ? '?' : c);
    }
    if (strlen(text) > most)
        as_text_add(out, "...");
}

/* Cells of one shade side by side are one rectangle. */
static void add_cells(const as_grid *g, as_text *out)
{
    double side = (double)PANEL / (double)g->cells;
    for (size_t i = 0; i < g->cells; i++)
        for (size_t j = 0, next; j < g->cells; j = next) {
            double share = as_grid_share(g, i, j);
            int level = share <= 0 ? 0 : 1 + (int)(share * 19);
            for (next = j + 1; next < g->cells; next++) {
                double other = as_grid_share(g, i, next);
                if ((other <= 0 ? 0 : 1 + (int)(other * 19)) != level)
                    break;
            }
            if (level)
                as_text_add(out, "<rect x=\"%.3f\" y=\"%.3f\" width=\"%.3f\" height=\"%.3f\" fill-opacity=\"%.3f\"/>\n",
                            (double)j * side, (double)i * side, (double)(next - j) * side, side,
                            0.25 + 0.75 * level / 20);
        }
}

static void add_panel(const as_grid *g, const as_pattern *p, size_t index, size_t panels, as_text *out)
{
    as_text_add(out, "<g transform=\"translate(%zu,%d)\" font-size=\"12\">\n", LEFT + index * (PANEL + GAP), TOP);
    if (panels > 1) {
        as_text_add(out, "<text x=\"0\" y=\"-10\">layer %zu: ", index + 1);
        add_escaped(out, as_pattern_text(p), 50);
        as_text_add(out, "</text>\n");
    }
    as_text_add(out, "<g fill=\"#1f4e79\" shape-rendering=\"crispEdges\">\n");
    add_cells(g, out);
    as_text_add(out, "</g>\n<rect width=\"%d\" height=\"%d\" fill=\"none\" stroke=\"#888\"/>\n", PANEL, PANEL);
    as_text_add(out, "<text x=\"0\" y=\"%d\">1</text><text x=\"%d\" y=\"%d\" text-anchor=\"end\">%zu</text>",
                PANEL + 16, PANEL, PANEL + 16, g->length);
    as_text_add(out, "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">key</text>\n", PANEL / 2, PANEL + 16);
    if (!index)
        as_text_add(out,
                    "<text x=\"-6\" y=\"10\" text-anchor=\"end\">1</text><text x=\"-6\" y=\"%d\" "
                    "text-anchor=\"end\">%zu</text>"
                    "<text x=\"-14\" y=\"%d\" text-anchor=\"middle\" transform=\"rotate(-90 -14 %d)\">query</text>\n",
                    PANEL, g->length, PANEL / 2, PANEL / 2);
    as_text_add(out, "</g>\n");
}

bool as_picture_svg(const as_layers *s, size_t length, as_text *out, as_err *err)
{
    size_t panels = as_layers_period(s) < PANELS ? as_layers_period(s) : PANELS;
    size_t wide = LEFT + panels * PANEL + (panels - 1) * GAP + 24, high = TOP + PANEL + BELOW;
    as_text_add(out,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%zu\" height=\"%zu\" viewBox=\"0 0 %zu %zu\" "
                "font-family=\"sans-serif\" fill=\"#222\">\n<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n"
                "<text x=\"%d\" y=\"28\" font-size=\"14\">",
                wide, high, wide, high, LEFT);
    add_escaped(out, as_layers_text(s), panels * 50);
    as_text_add(out, ", T = %zu</text>\n", length);
    for (size_t i = 0; i < panels; i++) {
        as_grid g;
        if (!as_grid_count(as_layers_at(s, i), length, 128, &g, err))
            return false;
        add_panel(&g, as_layers_at(s, i), i, panels, out);
        if (i + 1 == panels && g.cells < length)
            as_text_add(out,
                        "<text x=\"%d\" y=\"%d\" font-size=\"11\" fill=\"#666\">a cell is %zu x %zu tokens or so; "
                        "darker: more of its pairs are visible</text>\n",
                        LEFT, TOP + PANEL + 40, length / g.cells, length / g.cells);
        as_grid_free(&g);
    }
    as_text_add(out, "</svg>\n");
    return true;
}
