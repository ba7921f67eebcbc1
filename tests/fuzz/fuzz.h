// What the fuzz targets share. A target feeds one of our own parsers with any bytes and holds what must be true of its
// answer; libFuzzer (clang) looks for bytes that crash it, hang it or make a promise untrue. Seeds are in corpus/, one
// folder for a target; `make fuzz` runs them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace oversight::fuzz {

inline std::string_view Text(const uint8_t* data, size_t size) { return {reinterpret_cast<const char*>(data), size}; }

// What must be so; else the input is a finding.
inline void Hold(bool so, const char* what) {
  if (so) return;
  std::fprintf(stderr, "not so: %s\n", what);
  std::abort();
}

}  // namespace oversight::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);
