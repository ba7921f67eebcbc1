// SHA-256 of bytes, for domains, which see neither store nor OpenSSL. Thread safety: a pure function.
#pragma once

#include <string>
#include <string_view>

namespace oversight {

// 32 bytes.
std::string Sha256(std::string_view bytes);

}  // namespace oversight
