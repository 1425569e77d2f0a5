#!/bin/bash
# test_build_list.sh: a kernel is built as kernels/KERNELS says, and the configuration stops in a sentence where a source
# contradicts the list. SPDX-License-Identifier: Apache-2.0
set -u
. "${SOURCE:?the folder of the sources}/tests/checks.sh"

mkdir "$work/tree"
cp -r "$SOURCE/kernels" "$SOURCE/cmake" "$work/tree/"
list=$work/tree/kernels/KERNELS
cp "$list" "$work/list"
cat >"$work/CMakeLists.txt" <<'CMAKE'
cmake_minimum_required(VERSION 3.22)
project(list LANGUAGES C)
find_package(OpenMP REQUIRED COMPONENTS C)
include(tree/cmake/kernels.cmake)
CMAKE
configure() { cmake -S "$work" -B "$work/build" >"$work/said" 2>&1; }
has() { grep -q "as_kernel_$1;" "$work/build/generated/tables.c"; }

# stops TEXT: the configuration fails and says TEXT, wherever its lines break.
stops() {
    configure && fail "configured, where it should say '$1'"
    tr -s ' \n' ' ' <"$work/said" | grep -qF "$1" || { cat "$work/said"; fail "does not say '$1'"; }
    cp "$work/list" "$list"
}

configure || { cat "$work/said"; fail "the list as it is"; }
has attention_naive_plain || fail "a kernel without a line is not built once"
has attention_gather_scalar || fail "a simd kernel is not built for scalar"
has content_select_scalar && fail "shared code is listed as a kernel"

# Dropping a file is enough.
sed 's/naive/dropped/g' "$SOURCE/kernels/attention/naive.c" >"$work/tree/kernels/attention/dropped.c"
configure || fail "a dropped file stops the configuration"
has attention_dropped_plain || fail "a dropped file is no kernel"

sed -i '/gather/d' "$list"
stops "add the line 'attention/gather simd' to kernels/KERNELS"
sed -i 's/^attention\/flash .*/attention\/flash simd/' "$list"
stops "kernels/attention/flash.c includes tile/dtype.h, and kernels/KERNELS says simd: say bf16"
sed -i 's/^attention\/gather .*/attention\/gather bf16/' "$list"
stops "says bf16 of attention/gather, whose file does not include tile/dtype.h"
echo "attention/naive simd" >>"$list"
stops "kernels/attention/naive.c uses no vectors"
echo "attention/none simd" >>"$list"
stops "attention/none has no file kernels/attention/none.c: remove its line"
echo "attention/naive fast" >>"$list"
stops "is not a kernel's name and simd, bf16 or shared"
finish
