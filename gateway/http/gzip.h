// Compression of answers for clients that take it. Pure; thread-safe.
#pragma once

#include <string>
#include <string_view>

namespace oversight::gateway {

// Whether an `accept-encoding` header names gzip, and not with q=0.
bool AcceptsGzip(std::string_view accept_encoding);
// The bytes as one gzip member.
std::string Gzip(std::string_view bytes);

}  // namespace oversight::gateway
