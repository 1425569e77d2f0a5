#!/bin/bash
# test_from_git.sh: `duel --from-git REV`: built once in a work tree of its own, kept, and nothing left of what goes wrong.
# SPDX-License-Identifier: Apache-2.0
# Only the compiling is stood in for: the launcher of the scratch repository hands over the program that was built for the tests.
set -u
command -v git >/dev/null || { echo "needs git: apt-get install git" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export ATTNSCOPE_HOME=$SOURCE GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 XDG_CACHE_HOME="$work/a cache" BUILT=$work/built
unset ATTNSCOPE_CMAKE_ARGS ATTNSCOPE_BUILD
failures=0
fail() { echo "FAIL: $*"; failures=$((failures + 1)); }
git() { command git -c user.name=t -c user.email=t@example.org -c init.defaultBranch=main "$@"; }

repo="$work/a repo"
mkdir "$repo" && cd "$repo" || exit 1
git init -q && echo text >file && git add . && git commit -qm old && git tag old
cat >attnscope <<'S'
#!/bin/sh
echo "$PWD" >>"$BUILT"
[ -z "${BROKEN:-}" ] || { echo "make: starting"; echo "a.c:3:1: error: no ;"; echo "attnscope: building failed"; exit 3; }
[ -z "${SLOW:-}" ] || { echo $$ >"$BUILT.begun"; sleep 60 & wait; }
mkdir -p "$ATTNSCOPE_BUILD" && cp "$ATTNSCOPE" "$ATTNSCOPE_BUILD/attnscope" && "$ATTNSCOPE_BUILD/attnscope" version
S
chmod +x attnscope && git add . && git commit -qm base && git tag base && echo more >file && git commit -qam head
cat >"$work/c.yaml" <<'S'
name: c
about: a test
shapes: {length: [16], width: [8], heads: [1]}
kernels: [attention/naive]
patterns: [causal]
measure: {case_timeout: 10s}
seed: 1
S

builds() { [ -e "$BUILT" ] && wc -l <"$BUILT" || echo 0; }
# duel CODE LOG OPTIONS...: and nothing but the kept build is there afterwards
duel() {
    local code=$1 log=$work/$2 got
    shift 2
    "$ATTNSCOPE" duel --gate exact --quiet "$@" "$work/c.yaml" >"$log.out" 2>"$log"
    got=$?
    [ "$got" = "$code" ] || fail "duel $* gave $got, not $code: $(cat "$log")"
    [ "$code" = 0 ] || [ "$(wc -l <"$log")" = 1 ] || fail "duel $*: not one line of error: $(cat "$log")"
    clean "duel $*"
}
clean() {
    [ "$(git worktree list | wc -l)" = 1 ] || fail "$1 left a work tree behind: $(git worktree list)"
    find "$work" -name '*.building' | grep -q . && fail "$1 left a half build behind"
    true
}
says() { grep -q -- "$2" "$work/$1" || fail "no '$2' in: $(cat "$work/$1")"; }

# Built once, found again, whatever it is called; other arguments for cmake are another build.
duel 0 first --from-git base --out "$work/o1"
[ "$(builds)" = 1 ] || fail "built $(builds) times, not once"
grep -q "$(git rev-parse base)/attnscope" "$work/o1/duel.json" || fail "the base is not the kept build: $(cat "$work/o1/duel.json")"
duel 0 again --from-git HEAD~1 --out "$work/o2"
[ "$(builds)" = 1 ] || fail "a kept build was built again"
ATTNSCOPE_CMAKE_ARGS=-DX=1 duel 0 arguments --from-git base --out "$work/o3"
[ "$(builds)" = 2 ] || fail "other arguments for cmake gave no other build"
duel 0 elsewhere --from-git base --cache "$work/kept" --out "$work/o4"
[ -x "$work/kept/builds/$(git rev-parse base)/attnscope" ] || fail "--cache does not keep it"
grep -q 'building/tree$' "$BUILT" || fail "not built in a tree of its own: $(cat "$BUILT")"

# What cannot be a base: one line, and no folder.
duel 2 nothing --from-git nowhere
says nothing "no revision 'nowhere'"
duel 2 option --from-git --output=x
duel 2 old --from-git old --cache "$work/cold"
says old 'no launcher'
BROKEN=1 duel 3 broken --from-git base --cache "$work/cold"
says broken 'cannot be built: a.c:3:1: error: no ; (exit code 3'
grep -q 'building failed' "$work/cold/builds/$(git rev-parse base).log" || fail "what the build said is not kept"
[ ! -e "$work/cold/builds/$(git rev-parse base)" ] || fail "a build that failed is kept"
duel 2 both --from-git base a b
duel 3 full --from-git base --cache /proc/none
(cd / && "$ATTNSCOPE" duel --from-git base "$work/c.yaml" 2>"$work/outside")
[ $? = 2 ] || fail "outside of a repository"
says outside 'not inside a git repository'
PATH=$work/none "$ATTNSCOPE" duel --from-git base "$work/c.yaml" 2>"$work/gitless"
[ $? = 3 ] || fail "without git"
says gitless 'apt-get install git'
[ ! -e results ] || fail "a duel that could not begin left a folder"

# Interrupted while it builds: nothing is left. Killed: the next one clears up.
slow() { # SIGNAL
    rm -f "$BUILT.begun"
    SLOW=1 "$ATTNSCOPE" duel --gate exact --quiet --from-git base --cache "$work/slow" "$work/c.yaml" 2>"$work/slow.log" &
    local pid=$!
    for _ in $(seq 200); do [ -s "$BUILT.begun" ] && break; sleep 0.05; done
    kill "-$1" $pid
    wait $pid
}
slow TERM
[ $? = 130 ] || fail "interrupted: not 130"
says slow.log 'interrupted while base was built'
clean "an interrupt"
slow KILL 2>/dev/null
kill -KILL -- "-$(cat "$BUILT.begun")" # what it had started, which here nobody ends
[ -e "$work/slow/builds/$(git rev-parse base).building" ] || fail "the kill came too late to leave anything"
duel 0 after --from-git base --cache "$work/slow" --out "$work/o5"

[ "$failures" = 0 ] && echo "all as it should be"
[ "$failures" = 0 ]
