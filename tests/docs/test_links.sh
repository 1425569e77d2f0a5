#!/bin/bash
# test_links.sh: pages link to files and headings that exist, and name files that exist; each check can fail.
# SPDX-License-Identifier: Apache-2.0
set -u
: "${SOURCE:?the folder of the sources}"
failures=0
fail() { echo "FAILED: $*"; failures=$((failures + 1)); }

dead=$(python3 "$SOURCE/tests/docs/links.py" "$SOURCE") || fail "links.py did not end well"
[ -z "$dead" ] || fail "dead references:"$'\n'"$dead"

# A made-up tree: each line of `want` is a reference that is dead, all others are alive.
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
mkdir -p "$tree"/docs "$tree"/configs "$tree"/build
printf '# One page\n\n## A `part` of it\n' >"$tree/docs/one.md"
touch "$tree/configs/quick.yaml"
echo '[gone](gone.md)' >"$tree/build/not-read.md"
cat >"$tree/docs/page.md" <<'END'
[alive](one.md) [heading](one.md#a-part-of-it) [own](#top) [away](https://example.org/none.md) ![picture](../none.svg)
[gone](gone.md) [no heading](one.md#nothing)
Run configs/quick.yaml and configs/none.yaml by `python3 experiments/none.py --out OUT/docs/none.md`; add plots/NAME.gp.
# Top
END
echo '# see docs/none.md' >"$tree/configs/more.yaml"
diff <(python3 "$SOURCE/tests/docs/links.py" "$tree") - <<'END' || fail "links.py finds other references in the made-up tree"
configs/more.yaml: names docs/none.md, which is not there
docs/page.md: links to ../none.svg, which is not there
docs/page.md: links to gone.md, which is not there
docs/page.md: links to one.md#nothing, which has no such heading
docs/page.md: names configs/none.yaml, which is not there
docs/page.md: names experiments/none.py, which is not there
END

[ "$failures" -eq 0 ] && echo "links: all are alive"
exit "$failures"
