#!/bin/bash
# test_readme.sh: the kernel in README.md compiles without a warning.
# SPDX-License-Identifier: Apache-2.0
set -u
: "${SOURCE:?the folder of the sources}"
failures=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

sed -n '/^```c$/,/^```$/p' "$SOURCE/README.md" | sed '1d;$d' >"$work/online.c"
grep -q AS_KERNEL "$work/online.c" || { echo "FAILED: README.md shows no kernel"; failures=1; }
"${CC:-cc}" -std=gnu11 -Wall -Wextra -Werror -fsyntax-only -I "$SOURCE/kernels/attention" "$work/online.c" ||
    { echo "FAILED: the kernel in README.md does not compile"; failures=1; }

[ $failures = 0 ] && echo "readme: all is well"
exit $failures
