#!/bin/bash
# test_house.sh: the tree keeps the rules that house.py checks, and each rule can fail. SPDX-License-Identifier: Apache-2.0
set -u
: "${SOURCE:?the folder of the sources}"
house=$SOURCE/tests/base/house.py
failures=0
fail() { echo "FAILED: $*"; failures=$((failures + 1)); }

found=$(python3 "$house" "$SOURCE") || fail "house.py did not end well"
[ -z "$found" ] || fail "the tree breaks a rule (harness/LAYERS says who may include whom):"$'\n'"$found"

# A made-up tree that breaks every rule, with some files that break none.
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
mkdir -p "$tree"/kernels/attention "$tree"/harness/{base,model,plan,cli,attic} "$tree"/tests
printf 'base:\nmodel: +base kernels\nplan: +model model\ncli: *\n' >"$tree/harness/LAYERS"
echo '#include "../../harness/base/err.h"' >"$tree/kernels/attention/a.c"
echo '  #  include "../plan/plan.h"' >"$tree/harness/model/d.h"
echo '#include "../base/err.h"' >"$tree/harness/attic/e.cc"
yes '/* */' | head -501 >"$tree/harness/cli/f.c"
printf '#include "h.h"\nint ring(void);\n' >"$tree/harness/base/g.h"
printf '#include "g.h"\n' >"$tree/harness/base/h.h"
printf '#include "up.h"\n' >"$tree/harness/base/down.c" # down and up are a circle only as units
echo 'typedef struct { int x; } as_down;' >"$tree/harness/base/down.h"
echo '#include "down.h"' >"$tree/harness/base/up.h"
echo '#include "up.h"' >"$tree/harness/base/up.c"
printf '#ifndef AS_SAME_H\n#define AS_SAME_H\ntypedef enum { A, B } as_twin;\n#endif\n' >"$tree/harness/plan/i.h"
printf '#ifndef AS_SAME_H\n#define AS_SAME_H\ntypedef struct {\n    int (*call)(int);\n} as_twin;\n#endif\n' >"$tree/harness/plan/j.h"
printf 'int as_two(int a); /* as_said(1); */\nint as_two(int a);\nvoid as_dead(void);\nextern const char as_name[];\n' >"$tree/harness/model/k.h"
printf 'int as_two(int a) { return a; }\nvoid as_dead(void) {}\n' >"$tree/harness/model/k.c"
printf 'int ring(void) { return as_two(1) + as_name[0]; }\n' >"$tree/harness/base/g.c"
printf '#include "../model/k.h"\nint main(void) { return as_two(ring()); }\nconst char as_name[] = "";\n' >"$tree/harness/cli/fine.c"
echo '#include "../../kernels/api/cpu.h"' >"$tree/harness/plan/fine.c"
diff <(python3 "$house" "$tree" | sort) - <<'END' || fail "house.py finds other breaches in the made-up tree"
circle harness/base/down harness/base/up
circle harness/base/g.h harness/base/h.h
declared as_two harness/model/k.h harness/model/k.h
guard AS_SAME_H harness/plan/i.h harness/plan/j.h
layers harness/attic/e.cc: harness/LAYERS has no room 'attic'
layers harness/model/d.h harness/plan/plan.h
layers kernels/attention/a.c harness/base/err.h
length harness/cli/f.c: 501 lines, at most 500: split it by thought
type as_twin harness/plan/i.h harness/plan/j.h
unused as_dead harness/model/k.h
END

[ "$failures" -eq 0 ] && echo "the house stands"
exit "$failures"
