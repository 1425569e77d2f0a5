#!/bin/bash
# test_launcher.sh: the launcher in a tree of its own, with cmake, ninja, ctest, apt-get and dpkg-query that only write
# down how they were called. What it really installs and builds is shown by tests/setup/chroot.sh.
# SPDX-License-Identifier: Apache-2.0
set -u
: "${SOURCE:?the folder of the sources}"
failures=0
work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT

check() { # check WHAT CONDITION...
    local what=$1
    shift
    if "$@"; then return 0; fi
    echo "FAILED: $what"
    failures=$((failures + 1))
}
has() { [[ $1 == *"$2"* ]]; }
lacks() { [[ $1 != *"$2"* ]]; }

# A PATH with nothing but what the launcher may use, and the fakes.
tools=$work/tools
mkdir "$tools"
for tool in sh env cat chmod find grep rm mkdir mv tail sed tee flock dirname readlink nproc touch sleep; do
    ln -s "$(command -v $tool)" "$tools/$tool"
done
fake() { printf '#!/bin/sh\n%s\n' "$2" >"$tools/$1" && chmod +x "$tools/$1"; }
calls=$work/calls
export calls
fake cc : && fake c++ : && fake pkg-config : && fake gnuplot :
# shellcheck disable=SC2016
fake cmake 'echo "cmake $*" >>"$calls"
while [ $# -gt 0 ]; do
    case $1 in -S) s=$2 ;; -B) b=$2 ;; -DATTNSCOPE_TESTS=ON) t=ON ;; esac
    shift
done
printf "CMAKE_HOME_DIRECTORY:INTERNAL=%s\nCMAKE_CACHEFILE_DIR:INTERNAL=%s\nATTNSCOPE_TESTS:BOOL=%s\n" "$s" "$b" "${t:-OFF}" \
    >"$b/CMakeCache.txt"
touch "$b/build.ninja"'
# shellcheck disable=SC2016
fake ninja 'echo "ninja $*" >>"$calls"
[ -z "${BROKEN:-}" ] || { echo "broken.c:1:1: error: as asked"; exit 1; }
sleep "${SLOW:-0}"
printf "#!/bin/sh\nfor a in \"\$@\"; do printf \"[%%s]\" \"\$a\"; done\necho\n" >"$2/attnscope"
chmod +x "$2/attnscope"'
# shellcheck disable=SC2016
fake ctest 'echo "ctest $*" >>"$calls"
echo "${CTEST_SAYS-100% tests passed, 0 tests failed out of 12}"
echo "Total Test time (real) =   0.01 sec"'
# shellcheck disable=SC2016
fake dpkg-query 'for p; do :; done
case " ${ABSENT:-} " in *" $p "*) exit 1 ;; esac
echo "ii "'
# shellcheck disable=SC2016
fake apt-get 'echo "apt-get $*" >>"$calls"
case "$*" in *install*) [ -z "${APT_FAILS:-}" ] || { echo "E: no network"; exit 100; } ;; esac'
# shellcheck disable=SC2016
fake id 'echo "${FAKE_UID:-0}"'

new_tree() {
    mkdir -p "$1/kernels/attention" "$1/harness/cli" "$1/cmake"
    touch "$1/CMakeLists.txt" "$1/kernels/attention/a.c" "$1/harness/cli/main.c"
    cp "$SOURCE/attnscope" "$1/attnscope"
    # Older than the stamp of a build that starts now.
    find "$1" -exec touch -d '1 minute ago' {} +
}
launch() { # launch FROM PROGRAM ARGS: output in $out, messages in $err, exit code in $code; calls anew
    : >"$calls"
    out=$(cd "$1" && shift && PATH=$tools "$@" 2>"$work/err" </dev/null)
    code=$?
    err=$(cat "$work/err")
    called=$(cat "$calls")
}
unset CI ATTNSCOPE_SETUP ATTNSCOPE_BUILD ATTNSCOPE_CMAKE_ARGS

tree="$work/a tree with spaces"
new_tree "$tree"

launch "$tree" ./attnscope run "my config.yaml" ''
check "the first call builds and hands the arguments over" [ "$code:$out" = "0:[run][my config.yaml][]" ]
check "the first call configures and compiles" has "$called" "cmake" && check "" has "$called" "ninja"
check "nothing is installed when nothing is missing" lacks "$called" apt-get

launch "$tree" ./attnscope list
check "a second call runs neither cmake nor ninja" [ "$code:$out:$called:$err" = "0:[list]::" ]

launch / "$tree/attnscope" list
check "works from another folder" [ "$code:$out:$called" = "0:[list]:" ]
ln -s "$tree/attnscope" "$work/link" && ln -s link "$work/link2"
launch "$work" ./link2 list
check "works through links" [ "$code:$out:$called" = "0:[list]:" ]
launch "$tree" sh attnscope list
check "works when given to sh" [ "$code:$out:$called" = "0:[list]:" ]

touch "$tree/kernels/attention/a.c"
launch "$tree" ./attnscope list
check "a touched source is compiled" has "$called" ninja
check "a touched source does not configure anew" lacks "$called" cmake
find "$tree" -path "$tree/build" -prune -o -exec touch -d '1 minute ago' {} +
touch "$tree/harness/cli/cmd_new.c" && touch -d '1 minute ago' "$tree/harness/cli/cmd_new.c"
launch "$tree" ./attnscope list
check "a new file is compiled, however old" has "$called" ninja
rm "$tree/harness/cli/cmd_new.c"
launch "$tree" ./attnscope list
check "a removed file is noticed" has "$called" ninja

touch "$tree/kernels/attention/a.c"
BROKEN=1 launch "$tree" ./attnscope list
check "a failed build runs nothing" [ "$code:$out" = "3:" ]
check "a failed build shows the error and the log's place" has "$err" "broken.c:1:1" && check "" has "$err" "build/setup.log"
BROKEN=1 launch "$tree" ./attnscope list
check "the stale program stays untouched by the next call too" [ "$code:$out" = "3:" ]
launch "$tree" ./attnscope list
check "and a good build mends it" [ "$code:$out" = "0:[list]" ]

mv "$tree" "$work/moved" && tree=$work/moved
launch "$tree" ./attnscope list
check "a moved tree is configured and compiled anew" has "$called" "cmake -S $tree" && check "" [ "$code:$out" = "0:[list]" ]

touch "$tree/kernels/attention/a.c"
: >"$calls"
(cd "$tree" && SLOW=1 PATH=$tools ./attnscope one >"$work/one" 2>&1 </dev/null) &
sleep 0.3
(cd "$tree" && SLOW=1 PATH=$tools ./attnscope two >"$work/two" 2>&1 </dev/null)
wait $!
check "of two calls at once one compiles and both run" [ "$(grep -c ninja "$calls")" = 1 ]
check "the first ran" has "$(cat "$work/one")" "[one]" && check "the second ran" has "$(cat "$work/two")" "[two]"

# Missing packages.
new_tree "$work/bare"
ABSENT="libyaml-dev gnuplot-nox" launch "$work/bare" ./attnscope list
check "root installs what is missing, and says what" has "$err" "installing with apt: libyaml-dev" &&
    check "" has "$called" "install -y" && check "" [ "$code:$out" = "0:[list]" ]
check "a program from another source is as good as its package" lacks "$called" gnuplot-nox
touch "$work/bare/CMakeLists.txt"
ABSENT=libyaml-dev APT_FAILS=1 launch "$work/bare" ./attnscope list
check "a failed installation is shown with its log and a command" [ "$code:$out" = "3:" ] &&
    check "" has "$err" "E: no network" && check "" has "$err" "apt-get install"
ABSENT="libyaml-dev libcsv-dev" FAKE_UID=1000 launch "$work/bare" ./attnscope list
check "without root or sudo it explains in one line" [ "$code:$out:$(wc -l <"$work/err")" = "3::1" ] &&
    check "" has "$err" "apt-get install --no-install-recommends libyaml-dev libcsv-dev" && check "" lacks "$called" apt-get
rm "$tools/gnuplot"
ABSENT=gnuplot-nox FAKE_UID=1000 launch "$work/bare" ./attnscope list
check "without gnuplot alone it still runs" [ "$code:$out" = "0:[list]" ] && check "" has "$err" "no charts"
# shellcheck disable=SC2016
fake sudo 'echo "sudo $*" >>"$calls"; [ "$1" != -n ] || shift; "$@"'
fake true :
touch "$work/bare/CMakeLists.txt"
ABSENT=libyaml-dev FAKE_UID=1000 CI=true launch "$work/bare" ./attnscope list
check "a user with sudo installs through it" has "$called" "sudo env DEBIAN_FRONTEND=noninteractive apt-get install"
touch "$work/bare/CMakeLists.txt"
ABSENT=libyaml-dev ATTNSCOPE_SETUP=no launch "$work/bare" ./attnscope list
check "ATTNSCOPE_SETUP=no installs nothing" lacks "$called" apt-get
mv "$tools/apt-get" "$tools/dpkg-query" "$work/" && rm "$tools/cc"
touch "$work/bare/CMakeLists.txt"
launch "$work/bare" ./attnscope list
check "another system gets the list of what is needed" [ "$code:$out" = "3:" ] && check "" has "$err" "missing: gcc" &&
    check "" has "$err" libopenblas-dev
mv "$work/apt-get" "$work/dpkg-query" "$tools/" && fake cc :

# The tests of the product.
launch "$tree" ./attnscope self-test -R name
check "self-test configures with tests" has "$called" "-DATTNSCOPE_TESTS=ON"
check "self-test gives its arguments to ctest" has "$called" "-R name"
check "self-test ends with its count" [ "$code:$(tail -n 1 <<<"$out")" = "0:12 passed, 0 failed" ]
launch "$tree" ./attnscope self-test
check "tests are configured once" lacks "$called" cmake
CTEST_SAYS="83% tests passed, 2 tests failed out of 12" launch "$tree" ./attnscope self-test
check "a failed test is exit code 1" [ "$code:$(tail -n 1 <<<"$out")" = "1:10 passed, 2 failed" ]
CTEST_SAYS="No tests were found!!!" launch "$tree" ./attnscope self-test -R nothing
check "no test at all is exit code 2" [ "$code" = 2 ]
launch "$tree" ./attnscope self-test --power
check "self-test --power is the program's" [ "$code:$out" = "0:[self-test][--power]" ]
ABSENT=libcmocka-dev launch "$tree" ./attnscope self-test
check "cmocka is installed for the tests" has "$called" libcmocka-dev

[ $failures = 0 ] && echo "launcher: all is well"
exit $((failures > 0))
