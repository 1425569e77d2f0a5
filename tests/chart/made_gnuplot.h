/* made_gnuplot.h: a gnuplot that runs NAME.gp as a script of the shell, so that a test says what it draws.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MADE_GNUPLOT_H
#define MADE_GNUPLOT_H

#include "tests/scratch.h"

/* Draws what it is asked for, as a gnuplot without faults does: $3 is the text behind -e. */
#define DRAWS_ALL ": >.unfinished-$name.svg; case $3 in *AS_SVG_ALONE=1*) ;; *) : >.unfinished-$name.png ;; esac\n"

/* Puts it first on the PATH. */
static inline scratch made_gnuplot(void)
{
    scratch s = scratch_make();
    const char *path = getenv("PATH");
    scratch_write(&s, "gnuplot", "#!/bin/sh\n[ \"$1 $2\" = '-d -e' ] || exit 9\nname=${4%.gp}\n. \"./$4\"\n");
    if (chmod(scratch_path(&s, "gnuplot"), 0755) != 0)
        abort();
    setenv("PATH", as_arena_printf(s.arena, "%s:%s", s.dir, path ? path : "/bin:/usr/bin"), 1);
    return s;
}

static inline void made_gnuplot_remove(scratch *s)
{
    const char *path = getenv("PATH") + strlen(s->dir) + 1;
    setenv("PATH", as_arena_intern(s->arena, path), 1);
    scratch_remove(s);
}

#endif
