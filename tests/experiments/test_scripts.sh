#!/bin/bash
# test_scripts.sh: each script of experiments/ has --help and, without what it needs, ends with one sentence and exit code 3;
# the statistics of turns.py are right where they can be computed by hand. SPDX-License-Identifier: Apache-2.0
. "$SOURCE/tests/checks.sh"
scripts=$SOURCE/experiments
alone="python3 -S" # without the packages of the site: no NumPy

for script in targets amx mechanisms papers regret fit rivals/compare rivals/torch_side; do
    expect 0 $alone "$scripts/$script.py" --help
    prints "$(basename "$script").py"
    [ -s err.txt ] && fail "$script --help: $(cat err.txt)"
    grep -q "$(basename "$script").py" "$scripts/README.md" "$scripts/rivals/README.md" || fail "no README names $script.py"
done

one_sentence() { # CODE TEXT COMMAND...
    local code=$1 text=$2
    shift 2
    expect "$code" "$@"
    [ "$(wc -l <err.txt)" = 1 ] || fail "'$*': not one line: $(cat err.txt)"
    says "$text"
}
for script in targets amx mechanisms papers regret fit; do
    one_sentence 3 "build it with" $alone "$scripts/$script.py" --program "$work/none" --out "$work/page.md"
done
for script in targets amx; do
    one_sentence 3 "apt-get install python3-numpy" $alone "$scripts/$script.py" --program "$ATTNSCOPE" --out "$work/page.md"
done
one_sentence 3 "apt-get install python3-numpy" $alone "$scripts/rivals/compare.py" --torch
[ ! -e page.md ] || fail "a script that measured nothing wrote its page"

PYTHONPATH=$scripts $alone - <<'END' || fail "turns.py: wrong statistics"
import math
import turns
# the exact signed-rank interval: n = 6 is the first with 95 %, and takes the outermost averages
assert [turns.signed_rank_rank(n, 0.95) for n in (1, 5, 6, 8, 10, 20)] == [0, 0, 0, 3, 8, 52]
at, low, high = turns.hodges_lehmann([1.0, 2.0, 4.0])
assert (at, low, high) == (2.25, 1.0, 4.0), (at, low, high)  # averages 1 1.5 2 2.5 3 4
END
finish
