# Kernels. A file kernels/<mechanism>/<algorithm>.c, common.c apart, is a kernel. It is built once, or for the instruction
# sets that its line in kernels/KERNELS says. The registry's table comes from the file names, so that adding a kernel is
# adding a file. The same holds for pattern terms (kernels/pattern/term/), oracles and roofs.
# Also included by projects that want the kernels alone (tests/neon). KERNELS_LEFT_OUT lists the mechanism/algorithm of
# those that they cannot build.
set(MECHANISMS attention content kernelised convolution mixing layer)
get_filename_component(ROOT ${CMAKE_CURRENT_LIST_DIR} DIRECTORY)

set(ISAS scalar)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  list(APPEND ISAS avx2 avx512)
elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "aarch64|arm64")
  list(APPEND ISAS neon)
endif()
set(FLAGS_scalar "")
if(ATTNSCOPE_SANITIZE)
  set(FLAGS_scalar -O2) # its register blocks are plain loops, which -O1 leaves in memory: half the time of verify
endif()
set(FLAGS_avx2 -mavx2 -mfma -mf16c -mtune=haswell)
set(FLAGS_avx512 -mavx512f -mavx512bw -mavx512dq -mavx512vl -mavx2 -mfma -mf16c -mprefer-vector-width=512)
if(ATTNSCOPE_SANITIZE MATCHES address AND CMAKE_C_COMPILER_ID STREQUAL "GNU")
  # With detect_stack_use_after_return gcc 12 aligns a frame to 32 bytes, whatever lies in it (its bug 110027): vectors of 64 fault.
  list(APPEND FLAGS_avx512 --param=asan-use-after-return=0)
endif()
set(FLAGS_amx ${FLAGS_avx512} -mavx512bf16 -mamx-tile -mamx-bf16)
set(LIKE_amx avx512) # the instruction set whose code it compiles as well: AS_ISA_avx512 is defined, too
set(FLAGS_neon "")
if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
  set(FLAGS_neon -fno-schedule-insns) # gcc 12 would load ahead until one of the 24 sums of a register block is spilled
endif()

# AMX multiplies bfloat16 only.
set(ISAS_BF16 ${ISAS})
if("avx512" IN_LIST ISAS)
  include(CheckCSourceCompiles)
  list(JOIN FLAGS_amx " " CMAKE_REQUIRED_FLAGS)
  check_c_source_compiles("#include <immintrin.h>
    int main(void) { _tile_zero(0); _tile_dpbf16ps(0, 1, 2); _tile_release(); return 0; }" COMPILES_AMX)
  unset(CMAKE_REQUIRED_FLAGS)
  if(COMPILES_AMX)
    list(APPEND ISAS_BF16 amx)
  endif()
endif()

if(ATTNSCOPE_SANITIZE MATCHES address)
  set_source_files_properties(${ROOT}/kernels/tile/gemm.c ${ROOT}/kernels/tile/wide.c PROPERTIES # see tile/look.h
    COMPILE_OPTIONS "-fno-sanitize=all;-O2" COMPILE_DEFINITIONS AS_ASAN_BY_REGION)
  # Every `run` reads a gigabyte four times in these loops, of a mapping that is its own.
  set_source_files_properties(${ROOT}/kernels/roof/roof.c PROPERTIES COMPILE_OPTIONS "-fno-sanitize=all;-O2")
endif()

add_library(kernels INTERFACE)
file(GLOB PLAIN CONFIGURE_DEPENDS
  ${ROOT}/kernels/api/*.c ${ROOT}/kernels/common/*.c ${ROOT}/kernels/npy/*.c ${ROOT}/kernels/pattern/*.c
  ${ROOT}/kernels/pattern/term/*.c ${ROOT}/kernels/oracle/*.c ${ROOT}/kernels/*/common.c ${ROOT}/kernels/roof/registry.c)

# as_per_isa(LIBRARY FILE [ISA...]): one object library per isa (all of ISAS); their objects join LIBRARY, an interface.
function(as_per_isa library file)
  set(isas ${ARGN})
  if(NOT isas)
    set(isas ${ISAS})
  endif()
  foreach(isa IN LISTS isas)
    file(RELATIVE_PATH name ${ROOT} ${file})
    string(MAKE_C_IDENTIFIER "${name}_${isa}" target)
    add_library(${target} OBJECT ${file})
    target_compile_definitions(${target} PRIVATE AS_ISA_NAME=${isa} AS_ISA_${isa}=1)
    foreach(like IN LISTS LIKE_${isa})
      target_compile_definitions(${target} PRIVATE AS_ISA_${like}=1)
    endforeach()
    if(isa IN_LIST ISAS_BF16)
      string(TOUPPER ${isa} constant)
      target_compile_definitions(${target} PRIVATE AS_THIS_ISA=AS_${constant})
    endif()
    target_compile_options(${target} PRIVATE ${FLAGS_${isa}})
    target_include_directories(${target} PRIVATE ${ROOT}/kernels ${INCLUDE_cblas})
    target_link_libraries(${target} PRIVATE OpenMP::OpenMP_C)
    target_sources(${library} INTERFACE $<TARGET_OBJECTS:${target}>)
  endforeach()
endfunction()

# What kernels of several mechanisms share, with a body for each instruction set.
file(GLOB FILES CONFIGURE_DEPENDS ${ROOT}/kernels/tile/*.c)
foreach(file IN LISTS FILES)
  as_per_isa(kernels ${file} ${ISAS_BF16})
endforeach()

# kernels/KERNELS: BUILD_<mechanism>/<algorithm> is simd, bf16 or shared; no such variable: plain.
set(KERNELS_LISTED "")
file(STRINGS ${ROOT}/kernels/KERNELS LINES REGEX "^[^#]")
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${ROOT}/kernels/KERNELS)
foreach(line IN LISTS LINES)
  if(NOT line MATCHES "^([^ ]+) +(simd|bf16|shared) *$")
    message(FATAL_ERROR "kernels/KERNELS: '${line}' is not a kernel's name and simd, bf16 or shared")
  endif()
  if(NOT EXISTS ${ROOT}/kernels/${CMAKE_MATCH_1}.c)
    message(FATAL_ERROR "kernels/KERNELS: ${CMAKE_MATCH_1} has no file kernels/${CMAKE_MATCH_1}.c: remove its line")
  endif()
  list(APPEND KERNELS_LISTED ${CMAKE_MATCH_1})
  set(BUILD_${CMAKE_MATCH_1} ${CMAKE_MATCH_2})
endforeach()

# as_check_build(KERNEL BUILD): stops if the kernel's source, with the headers of its own folder, contradicts BUILD.
function(as_check_build kernel build)
  set(files ${ROOT}/kernels/${kernel}.c)
  get_filename_component(folder ${files} DIRECTORY)
  get_filename_component(mechanism ${folder} NAME)
  file(STRINGS ${files} own REGEX "^#include \"(${mechanism}/)?[^/\"]+\"")
  foreach(line IN LISTS own)
    string(REGEX REPLACE "^#include \"(${mechanism}/)?([^\"]+)\".*" "\\2" header "${line}")
    if(EXISTS ${folder}/${header})
      list(APPEND files ${folder}/${header})
    endif()
  endforeach()
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${files})
  set(vectors "")
  set(dtype "")
  foreach(file IN LISTS files)
    file(STRINGS ${file} found REGEX "vf_[a-z]|VF_[A-Z]|AS_ISA\\(|^#include \"(\\.\\./)?(vec|tile)/")
    file(STRINGS ${file} found_dtype REGEX "^#include \"(\\.\\./)?tile/dtype.h\"")
    string(APPEND vectors "${found}")
    string(APPEND dtype "${found_dtype}")
  endforeach()
  if(build STREQUAL plain AND vectors)
    message(FATAL_ERROR "kernels/${kernel}.c uses vectors (vf_, vec/, tile/ or AS_ISA) and would be built once, without them: "
      "add the line '${kernel} simd' to kernels/KERNELS")
  elseif(NOT build STREQUAL plain AND NOT vectors)
    message(FATAL_ERROR "kernels/${kernel}.c uses no vectors (vf_, vec/, tile/ or AS_ISA), and kernels/KERNELS says ${build}: "
      "remove its line there")
  elseif(build STREQUAL bf16 AND NOT dtype)
    message(FATAL_ERROR "kernels/KERNELS says bf16 of ${kernel}, whose file does not include tile/dtype.h: say simd, or "
      "refuse by tile_refuse_dtype what AMX does not multiply")
  elseif(NOT build STREQUAL bf16 AND dtype)
    message(FATAL_ERROR "kernels/${kernel}.c includes tile/dtype.h, and kernels/KERNELS says ${build}: say bf16")
  endif()
endfunction()

set(ENTRIES "")
set(DECLARATIONS "")
foreach(mechanism IN LISTS MECHANISMS)
  file(GLOB FILES CONFIGURE_DEPENDS ${ROOT}/kernels/${mechanism}/*.c)
  list(REMOVE_ITEM FILES ${ROOT}/kernels/${mechanism}/common.c) # shared by the kernels of the mechanism
  foreach(file IN LISTS FILES)
    get_filename_component(algorithm ${file} NAME_WE)
    if("${mechanism}/${algorithm}" IN_LIST KERNELS_LEFT_OUT)
      continue()
    endif()
    string(MAKE_C_IDENTIFIER "as_kernel_${mechanism}_${algorithm}" symbol)
    set(build plain)
    if("${mechanism}/${algorithm}" IN_LIST KERNELS_LISTED)
      set(build ${BUILD_${mechanism}/${algorithm}})
    endif()
    as_check_build(${mechanism}/${algorithm} ${build})
    if(build STREQUAL plain)
      list(APPEND PLAIN ${file})
      set(suffixes plain)
    else()
      set(suffixes ${ISAS})
      if(build STREQUAL bf16)
        set(suffixes ${ISAS_BF16})
      endif()
      as_per_isa(kernels ${file} ${suffixes})
    endif()
    if(build STREQUAL shared)
      continue()
    endif()
    foreach(suffix IN LISTS suffixes)
      string(APPEND DECLARATIONS "extern const as_kernel ${symbol}_${suffix};\n")
      string(APPEND ENTRIES "    &${symbol}_${suffix},\n")
    endforeach()
  endforeach()
endforeach()

# What is not a kernel and has a body for each instruction set: loops that fill operands, and roofs.
set(FILLERS "")
set(FILLER_DECLARATIONS "")
list(REMOVE_ITEM PLAIN ${ROOT}/kernels/common/fill.c)
as_per_isa(kernels ${ROOT}/kernels/common/fill.c)
foreach(isa IN LISTS ISAS)
  string(APPEND FILLER_DECLARATIONS "extern const as_filler as_filler_${isa};\n")
  string(APPEND FILLERS "    &as_filler_${isa},\n")
endforeach()

set(ROOFS "")
set(ROOF_DECLARATIONS "")
as_per_isa(kernels ${ROOT}/kernels/roof/roof.c ${ISAS_BF16})
foreach(isa IN LISTS ISAS_BF16)
  string(APPEND ROOF_DECLARATIONS "extern const as_roof as_roof_${isa};\n")
  string(APPEND ROOFS "    &as_roof_${isa},\n")
endforeach()

set(TERMS "")
set(TERM_DECLARATIONS "")
file(GLOB FILES CONFIGURE_DEPENDS ${ROOT}/kernels/pattern/term/*.c)
foreach(file IN LISTS FILES)
  get_filename_component(term ${file} NAME_WE)
  string(APPEND TERM_DECLARATIONS "extern const as_term as_term_${term};\n")
  string(APPEND TERMS "    &as_term_${term},\n")
endforeach()

set(ORACLES "")
set(ORACLE_DECLARATIONS "")
file(GLOB FILES CONFIGURE_DEPENDS ${ROOT}/kernels/oracle/*.c)
list(REMOVE_ITEM FILES ${ROOT}/kernels/oracle/oracle.c)
foreach(file IN LISTS FILES)
  get_filename_component(oracle ${file} NAME_WE)
  string(MAKE_C_IDENTIFIER "as_oracle_${oracle}" symbol)
  string(APPEND ORACLE_DECLARATIONS "extern const as_oracle ${symbol};\n")
  string(APPEND ORACLES "    &${symbol},\n")
endforeach()

file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/generated/tables.c CONTENT [[
/* Generated by cmake/kernels.cmake from the names of the files in kernels/. */
#include "api/kernel.h"
#include "oracle/oracle.h"
#include "pattern/term.h"
#include "roof/roof.h"

@DECLARATIONS@
const as_kernel *const as_builtin_kernels[] = {
@ENTRIES@    NULL,
};

@FILLER_DECLARATIONS@
const as_filler *const as_builtin_fillers[] = {
@FILLERS@    NULL,
};

@ROOF_DECLARATIONS@
const as_roof *const as_builtin_roofs[] = {
@ROOFS@    NULL,
};

@TERM_DECLARATIONS@
const as_term *const as_builtin_terms[] = {
@TERMS@    NULL,
};

@ORACLE_DECLARATIONS@
const as_oracle *const as_builtin_oracles[] = {
@ORACLES@    NULL,
};
]] @ONLY)

add_library(kernels_plain OBJECT ${PLAIN} ${CMAKE_BINARY_DIR}/generated/tables.c)
target_include_directories(kernels_plain PRIVATE ${ROOT}/kernels ${INCLUDE_cblas})
target_link_libraries(kernels_plain PRIVATE OpenMP::OpenMP_C)
target_sources(kernels INTERFACE $<TARGET_OBJECTS:kernels_plain>)
target_link_libraries(kernels INTERFACE ${LIB_openblas} OpenMP::OpenMP_C m)
