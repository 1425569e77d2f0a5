#!/bin/bash
# What `apply` says to input that is wrong: one line, the right exit code, and no output file, whole or half.
# SPDX-License-Identifier: Apache-2.0
set -eu
python=/usr/bin/python3
"$python" -c 'import numpy' 2>/dev/null || { echo "needs NumPy: apt-get install python3-numpy" >&2; exit 1; }
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
"$python" "$SOURCE/tests/apply/bad_input.py" "$ATTNSCOPE" "$PLUGINS"
