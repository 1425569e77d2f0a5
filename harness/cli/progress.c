/* progress.c: the bar, the time that is left, and what a terminal may be sent.
 * SPDX-License-Identifier: Apache-2.0 */
#include "progress.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "../base/text.h"

enum { BAR = 24, EVERY_S = 10 };

void as_progress_begin(as_progress_line *p, bool quiet)
{
    *p = (as_progress_line){.quiet = quiet, .terminal = isatty(STDERR_FILENO), .last_s = -EVERY_S};
}

static const char *remaining(char out[48], double seconds)
{
    if (isnan(seconds))
        return "";
    const unsigned left = (unsigned)(seconds + 0.5);
    if (left >= 3600)
        snprintf(out, 48, ", %u h %u min left", left / 3600, left % 3600 / 60);
    else if (left >= 60)
        snprintf(out, 48, ", %u min %u s left", left / 60, left % 60);
    else
        snprintf(out, 48, ", %u s left", left);
    return out;
}

static unsigned columns(void)
{
    struct winsize size;
    return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 20 ? size.ws_col : 80;
}

/* A case's key comes from the config or a plug-in: no control byte of it may reach the terminal, and the line must not
 * wrap. */
static void draw(as_progress_line *p, const char *head, const char *current)
{
    char line[512];
    snprintf(line, sizeof line, "%s%s%s", head, *current ? "  " : "", current);
    const unsigned width = columns() - 1;
    if (strlen(line) > width)
        line[width] = 0;
    for (char *c = line; *c; c++)
        if ((unsigned char)*c < 0x20 || (unsigned char)*c >= 0x7f)
            *c = '?';
    fprintf(stderr, "\r%s\033[K", line);
    fflush(stderr);
    p->drawn = true;
}

void as_progress_show(as_progress_line *p, size_t done, size_t total, double elapsed_s, double remaining_s,
                      const char *current)
{
    char bar[BAR + 1], head[160], left[48];
    if (p->quiet || (!p->terminal && current && elapsed_s - p->last_s < EVERY_S))
        return;
    p->last_s = elapsed_s;
    const size_t full = total ? done * BAR / total : BAR;
    for (size_t i = 0; i < BAR; i++)
        bar[i] = i < full ? '#' : '.';
    bar[BAR] = 0;
    const char *rest = current ? remaining(left, remaining_s) : "";
    snprintf(head, sizeof head, "[%s] %zu/%zu%s", bar, done, total, rest);
    if (p->terminal)
        draw(p, head, current ? current : "");
    else
        fprintf(stderr, "attnscope: %zu of %zu visits in %.0f s%s%s%s\n", done, total, elapsed_s, rest,
                current ? ", now " : "", current ? current : "");
}

void as_progress_end(as_progress_line *p)
{
    if (p->drawn)
        fputs("\r\033[K", stderr);
    p->drawn = false;
}
