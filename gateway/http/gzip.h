// Compression of answers for clients that take it. Thread-safe.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "gateway/http/http_face.h"

namespace oversight::gateway {

// Whether an `accept-encoding` header names gzip, and not with q=0.
bool AcceptsGzip(std::string_view accept_encoding);
// The bytes as one gzip member.
std::string Gzip(std::string_view bytes);
// The body as one gzip member, made as it is sent: in the memory of a piece and of the window. A body that breaks off
// breaks off here too, without the end that a gzip member has.
std::shared_ptr<HttpBody> GzipBody(std::shared_ptr<HttpBody> body);

}  // namespace oversight::gateway
