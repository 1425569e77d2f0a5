# The register blocks as the instruction set "counted", plain C like scalar: what executed.h counts the calls of. Built once for
# all tests test_executed_*, in whose files they took most of the compiler's time, and sanitized as for any other instruction set.
add_library(counted INTERFACE)
set(FLAGS_counted "")
if(ATTNSCOPE_SANITIZE MATCHES address)
  set(FLAGS_counted -fno-sanitize=all -O2 -DAS_ASAN_BY_REGION)
endif()
as_per_isa(counted ${CMAKE_SOURCE_DIR}/kernels/tile/gemm.c counted)
as_per_isa(counted ${CMAKE_SOURCE_DIR}/kernels/tile/wide.c counted)
as_per_isa(counted ${CMAKE_SOURCE_DIR}/kernels/content/attend.c counted)
