#!/bin/bash
# test_house.sh: nouns below, verbs side by side: who may include whom, and how long a file may be. SPDX-License-Identifier: Apache-2.0
set -u
STAGES="config plan run record analyse chart machine verify verdict apply choose report"
LINES_MAX=500

# violations DIR: a line for each breach of the rules in the tree at DIR. No process for each include: there are hundreds.
violations() {
    cd "$1" || exit 1
    find kernels harness -name '*.c' -o -name '*.h' -o -name '*.cc' | sort | xargs wc -l |
        awk -v most="$LINES_MAX" '$2 != "total" && $1 > most {print $2 ": " $1 " lines, at most " most ": split it by thought"}'
    paste -d ' ' <(includes | cut -d ' ' -f 1) <(includes | sed 's|/[^/]* |/|' | xargs realpath -m --relative-to=.) |
        while read -r file target; do judge "$file" "$target"; done
}

# A line `FILE NAME` for each #include "NAME" in FILE.
includes() {
    grep -rHE --include='*.c' --include='*.h' --include='*.cc' '^ *# *include *"' kernels harness |
        sed 's/^\([^:]*\):[^"]*"\([^"]*\)".*/\1 \2/'
}

# part FILE: into $part: kernels, base, model, theory, cli or a stage's name
part() {
    case $1 in
    harness/*/*) part=${1#harness/} part=${part%%/*} ;;
    kernels/*) part=kernels ;;
    *) part=other ;;
    esac
}

judge() {
    local from to
    part "$1" && from=$part
    part "$2" && to=$part
    [ "$from" = "$to" ] && return
    case $from in
    kernels) case $to in other) ;; *) echo "$1: kernels include nothing of the harness, not $2" ;; esac ;;
    base) [ "$to" = other ] || echo "$1: base stands on nothing, not on $2" ;;
    model) case $to in base | kernels | other) ;; *) echo "$1: the model stands on base and kernels, not on $2" ;; esac ;;
    theory) case $to in base | model | kernels | other) ;; *) echo "$1: theory does not include $2" ;; esac ;;
    cli) ;; # sees everything
    *)
        case " $STAGES " in
        *" $from "*) ;;
        *) echo "$1: unknown part of the harness: '$from'" ; return ;;
        esac
        case $to in
        base | model | theory | kernels | other) ;;
        *) echo "$1: a stage includes no other stage, not $2" ;;
        esac
        ;;
    esac
}

fail=0
found=$(violations "$SOURCE")
if [ -n "$found" ]; then
    echo "$found"
    fail=1
fi

# The test can fail: each of these files breaks one rule.
fake=$(mktemp -d)
trap 'rm -rf "$fake"' EXIT
mkdir -p "$fake"/kernels/attention "$fake"/harness/{base,model,plan,run,cli}
echo '#include "../../harness/base/err.h"' > "$fake/kernels/attention/a.c"
echo '#include "../run/run.h"' > "$fake/harness/plan/b.c"
echo '#include "../model/config.h"' > "$fake/harness/base/c.c"
echo '  #  include "../plan/plan.h"' > "$fake/harness/model/d.h"
echo '#include "../cli/cli.h"' > "$fake/harness/run/e.cc"
yes '/* */' | head -501 > "$fake/harness/cli/f.c"
echo '#include "../plan/plan.h"' > "$fake/harness/cli/fine.c"
echo '#include "../../kernels/cpu.h"' > "$fake/harness/run/fine.c"
count=$(violations "$fake" | wc -l)
if [ "$count" -ne 6 ]; then
    echo "expected 6 violations in the made-up tree, found $count:"
    violations "$fake"
    fail=1
fi
[ "$fail" -eq 0 ] && echo "the house stands"
exit "$fail"
