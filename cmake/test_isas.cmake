# Parts of tests that are built once for each instruction set, as kernels are: tests/**/isa_*.c. They join the library
# test_isas; generated/isas.h names the instruction sets: AS_EACH_ISA(X) is X(scalar) X(avx2) ...
file(GLOB_RECURSE FILES CONFIGURE_DEPENDS ${ROOT}/tests/isa_*.c)
add_library(test_isas INTERFACE)
foreach(file IN LISTS FILES)
  as_per_isa(test_isas ${file})
endforeach()
list(TRANSFORM ISAS REPLACE "(.+)" "X(\\1)" OUTPUT_VARIABLE EACH_ISA)
list(JOIN EACH_ISA " " EACH_ISA)
file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/generated/isas.h CONTENT "#define AS_EACH_ISA(X) @EACH_ISA@\n" @ONLY)
target_include_directories(test_isas INTERFACE ${CMAKE_BINARY_DIR}/generated)
