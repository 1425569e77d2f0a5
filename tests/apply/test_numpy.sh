#!/bin/bash
# Every kernel on every pattern that it accepts, against attention computed anew in NumPy from the definitions.
# SPDX-License-Identifier: Apache-2.0
set -eu
python=/usr/bin/python3
"$python" -c 'import numpy' 2>/dev/null || { echo "needs NumPy: apt-get install python3-numpy" >&2; exit 1; }
scratch=$(mktemp -d -p /dev/shm 2>/dev/null || mktemp -d) # in memory: every output is synced to its disk
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
"$python" "$SOURCE/tests/apply/numpy_check.py" "$ATTNSCOPE"
