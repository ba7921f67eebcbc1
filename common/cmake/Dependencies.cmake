# Debian bookworm packages, by name. Versions of the distribution: gRPC 1.51, protobuf 3.21, Abseil 20220623, spdlog 1.10,
# GoogleTest 1.12, SQLite 3.40, libpq 15, Boost 1.81, prometheus-cpp 1.0, OpenSSL 3.0, rhonabwy 1.1, libcurl 7.88.
find_package(Threads REQUIRED)
find_package(Protobuf REQUIRED) # Module mode: Debian ships no config file that works.
find_package(gRPC CONFIG REQUIRED)
find_package(absl CONFIG REQUIRED)
find_package(spdlog CONFIG REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(PostgreSQL REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(ZLIB REQUIRED)
find_package(Boost 1.81 REQUIRED)
find_package(prometheus-cpp CONFIG REQUIRED COMPONENTS core)
find_package(CURL REQUIRED)
# They have no config file. By name, since what pkg-config says of rhonabwy links all that it itself is made of.
find_library(OVERSIGHT_RHONABWY rhonabwy REQUIRED)
find_library(OVERSIGHT_JANSSON jansson REQUIRED)
if(OVERSIGHT_BUILD_TESTS)
  find_package(GTest REQUIRED)
  find_package(benchmark CONFIG REQUIRED)
  find_package(rapidcheck CONFIG REQUIRED)
endif()

# google.rpc protos: no C++ package of the distribution has them; the npm package is installed by common/tools/bootstrap.sh.
set(OVERSIGHT_GOOGLE_PROTOS ${CMAKE_SOURCE_DIR}/node_modules/google-proto-files)
if(NOT EXISTS ${OVERSIGHT_GOOGLE_PROTOS}/google/rpc/status.proto)
  message(FATAL_ERROR "google/rpc/status.proto not found. Run 'make setup' (or 'npm ci') in ${CMAKE_SOURCE_DIR} first.")
endif()
