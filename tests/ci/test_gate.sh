#!/bin/bash
# test_gate.sh: the commands of the CI recipes in docs/ci, taken from the YAML and run in a scratch repository.
# SPDX-License-Identifier: Apache-2.0
# Only the build is stood in for: each side's ./attnscope hands over the program that was built for the tests.
set -u
python=/usr/bin/python3
$python -c 'import yaml' 2>/dev/null || { echo "needs PyYAML: apt-get install python3-yaml" >&2; exit 1; }
command -v git >/dev/null || { echo "needs git: apt-get install git" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0
fail() { echo "FAIL: $*"; failures=$((failures + 1)); }

# A repository of two commits that differ in a kernel, a third that differs in a document only.
export ATTNSCOPE_HOME=$SOURCE GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 XDG_CACHE_HOME=$work/cache
git() { command git -c user.name=t -c user.email=t@example.org -c init.defaultBranch=main "$@"; }
repo=$work/repo
mkdir -p "$repo/docs" "$repo/kernels" && cd "$repo" || exit 1
cp -r "$SOURCE/docs/ci" docs/ && mkdir configs && cp "$SOURCE/configs/gate.yaml" configs/
cat >attnscope <<'S'
#!/bin/sh
[ "$1" = version ] || exit 2
build=${ATTNSCOPE_BUILD:-build}
case ${BROKEN:-}$build in 1/*) echo "no compiler"; exit 3 ;; esac
mkdir -p "$build" && cp "$ATTNSCOPE" "$build/attnscope" && "$build/attnscope" version
S
chmod +x attnscope
echo /gate >.gitignore
echo /build >>.gitignore
echo base >kernels/a.c && git init -q && git add . && git commit -qm base
echo head >kernels/a.c && git commit -qam head
unset CI_PIPELINE_SOURCE GATE GITHUB_STEP_SUMMARY

# run LOG CODES COMMAND: as the service would, in a shell of its own
run() {
    local log=$1 codes=$2 got
    rm -rf gate
    bash -e -o pipefail -c "$3" >"$work/$log" 2>&1 </dev/null
    got=$?
    case " $codes " in *" $got "*) ;; *) fail "'$3' gave $got, not $codes: $(tail -5 "$work/$log")" ;; esac
    [ "$(git worktree list | wc -l)" = 1 ] || fail "'$3' left a work tree behind"
    ls -d "$work"/c*/attnscope/builds/*.building 2>/dev/null && fail "'$3' left a half build behind"
}

github=$($python "$SOURCE/tests/ci/recipe.py" docs/ci/github.yml) || { fail "github.yml"; github=false; }
gitlab=$($python "$SOURCE/tests/ci/recipe.py" docs/ci/gitlab.yml) || { fail "gitlab.yml"; gitlab=false; }
export GATE_OPTIONS="--budget 2s --only attention/flash"

# Whatever this machine's noise makes of 2 s: nothing, or inconclusive; a program against itself is never worse.
export BASE=HEAD~1
GITHUB_STEP_SUMMARY=$work/step.md run github 0 "$github"
grep -q '^### attnscope duel' "$work/step.md" || fail "no summary for the run's page: $(cat "$work/step.md")"
grep -q 'could have been seen' "$work/step.md" || fail "the summary does not say what could have been seen"
[ -s gate/duel/turns.csv ] && [ -s gate/junit.xml ] && [ -s gate/duel/verdicts.csv ] || fail "what the artefact should hold is not there: $(ls gate gate/duel)"
run gitlab "0 5" "$gitlab"
[ -s gate/junit.xml ] || fail "no junit.xml for GitLab"

# No difference, no base, a base that does not build.
export BASE=HEAD
GITHUB_STEP_SUMMARY=$work/none.md run same 0 "$gitlab"
grep -q 'Nothing that is built differs' "$work/none.md" || fail "it does not say that there was nothing to measure"
[ ! -e gate/duel ] || fail "measured although nothing differs"
export BASE=0123456789
run absent 2 "$gitlab"
grep -q 'fetch-depth' "$work/absent" || fail "a base that is not in the clone is not explained"
run absent-warn 0 "GATE=warn docs/ci/gate.sh nowhere configs/gate.yaml gate"
grep -q 'not held' "$work/absent-warn" || fail "a gate that was not held is not told"
export BASE=HEAD~1
XDG_CACHE_HOME=$work/cold BROKEN=1 run unbuilt 3 "$gitlab"
grep -q 'no compiler' "$work/unbuilt" || fail "why the base does not build is not shown"
run usage 2 "docs/ci/gate.sh HEAD"
run config 2 "docs/ci/gate.sh HEAD~1 configs/none.yaml gate"

# A kernel that dies in the new build only: exit code 1, and 0 with a warning where it may only warn.
protocol=$(sed -n 's/^#define AS_PROTOCOL \([0-9]*\)$/\1/p' "$SOURCE/harness/worker/protocol.h")
cat >dying <<S
#!/bin/sh
[ "\$1" = duel ] && { shift 3; exec "$ATTNSCOPE" duel "$ATTNSCOPE" "\$0" "\$@"; } # in place of --from-git COMMIT
read -r request
case \$request in
*'"ask":"hello"'*) echo '{"says":"hello","body":{"protocol":$protocol,"version":"1","commit":"c","kernels":["attention/flash"]}}' ;;
*) kill -KILL \$\$ ;;
esac
S
cat >attnscope <<'S'
#!/bin/sh
mkdir -p build && cp dying build/attnscope && chmod +x build/attnscope
S
run dies 1 "$gitlab"
grep -q 'errors="2"' gate/junit.xml || fail "two kernels that die are not two errors: $(cat gate/junit.xml)"
GATE=warn run dies-warn 0 "$gitlab"
grep -q 'warning: something got worse' "$work/dies-warn" || fail "no warning: $(cat "$work/dies-warn")"
# A head that speaks another protocol cannot be held against the base: no verdict, and where it may only warn no failure.
sed -i "s/\"protocol\":$protocol/\"protocol\":99/" dying
run protocol 2 "$gitlab"
GATE=warn run protocol-warn 0 "$gitlab"
grep -q 'not held: the duel ended with exit code 2' "$work/protocol-warn" || fail "another protocol: $(cat "$work/protocol-warn")"
[ "$failures" = 0 ] && echo "all as it should be"
[ "$failures" = 0 ]
