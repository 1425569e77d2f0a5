#!/bin/bash
# test_compare.sh: compare and baseline as a user meets them: alike, slower, missing, other machines; edited, cut, copied files.
# SPDX-License-Identifier: Apache-2.0
set -u
. "$SOURCE/tests/checks.sh"
python=/usr/bin/python3
needs xmllint libxml2-utils
needs $python python3
. "$SOURCE/tests/verdict/made.sh"

counts() { # N TEXT: lines of what was printed
    [ "$(grep -c -- "$2" out.txt)" = "$1" ] || fail "not $1 times '$2' in: $(cat out.txt)"
}

# The same, 30 % more, less, missing, new, failed.
made one 100
made two 100 'a b' m 10
made slow 130
made fast 70
made more 100 'a b c' m 20
expect 0 "$ATTNSCOPE" compare one two --format csv
counts 2 ',same,'
expect 1 "$ATTNSCOPE" compare one slow
prints '2 regressed'
prints 'smallest change that could have been seen: [0-9.]* % in half of the cases, [0-9.]* % in all'
expect 0 "$ATTNSCOPE" compare one fast --format json
counts 2 '"improved"'
expect 0 "$ATTNSCOPE" compare one more
prints ' new '
expect 5 "$ATTNSCOPE" compare more one
prints ' missing '
expect 1 "$ATTNSCOPE" compare more one --strict
expect 1 "$ATTNSCOPE" compare one more --strict
cp -r two broken && sed -i 's/,ok,/,failed,boom/' broken/cases.csv && fitted broken
expect 1 "$ATTNSCOPE" compare one broken --format json
prints boom
# A machine that became 30 % slower, which the speed index shows, is no regression.
cp -r slow swing && awk -F, 'NR > 1 {$6 = 77} {print}' OFS=, slow/samples.csv >swing/samples.csv
expect 5 "$ATTNSCOPE" compare one swing
# Five processes a side are too few for ten cases: inconclusive, and it says why.
made ten 100 'a b c d e f g h i j'
made ten-slow 130 'a b c d e f g h i j'
sed -i '/^[a-j],[56],/d' ten/samples.csv ten-slow/samples.csv && fitted ten && fitted ten-slow
expect 5 "$ATTNSCOPE" compare ten ten-slow --format csv
counts 10 'inconclusive'

# Other machines.
made elsewhere 100 'a b' other 10
expect 2 "$ATTNSCOPE" compare one elsewhere
says 'across'
expect 0 "$ATTNSCOPE" compare one elsewhere --across
made nameless 100 'a b' m 10 && echo '{}' >nameless/machine.json
expect 2 "$ATTNSCOPE" compare one nameless
says 'across'

# What no verdict may be made of: cut, edited, copied, empty, of another version.
cp -r two cut && sed -i '$d' cut/samples.csv
expect 2 "$ATTNSCOPE" compare one cut
says "'b' has 20 samples"
cp -r two torn && head -c -4 two/samples.csv >torn/samples.csv
expect 2 "$ATTNSCOPE" compare one torn
cp -r two cut-summary && sed -i '$d' cut-summary/summary.csv
expect 2 "$ATTNSCOPE" compare one cut-summary
says 'summary.csv does not hold'
cp -r two edited && sed -i 's/^a,3,1,10,[0-9]*,/a,3,1,10,1000,/' edited/samples.csv
expect 2 "$ATTNSCOPE" compare one edited
says 'edited'
cp -r two odd && sed -i '4s/,10,/,0,/' odd/samples.csv
expect 2 "$ATTNSCOPE" compare one odd
says 'samples.csv:4'
cp -r two doubled && tail -n 1 two/samples.csv >>doubled/samples.csv
expect 2 "$ATTNSCOPE" compare one doubled
says 'stands there twice'
cp -r two short && echo 'a,1,2' >>short/samples.csv
expect 2 "$ATTNSCOPE" compare one short
says 'samples.csv:44'
cp -r two running && rm running/summary.csv
expect 2 "$ATTNSCOPE" compare one running
says 'resume'
cp -r two empty && head -n 1 two/samples.csv >empty/samples.csv
expect 2 "$ATTNSCOPE" compare one empty
fitted empty
expect 1 "$ATTNSCOPE" compare one empty --format csv
counts 2 ',failed,'
mkdir nothing
expect 2 "$ATTNSCOPE" compare one nothing
says 'not a result folder'
expect 2 "$ATTNSCOPE" compare one nowhere
cp -r two schema && sed -i 's/case,process,batch,calls,wall_ns/name,run,step,n,time/' schema/samples.csv
expect 2 "$ATTNSCOPE" compare one schema
says 'another version'
expect 2 "$ATTNSCOPE" compare one ./one/
says 'same folder'
cp -r one copy
expect 2 "$ATTNSCOPE" compare one copy
says 'one is a copy'
expect 2 "$ATTNSCOPE" compare one
expect 2 "$ATTNSCOPE" compare one two --baseline

# Files for a CI: JUnit that keeps to its schema, Markdown; names full of markup stay names.
made mixed 100 'a c' m 10
sed -i 's/^a,\(.*\),ok,/a,\1,failed,a \& b <i>/' mixed/cases.csv && fitted mixed
hostile='<b>&"x|`_*'
made evil 100 "$hostile"
made evil-slow 130 "$hostile"
check() { # COUNT-OF-CASES' NAMES behind BASE NEW OPTION
    local base=$1 new=$2 option=$3
    shift 3
    # shellcheck disable=SC2086
    "$ATTNSCOPE" compare "$base" "$new" $option --junit junit.xml --markdown summary.md >/dev/null 2>err.txt
    xmllint --noout --schema "$SOURCE/tests/verdict/junit.xsd" junit.xml 2>err.txt || fail "$base, $new: $(cat err.txt)"
    $python "$SOURCE/tests/verdict/check_junit.py" junit.xml "$@" || fail "$base, $new: the counts of junit.xml"
    # shellcheck disable=SC2086
    "$ATTNSCOPE" compare "$base" "$new" $option --format junit >out.txt
    cmp -s out.txt junit.xml || fail "--junit and --format junit differ"
}
check one two '' a b
check one slow '' a b
grep -q 'failures="2" errors="0"' junit.xml || fail "two regressions are no two failures"
check more one '' a b c
grep -q 'skipped="1"' junit.xml || fail "a missing case is not skipped"
check more one --strict a b c
grep -q 'failures="1"' junit.xml || fail "with --strict a missing case is no failure"
check one mixed '' a b c
grep -q 'errors="1"' junit.xml || fail "a failed case is no error"
check evil evil-slow '' "$hostile"
grep -q '<b>' junit.xml summary.md && fail "a case's name became markup"
"$ATTNSCOPE" compare evil evil-slow --format markdown >out.txt
cmp -s out.txt summary.md || fail "--markdown and --format markdown differ"
[ "$(grep -c '^| ' summary.md)" = 3 ] || fail "not one row in $(cat summary.md)"
[ "$(grep '^| .*regressed' summary.md | sed 's/\\|//g' | tr -cd '|')" = '||||||||' ] || fail "a name opened a cell: $(cat summary.md)"
# The schema can tell: a file that breaks it is not taken.
sed 's/ tests="1"//' junit.xml >bad.xml
xmllint --noout --schema "$SOURCE/tests/verdict/junit.xsd" bad.xml 2>/dev/null && fail "the schema takes a suite without its count"
expect 3 "$ATTNSCOPE" compare one two --junit no/such/folder/x.xml

# Baselines: kept small, found by machine and sweep, and missed with the remedy.
expect 2 "$ATTNSCOPE" compare --baseline two
says "attnscope baseline DIR"
expect 0 "$ATTNSCOPE" baseline one
prints 'results/baselines/m/made'
ls results/baselines/m/made | tr '\n' ' ' | grep -qx 'config.yaml machine.json samples.csv summary.csv ' || fail "a baseline holds $(ls results/baselines/m/made)"
[ "$(cat results/baselines/m/made/*.csv | wc -c)" -lt "$(cat one/s*.csv | wc -c)" ] || fail "a baseline is not smaller"
expect 0 "$ATTNSCOPE" compare --baseline two
expect 1 "$ATTNSCOPE" compare --baseline slow
expect 2 "$ATTNSCOPE" compare --baseline one
says 'one is a copy'
expect 2 "$ATTNSCOPE" compare --baseline elsewhere
says 'no baseline of this sweep on this machine'
cp -r two sweep && sed -i 's/name: made/name: other/' sweep/config.yaml
expect 2 "$ATTNSCOPE" compare --baseline sweep
expect 0 "$ATTNSCOPE" baseline one --baselines kept
expect 0 "$ATTNSCOPE" compare two --baselines kept
made outside 100 'a' '../../outside'
expect 2 "$ATTNSCOPE" baseline outside
expect 2 "$ATTNSCOPE" baseline cut
expect 2 "$ATTNSCOPE" baseline empty

finish
