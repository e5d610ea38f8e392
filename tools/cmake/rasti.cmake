# How this project builds: one library and one test program a folder.

set(RASTI_TIMEOUT_FACTOR 1 CACHE STRING "Time limits of tests, multiplied: sanitizers and long counts take longer")

# Flags of our own code; generated code is built without the warnings.
add_library(rasti_flags INTERFACE)
target_include_directories(rasti_flags INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(rasti_flags INTERFACE -fno-omit-frame-pointer)
if(RASTI_SANITIZE)
  target_compile_options(rasti_flags INTERFACE -fsanitize=${RASTI_SANITIZE} -fno-sanitize-recover=all)
  target_link_options(rasti_flags INTERFACE -fsanitize=${RASTI_SANITIZE})
endif()
if(RASTI_FUZZ)
  # Coverage of our own code, and the checks of the standard library. More than -O1 makes compiling longer, and runs
  # hardly shorter.
  target_compile_options(rasti_flags INTERFACE -O1 -fsanitize=fuzzer-no-link)
  target_compile_definitions(rasti_flags INTERFACE _GLIBCXX_ASSERTIONS)
endif()
if(RASTI_SANITIZE STREQUAL "thread")
  add_library(rasti_c11_threads OBJECT ${PROJECT_SOURCE_DIR}/tools/tsan/c11_threads.cc)
  target_compile_options(rasti_c11_threads PRIVATE -fsanitize=thread)
endif()

# What every program is linked with besides its libraries; every program calls it.
function(rasti_program target)
  if(RASTI_SANITIZE STREQUAL "thread")
    target_link_libraries(${target} PRIVATE rasti_c11_threads)
  endif()
endfunction()
set(RASTI_WARNINGS -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wold-style-cast -Woverloaded-virtual
                   -Wcast-qual -Wconversion -Wno-sign-conversion -Wimplicit-fallthrough -Wswitch-enum -Werror)
# GCC 12 reports false uninitialised and overflow warnings inside std::variant and std::string at -O2 and with sanitizers.
list(APPEND RASTI_WARNINGS -Wno-maybe-uninitialized -Wno-restrict -Wno-stringop-overflow -Wno-array-bounds
                           -Wno-stringop-overread)
if(CMAKE_CXX_COMPILER_ID MATCHES Clang)
  list(APPEND RASTI_WARNINGS -Wno-unknown-warning-option)
endif()

# An imported target for a Debian library that brings neither CMake nor pkg-config files.
function(rasti_find_library name header)
  find_library(RASTI_${name}_LIBRARY ${name} REQUIRED)
  find_path(RASTI_${name}_INCLUDE ${header} REQUIRED)
  add_library(${name}_imported INTERFACE)
  target_link_libraries(${name}_imported INTERFACE ${RASTI_${name}_LIBRARY})
  add_library(rasti::third_party::${name} ALIAS ${name}_imported)
endfunction()

# rasti_folder(NAME DEPS targets... [TEST_DEPS targets...]): the folder's *.cc as library rasti_NAME, its *_test.cc as
# the program NAME_test. Sub-folders of the folder belong to it.
function(rasti_folder name)
  cmake_parse_arguments(ARG "" "" "DEPS;TEST_DEPS" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cc)
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "_test\\.cc$")
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")
  if(sources)
    add_library(rasti_${name} STATIC ${sources})
    target_compile_options(rasti_${name} PRIVATE ${RASTI_WARNINGS})
    target_link_libraries(rasti_${name} PUBLIC rasti_flags ${ARG_DEPS})
    rasti_precompile(rasti_${name})
  else()
    add_library(rasti_${name} INTERFACE)
    target_link_libraries(rasti_${name} INTERFACE rasti_flags ${ARG_DEPS})
  endif()
  if(tests)
    rasti_test(${name}_test SOURCES ${tests} DEPS rasti_${name} ${ARG_TEST_DEPS})
  endif()
endfunction()

# rasti_test(NAME SOURCES files... DEPS targets...): a GoogleTest program whose cases ctest runs one by one.
function(rasti_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "SOURCES;DEPS;PROPERTIES" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  add_executable(${name} ${ARG_SOURCES})
  target_compile_options(${name} PRIVATE ${RASTI_WARNINGS})
  target_link_libraries(${name} PRIVATE rasti_flags ${ARG_DEPS} GTest::gmock GTest::gtest_main
                                        rasti::third_party::rapidcheck)
  rasti_program(${name})
  rasti_precompile(${name})
  add_test(NAME ${name} COMMAND ${name} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
  math(EXPR timeout "${ARG_TIMEOUT} * ${RASTI_TIMEOUT_FACTOR}")
  set_tests_properties(${name} PROPERTIES TIMEOUT ${timeout} ${ARG_PROPERTIES})
  if(RASTI_SANITIZE STREQUAL "thread")
    set_property(TEST ${name} APPEND PROPERTY ENVIRONMENT
                 "TSAN_OPTIONS=suppressions=${PROJECT_SOURCE_DIR}/tools/tsan/suppressions.txt")
  endif()
endfunction()

# The allocator that programs run with, as RocksDB advises. Sanitizers bring their own.
function(rasti_allocator target)
  if(NOT RASTI_SANITIZE)
    target_link_libraries(${target} PRIVATE rasti::third_party::jemalloc)
  endif()
endfunction()

# Third-party and standard headers that nearly every file includes.
function(rasti_precompile target)
  if(NOT RASTI_PRECOMPILE)
    return()
  endif()
  target_precompile_headers(${target} PRIVATE <algorithm> <chrono> <functional> <map> <memory> <optional> <string>
                            <string_view> <variant> <vector> <fmt/format.h> <tl/expected.hpp>)
endfunction()
