#!/bin/bash
# test_install.sh: `cmake --install` into a folder of its own gives a program that works without the source tree.
# SPDX-License-Identifier: Apache-2.0
set -eu
: "${SOURCE:?the folder of the sources}" "${ATTNSCOPE:?the program}"
build=$(dirname "$ATTNSCOPE")
prefix=$(mktemp -d)/"a prefix"
trap 'rm -rf "$(dirname "$prefix")"' EXIT
fail() { echo "FAILED: $*"; exit 1; }

cmake --install "$build" --prefix "$prefix" >/dev/null
program=$prefix/bin/attnscope
[ -x "$program" ] || fail "no program in bin/"
[ -f "$prefix/include/attnscope/kernel.h" ] || fail "no kernel.h for plug-ins"
printf '#include <attnscope/kernel.h>\n#include <attnscope/pattern.h>\nas_problem p; as_run r;\n' >"$prefix/plugin.c"
"${CC:-cc}" -std=c11 -Wall -Wextra -Werror -pedantic -c -I "$prefix/include" "$prefix/plugin.c" -o "$prefix/plugin.o" ||
    fail "the installed headers do not compile by themselves"

# From a folder that is not the source tree, with nothing that points back to it.
cd "$prefix"
unset ATTNSCOPE_HOME
want=$("$ATTNSCOPE" version)
[ "$("$program" version)" = "$want" ] || fail "the installed program is another version"
"$program" help | grep -q run || fail "no help"

# It finds its own files: every config and plot script of the tree is there, and a config is known by its name alone.
for file in $(cd "$SOURCE" && find configs plots -type f ! -name '*.tmp'); do
    cmp -s "$SOURCE/$file" "$prefix/share/attnscope/$file" || fail "$file is not installed"
done
"$program" list --format json >list.json || fail "list does not work"
grep -q '"attention/naive"' list.json || fail "list names no kernel"
grep -q quick list.json || fail "list does not find the installed configs"
"$program" plan share/attnscope/configs/quick.yaml >plan.txt || fail "plan does not work"
grep -q attention plan.txt || fail "plan is empty"
command -v gnuplot >/dev/null || { echo "install: all is well (charts not tried: no gnuplot)"; exit 0; }

# A very small run, to the end: charts need the installed plots.
cat >tiny.yaml <<'YAML'
name: tiny
about: as little as can be charted
shapes: {length: [32, 64], width: [16], heads: [1]}
kernels: [attention/naive]
patterns: [causal]
measure: {processes: 1, batches: 2, budget: 20s}
seed: 1
YAML
"$program" run tiny.yaml --out tiny --quiet >run.txt 2>&1 || { cat run.txt; fail "run does not work"; }
grep -q "results: .*tiny" run.txt || fail "run does not say where the results are"
ls tiny/plots/*.svg >/dev/null 2>&1 || fail "run drew no chart"
echo "install: all is well"
