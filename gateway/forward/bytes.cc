#include "gateway/forward/bytes.h"

#include <vector>

namespace oversight::gateway {

std::string ToString(const grpc::ByteBuffer& buffer) {
  std::string result;
  std::vector<grpc::Slice> slices;
  if (!buffer.Valid() || !buffer.Dump(&slices).ok()) return result;
  result.reserve(buffer.Length());
  for (const auto& slice : slices) result.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  return result;
}

grpc::ByteBuffer ToByteBuffer(const std::string& bytes) {
  grpc::Slice slice(bytes);
  return grpc::ByteBuffer(&slice, 1);
}

}  // namespace oversight::gateway
