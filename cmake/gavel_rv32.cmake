# The RV32IM side: freestanding rooms and guest programs, compiled by the host's clang for
# riscv32-unknown-elf with libc++'s headers (configured by cmake/rv32/libcxx/__config_site),
# picolibc's headers and libc, and libgcc's rv32im routines for 64-bit division.
#
# -ffreestanding is not passed on purpose: it turns off the compiler's knowledge of memcpy and its
# like, so that each four-byte load becomes a call. There is a libc behind these programs; what is
# missing is an operating system, and nothing here uses one.
set(gavel_rv32_llvm /usr/lib/llvm-19)
set(gavel_rv32_dir ${PROJECT_SOURCE_DIR}/cmake/rv32)
set(gavel_rv32_picolibc /usr/lib/picolibc/riscv64-unknown-elf)
find_program(gavel_rv32_ld NAMES ld.lld-19 ${gavel_rv32_llvm}/bin/ld.lld REQUIRED)
find_program(gavel_rv32_ar NAMES llvm-ar-19 REQUIRED)
find_program(gavel_qemu_rv32 NAMES qemu-riscv32 REQUIRED)
execute_process(
  COMMAND riscv64-unknown-elf-gcc -march=rv32im -mabi=ilp32 -print-libgcc-file-name
  OUTPUT_VARIABLE gavel_rv32_libgcc OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)

set(gavel_rv32_flags
    --target=riscv32-unknown-elf -march=rv32im -mabi=ilp32 -mcmodel=medany
    -O2 -fno-pic -ffunction-sections -fdata-sections -fno-common -fno-stack-protector
    -fno-unwind-tables -fno-asynchronous-unwind-tables -fno-ident
    -ffile-prefix-map=${PROJECT_SOURCE_DIR}=.)
set(gavel_rv32_cxx_flags
    -std=c++23 -fno-exceptions -fno-rtti -fno-threadsafe-statics -nostdinc++ -DNDEBUG
    -Wglobal-constructors  # nothing runs before main
    -isystem ${gavel_rv32_dir}/libcxx -isystem ${gavel_rv32_llvm}/include/c++/v1
    ${gavel_warnings} -I${PROJECT_SOURCE_DIR}/src -I${PROJECT_SOURCE_DIR}/cmake)

# Compiles one file to an object under <build>/rv32; sets out_var to its path. Runs in the root's
# scope, where all RV32 rules live, since ninja files know a custom output only in its own folder.
function(gavel_rv32_object source out_var)
  string(REPLACE ${CMAKE_BINARY_DIR}/rv32/ "" relative ${source})
  string(REPLACE ${PROJECT_SOURCE_DIR}/ "" relative ${relative})
  set(object ${CMAKE_BINARY_DIR}/rv32/${relative}.o)
  get_filename_component(object_dir ${object} DIRECTORY)
  file(MAKE_DIRECTORY ${object_dir})
  if(source MATCHES "\\.S$")
    set(compile ${CMAKE_C_COMPILER_LAUNCHER} ${CMAKE_C_COMPILER})
  else()
    set(compile ${CMAKE_CXX_COMPILER_LAUNCHER} ${CMAKE_CXX_COMPILER} ${gavel_rv32_cxx_flags})
  endif()
  add_custom_command(
    OUTPUT ${object}
    COMMAND ${compile} ${gavel_rv32_flags} -isystem ${gavel_rv32_picolibc}/include
            -MD -MF ${object}.d -c ${source} -o ${object}
    DEPENDS ${source} ${gavel_rv32_dir}/libcxx/__config_site
    DEPFILE ${object}.d
    COMMENT "RV32 ${relative}"
    VERBATIM)
  set(${out_var} ${object} PARENT_SCOPE)
endfunction()

# gavel_rv32_program(name SOURCES file... ROOMS room... [START file...] [LINKER_SCRIPT file]
#                    [STDIN file] [STDOUT file] [TEST] [NATIVE_TWIN])
#
# An RV32IM ELF, <build>/rv32/<name>, of the given sources and the rooms with all that they depend
# on. START replaces the start-up files, which by default use Linux system calls (cmake/rv32/) so
# that qemu-riscv32 runs the program. TEST runs it as ctest entry rv32.<name>: STDIN is its input;
# its exit status must be 0 and, if STDOUT is named, its output must equal that file. NATIVE_TWIN
# also builds the same sources for the host, <name>_native, and the outputs of both must be equal:
# the rules give one answer on both machines. Such sources read and write by rv32/linux_calls.hpp.
function(gavel_rv32_program name)
  cmake_parse_arguments(arg "TEST;NATIVE_TWIN" "LINKER_SCRIPT;STDIN;STDOUT"
                        "SOURCES;ROOMS;START" ${ARGN})
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "gavel_rv32_program(${name}): unknown ${arg_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT arg_START)
    set(arg_START ${gavel_rv32_dir}/linux_start.S ${gavel_rv32_dir}/linux_calls.cpp)
  endif()
  foreach(key SOURCES START LINKER_SCRIPT STDIN STDOUT)
    set(absolute "")
    foreach(file IN LISTS arg_${key})
      get_filename_component(file ${file} ABSOLUTE)
      list(APPEND absolute ${file})
    endforeach()
    set(arg_${key} ${absolute})
  endforeach()
  set_property(GLOBAL APPEND PROPERTY gavel_rv32_programs ${name})
  foreach(key SOURCES ROOMS START LINKER_SCRIPT STDIN STDOUT TEST NATIVE_TWIN)
    set_property(GLOBAL PROPERTY gavel_rv32_${name}_${key} ${arg_${key}})
  endforeach()
endfunction()

# All rooms reachable from the given ones, dependents first (the order that a linker wants).
function(gavel_rv32_closure out_var)
  set(todo ${ARGN})
  set(found "")
  while(todo)
    list(POP_FRONT todo room)
    list(REMOVE_ITEM found ${room})
    list(APPEND found ${room})
    get_property(deps GLOBAL PROPERTY gavel_${room}_deps)
    list(APPEND todo ${deps})
  endwhile()
  set(${out_var} ${found} PARENT_SCOPE)
endfunction()

# A source that includes every header of a room: what is only a template or inline must be fit for
# the guest too, whether or not a source of the room uses it.
function(gavel_rv32_all_headers room out_var)
  set(text "")
  foreach(header IN LISTS ARGN)
    string(APPEND text "#include \"${room}/${header}\"\n")
  endforeach()
  set(file ${CMAKE_BINARY_DIR}/rv32/${room}_headers.cpp)
  file(CONFIGURE OUTPUT ${file} CONTENT "${text}")
  set(${out_var} ${file} PARENT_SCOPE)
endfunction()

function(gavel_rv32_finish rooms)
  foreach(room IN LISTS rooms)
    get_property(freestanding GLOBAL PROPERTY gavel_${room}_freestanding)
    if(NOT freestanding)
      continue()
    endif()
    get_property(sources GLOBAL PROPERTY gavel_${room}_rv32_sources)
    get_property(headers GLOBAL PROPERTY gavel_${room}_rv32_headers)
    gavel_rv32_all_headers(${room} all_headers ${headers})
    set(objects "")
    foreach(source IN LISTS all_headers sources)
      gavel_rv32_object(${source} object)
      list(APPEND objects ${object})
    endforeach()
    set(archive ${CMAKE_BINARY_DIR}/rv32/libgavel_${room}.a)
    add_custom_command(
      OUTPUT ${archive}
      COMMAND ${CMAKE_COMMAND} -E rm -f ${archive}
      COMMAND ${gavel_rv32_ar} crsD ${archive} ${objects}
      DEPENDS ${objects} COMMENT "RV32 libgavel_${room}.a" VERBATIM)
    add_custom_target(gavel_${room}_rv32 ALL DEPENDS ${archive})
    set_property(GLOBAL PROPERTY gavel_${room}_rv32_archive ${archive})
  endforeach()
  get_property(programs GLOBAL PROPERTY gavel_rv32_programs)
  foreach(name IN LISTS programs)
    gavel_rv32_link(${name})
  endforeach()
endfunction()

function(gavel_rv32_link name)
  foreach(key SOURCES ROOMS START LINKER_SCRIPT STDIN STDOUT TEST NATIVE_TWIN)
    get_property(${key} GLOBAL PROPERTY gavel_rv32_${name}_${key})
  endforeach()
  gavel_rv32_closure(rooms ${ROOMS})
  set(objects "")
  foreach(source IN LISTS START SOURCES)
    get_property(object GLOBAL PROPERTY gavel_rv32_object_${source})
    if(NOT object)
      gavel_rv32_object(${source} object)
      set_property(GLOBAL PROPERTY gavel_rv32_object_${source} ${object})
    endif()
    list(APPEND objects ${object})
  endforeach()
  set(archives "")
  foreach(room IN LISTS rooms)
    get_property(archive GLOBAL PROPERTY gavel_${room}_rv32_archive)
    list(APPEND archives ${archive})
  endforeach()
  set(script "")
  if(LINKER_SCRIPT)
    set(script -T ${LINKER_SCRIPT})
  endif()
  set(elf ${CMAKE_BINARY_DIR}/rv32/${name})
  add_custom_command(
    OUTPUT ${elf}
    COMMAND ${gavel_rv32_ld} -m elf32lriscv -static --gc-sections --build-id=none ${script}
            -o ${elf} ${objects} ${archives}
            --start-group ${gavel_rv32_picolibc}/lib/rv32im/ilp32/libc.a ${gavel_rv32_libgcc}
            --end-group
    DEPENDS ${objects} ${archives} ${LINKER_SCRIPT} COMMENT "RV32 ${name}" VERBATIM)
  add_custom_target(${name}_rv32_program ALL DEPENDS ${elf})
  set(twin "")
  if(NATIVE_TWIN)
    set(twin $<TARGET_FILE:${name}_native>)
    add_executable(${name}_native ${SOURCES} ${gavel_rv32_dir}/host_calls.cpp)
    target_compile_options(${name}_native PRIVATE ${gavel_warnings})
    target_include_directories(${name}_native PRIVATE ${PROJECT_SOURCE_DIR}/src
                                                      ${PROJECT_SOURCE_DIR}/cmake)
    list(TRANSFORM ROOMS PREPEND gavel_)
    target_link_libraries(${name}_native PRIVATE ${ROOMS})
  endif()
  if(TEST)
    add_test(NAME rv32.${name}
             COMMAND ${gavel_rv32_dir}/run.sh ${gavel_qemu_rv32} ${elf}
                     "${STDIN}" "${STDOUT}" ${twin}
             WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
    set_tests_properties(rv32.${name} PROPERTIES TIMEOUT ${gavel_test_timeout_s} LABELS rv32)
  endif()
endfunction()

gavel_rv32_program(rv32_probe SOURCES ${gavel_rv32_dir}/probe.cpp
                   STDOUT ${gavel_rv32_dir}/probe.expected TEST NATIVE_TWIN)
