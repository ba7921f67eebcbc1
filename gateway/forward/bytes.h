// gRPC's buffers as strings, and back: the gateway handles messages in bytes. Pure functions; thread-safe.
#pragma once

#include <string>

#include "grpcpp/support/byte_buffer.h"

namespace oversight::gateway {

// "" of a buffer that holds nothing.
std::string ToString(const grpc::ByteBuffer& buffer);
grpc::ByteBuffer ToByteBuffer(const std::string& bytes);

}  // namespace oversight::gateway
