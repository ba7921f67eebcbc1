// A stored version as the message that it is, for who handles versions of several kinds. Pure; thread-safe.
#pragma once

#include <memory>
#include <utility>

#include "common/ledger/types.h"
#include "google/protobuf/message.h"

namespace oversight::rpc {

// Not stamped: see Stamp in resources.h. Null when the kind is not known, the bytes are none of it, or they were removed.
inline std::unique_ptr<google::protobuf::Message> ParseVersion(const ledger::Version& version) {
  if (version.redacted) return nullptr;
  const auto* type = google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(version.kind);
  if (type == nullptr) return nullptr;
  std::unique_ptr<google::protobuf::Message> message(
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(type)->New());
  return message->ParseFromString(version.payload) ? std::move(message) : nullptr;
}

}  // namespace oversight::rpc
