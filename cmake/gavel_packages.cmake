# The libraries of Debian 12 that rooms may name in LIBS, under one spelling each:
#   Boost::headers (Asio, Beast)  fmt::fmt  spdlog::spdlog  CLI11::CLI11  tomlplusplus::tomlplusplus
#   simdjson::simdjson  zstd::zstd  LibLZMA::LibLZMA  ZLIB::ZLIB  secp256k1::secp256k1
#   prometheus-cpp::core  Threads::Threads
# A library that is not installed is no error here: only the room that links it fails to build.
find_package(Threads REQUIRED)
find_package(GTest REQUIRED)
find_package(benchmark REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(Boost 1.81 QUIET CONFIG)
find_package(fmt QUIET CONFIG)
find_package(spdlog QUIET CONFIG)
find_package(CLI11 QUIET CONFIG)
find_package(simdjson QUIET CONFIG)
find_package(LibLZMA QUIET)
find_package(ZLIB QUIET)
find_package(prometheus-cpp QUIET CONFIG)

function(gavel_pkg_target alias module)
  if(TARGET ${alias})
    return()
  endif()
  pkg_check_modules(${module} QUIET IMPORTED_TARGET GLOBAL ${module})
  if(TARGET PkgConfig::${module})
    add_library(${alias} ALIAS PkgConfig::${module})
  endif()
endfunction()
gavel_pkg_target(zstd::zstd libzstd)
gavel_pkg_target(secp256k1::secp256k1 libsecp256k1)
gavel_pkg_target(tomlplusplus::tomlplusplus tomlplusplus)
