// Bytes that nobody can guess, from OpenSSL. Free function; thread-safe.
#pragma once

#include <openssl/rand.h>

#include <cstdlib>
#include <string>

namespace oversight::gateway {

inline std::string RandomBytes(size_t count) {
  std::string bytes(count, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(count)) != 1) std::abort();
  return bytes;
}

}  // namespace oversight::gateway
