# The AMX builds of the kernels that have one, with the tile registers of amx_model.h: they run wherever AVX-512 does.
# test_amx gets them all; elsewhere it is built without, and says so.
if("avx512" IN_LIST ISAS)
  set(FILES_EMULATED tile/attend.c tile/executed.c tile/gemm.c attention/flash.c attention/tiles.c attention/residues.c
    attention/longnet.c layer/projections.c
    layer/feed-forward.c convolution/gemm.c mixing/mixer-channel.c kernelised/linear-chunked.c)
  set(MODEL ${CMAKE_CURRENT_SOURCE_DIR}/kernels/amx/amx_model.h)
  list(TRANSFORM FILES_EMULATED PREPEND ${CMAKE_SOURCE_DIR}/kernels/)
  foreach(file IN LISTS FILES_EMULATED ITEMS ${CMAKE_CURRENT_SOURCE_DIR}/kernels/amx/multiply.c)
    file(RELATIVE_PATH name ${CMAKE_SOURCE_DIR} ${file})
    string(MAKE_C_IDENTIFIER ${name} name)
    add_library(amx_emulated_${name} OBJECT ${file})
    target_compile_definitions(amx_emulated_${name} PRIVATE AS_ISA_NAME=amx_emulated AS_ISA_amx=1 AS_THIS_ISA=AS_AMX)
    target_compile_options(amx_emulated_${name} PRIVATE ${FLAGS_avx512} -include ${MODEL})
    target_include_directories(amx_emulated_${name} PRIVATE ${CMAKE_SOURCE_DIR}/kernels)
    target_link_libraries(amx_emulated_${name} PRIVATE OpenMP::OpenMP_C)
    target_link_libraries(test_amx PRIVATE amx_emulated_${name})
  endforeach()
  target_compile_definitions(test_amx PRIVATE AMX_EMULATED=1)
endif()
