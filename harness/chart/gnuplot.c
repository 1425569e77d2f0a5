/* gnuplot.c: starts gnuplot with a time limit and renames what it has drawn.
 * SPDX-License-Identifier: Apache-2.0 */
#include "gnuplot.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../base/path.h"
#include "../base/program.h"

#define UNFINISHED ".unfinished-"

/* The line that says what is wrong: gnuplot prints the command, a caret, and then the file, the line and the reason. */
static const char *reason_in(as_text *said)
{
    char *reason = NULL, *rest = NULL;
    for (char *line = said->data ? strtok_r(said->data, "\n", &rest) : NULL; line; line = strtok_r(NULL, "\n", &rest))
        if (strstr(line, "line ") || !reason)
            reason = line;
    return reason ? reason : "no reason given";
}

static bool rename_pictures(const char *dir, const char *name, bool png, as_err *err)
{
    static const char *const kinds[] = {"svg", "png"};
    bool ok = true;
    for (size_t i = 0; ok && i < 2; i++) {
        const as_path from = as_path_join(dir, UNFINISHED "%s.%s", name, kinds[i]);
        const as_path to = as_path_join(dir, "%s.%s", name, kinds[i]);
        if (i && !png)
            unlink(to.text);
        else if (rename(from.text, to.text) != 0)
            ok = as_fail(err, AS_EXIT_ENVIRONMENT, "%s: gnuplot did not draw it (%s): is its %s terminal installed?",
                         to.text, strerror(errno), i ? "pngcairo" : "svg");
    }
    return ok;
}

/* -d: no start-up file of the user's. */
bool as_gnuplot_draw(const char *dir, const char *name, bool png, double seconds, as_err *err)
{
    as_text said = {0}, script = {0};
    as_text_add(&script, "%s.gp", name);
    const char *const argv[] = {
        "gnuplot",   "-d", "-e", png ? "AS_PREFIX='" UNFINISHED "'" : "AS_PREFIX='" UNFINISHED "'; AS_SVG_ALONE=1",
        script.data, NULL};
    int code;
    bool ok = false;
    const as_program_end end =
        as_program_run(&(as_program){.argv = argv, .dir = dir, .seconds = seconds}, &said, &code);
    if (end == AS_PROGRAM_ABSENT)
        as_fail(err, AS_EXIT_ENVIRONMENT,
                code == ENOENT
                    ? "gnuplot not found: install gnuplot-nox, then draw the scripts in %s with `attnscope plot`"
                    : "cannot start gnuplot in %s: is the program there and memory free?",
                dir);
    else if (end == AS_PROGRAM_LATE)
        as_fail(err, AS_EXIT_ENVIRONMENT, "%s/%s: gnuplot took more than %.0f s and was stopped", dir, script.data,
                seconds);
    else if (code != 0)
        as_fail(err, AS_EXIT_ENVIRONMENT, "%s/%s: gnuplot failed: %s", dir, script.data, reason_in(&said));
    else
        ok = rename_pictures(dir, name, png, err);
    as_text_free(&said);
    as_text_free(&script);
    return ok;
}
