# Compiler and linker flags of the host builds. Four build types:
#   release  -O3 for x86-64-v3, frame pointers and line tables kept so that profilers work
#   dev      -O1, the quick one
#   asan     address and undefined-behaviour sanitizers, libstdc++ assertions
#   tsan     thread sanitizer; only rooms with threads have tests here
set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE OFF)

set(gavel_sanitizers "")
if(CMAKE_BUILD_TYPE STREQUAL "asan")
  set(gavel_sanitizers -fsanitize=address,undefined -fno-sanitize-recover=all)
elseif(CMAKE_BUILD_TYPE STREQUAL "tsan")
  set(gavel_sanitizers -fsanitize=thread)
endif()

set(CMAKE_CXX_FLAGS_RELEASE "-O3 -DNDEBUG -gline-tables-only")
set(CMAKE_C_FLAGS_RELEASE "${CMAKE_CXX_FLAGS_RELEASE}")
set(CMAKE_CXX_FLAGS_DEV "-O1 -g -D_GLIBCXX_ASSERTIONS")
set(CMAKE_CXX_FLAGS_ASAN "-O1 -gline-tables-only -D_GLIBCXX_ASSERTIONS")
set(CMAKE_CXX_FLAGS_TSAN "-O1 -gline-tables-only")

# Coverage feedback slows tests, so only ./gavel fuzz asks for it, in a build folder of its own.
option(GAVEL_FUZZ "asan builds: instrument every library for libFuzzer" OFF)
if(GAVEL_FUZZ)
  list(APPEND gavel_sanitizers -fsanitize=fuzzer-no-link)
endif()

# _avx2, _avx512 and _ifma sources get more than x86-64-v3 by name (gavel_room.cmake).
add_compile_options(-march=x86-64-v3 -mpclmul -fno-omit-frame-pointer ${gavel_sanitizers})
add_link_options(-fuse-ld=lld ${gavel_sanitizers})

# Conversions that lose value are errors; signedness alone is not, since sizes and indexes from the
# standard library would drown the ones that matter.
set(gavel_warnings -Wall -Wextra -Werror -Wconversion -Wno-sign-conversion -Wshadow
    -Wnon-virtual-dtor -Wimplicit-fallthrough)

find_program(gavel_ccache ccache)
if(gavel_ccache)
  # Objects are the same wherever the clone lies, so clones share them.
  set(gavel_launcher ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1
    ${gavel_ccache})
  set(CMAKE_C_COMPILER_LAUNCHER ${gavel_launcher})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${gavel_launcher})
endif()
