#!/bin/sh
# gate.sh: base and head built in one job and measured in turns: a verdict per case, a summary, files to keep.
# SPDX-License-Identifier: Apache-2.0
#
#   docs/ci/gate.sh BASE CONFIG OUT [options of `attnscope duel`]
#
# BASE is a revision of this repository, HEAD what is checked out here. OUT must not exist; it will hold summary.md,
# junit.xml and duel/, the folder with every turn.
# Where GITHUB_STEP_SUMMARY names a file, the summary is appended to it. GATE_OPTIONS holds further options, split at spaces.
#
# Exit codes are those of duel: 0 nothing got worse, 1 something did, 5 inconclusive, 2 bad input, 3 it could not be built or
# measured. GATE=warn turns 1 and 5 into a warning and 0, and so a base that is not there, cannot be built or speaks another protocol.
set -u

say() { printf 'gate: %s\n' "$*"; }
# Where it may only warn, a gate that could not be held is told in the summary and ends well.
give_up() { # CODE SENTENCE
    printf '### attnscope gate\n\nNot held: %s.\n' "$2" >"$out/summary.md"
    say "not held: $2" >&2
    tell
    [ "${GATE:-fail}" = warn ] && exit 0
    exit "$1"
}
tell() { [ -z "${GITHUB_STEP_SUMMARY:-}" ] || cat "$out/summary.md" >>"$GITHUB_STEP_SUMMARY"; }

[ $# -ge 3 ] || { say "usage: docs/ci/gate.sh BASE CONFIG OUT [options of duel]" >&2; exit 2; }
base=$1 config=$2 out=$3
shift 3
root=$(git rev-parse --show-toplevel) || exit 2
[ ! -e "$out" ] || { say "$out exists: remove it or name another folder" >&2; exit 2; }
mkdir -p "$out" && out=$(cd "$out" && pwd) || exit 3
config=$(realpath "$config") || exit 2
cd "$root" || exit 3

commit=$(git rev-parse --quiet --verify "$base^{commit}") ||
    give_up 2 "this clone has no revision $base: fetch it (fetch-depth: 0, GIT_DEPTH: 0)"
if git diff --quiet "$commit" -- kernels harness cmake CMakeLists.txt; then
    printf '### attnscope gate\n\nNothing that is built differs from %s: there is nothing to measure.\n' "$base" >"$out/summary.md"
    say "nothing that is built differs from $base: there is nothing to measure"
    tell
    exit 0
fi

say "building head, then base where no build of it is kept: $(git log -1 --format='%h %s' "$commit")"
./attnscope version || exit 3
# shellcheck disable=SC2086
"${ATTNSCOPE_BUILD:-$root/build}/attnscope" duel --from-git "$commit" "$config" --out "$out/duel" --junit "$out/junit.xml" \
    --markdown "$out/summary.md" --quiet "$@" ${GATE_OPTIONS:-}
code=$?
[ -f "$out/summary.md" ] || give_up $code "the duel ended with exit code $code, see the log"
tell
case $code in
1) say "warning: something got worse" ;;
5) say "warning: inconclusive; the summary says what could not have been seen" ;;
*) exit $code ;;
esac
[ "${GATE:-fail}" = warn ] && exit 0
exit $code
