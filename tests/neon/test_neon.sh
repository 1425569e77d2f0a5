#!/usr/bin/env bash
# The NEON rung without an ARM machine: the kernels cross-compiled, and held against their oracle under qemu-user.
# SPDX-License-Identifier: Apache-2.0
set -u
fail() { echo "FAIL: $*"; exit 1; }
skip() { echo "skipped: $*; apt-get install gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user"; exit 77; }

[ "$(uname -m)" = aarch64 ] && skip "this machine runs NEON itself: verify and the other tests cover it"
command -v aarch64-linux-gnu-gcc >/dev/null || skip "no cross compiler aarch64-linux-gnu-gcc"
[ -e /usr/aarch64-linux-gnu/lib/libc.a ] || skip "no C library for AArch64"
qemu=$(command -v qemu-aarch64 || command -v qemu-aarch64-static) || skip "no qemu-aarch64"

build=$PWD/tests/neon
mkdir -p "$build" || fail "cannot make $build"
{
    [ -f "$build/build.ninja" ] || cmake -S "$SOURCE/tests/neon" -B "$build" -G Ninja -DCMAKE_SYSTEM_NAME=Linux \
        -DCMAKE_SYSTEM_PROCESSOR=aarch64 -DCMAKE_C_COMPILER=aarch64-linux-gnu-gcc &&
        ninja -C "$build"
} >"$build/build.log" 2>&1 </dev/null || { tail -n 30 "$build/build.log"; fail "building; the whole log is $build/build.log"; }

# threads that wait by spinning would only take the emulator's time
out=$(OMP_WAIT_POLICY=passive "$qemu" "$build/verify_neon") || fail "under qemu: $out"
echo "$out"
# What must have been looked at, so that an empty registry does not pass.
for isa in scalar neon; do
    grep -Eq "^$isa: [1-9][0-9]{2,} checks, 0 failed$" <<<"$out" || fail "$isa was hardly checked"
done
echo ok
