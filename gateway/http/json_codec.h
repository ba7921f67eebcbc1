// Turns the JSON of a request into its bytes and the bytes of an answer into JSON, by descriptor: protobuf's canonical
// JSON mapping. Unknown fields are refused, so that a misspelt name is not silently dropped. Total functions;
// thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "google/protobuf/descriptor.h"

namespace oversight::gateway {

// An empty message of a type of the contract.
std::unique_ptr<google::protobuf::Message> NewMessage(const google::protobuf::Descriptor& type);
// INVALID_ARGUMENT (INVALID_FIELDS) with the parser's words.
absl::StatusOr<std::string> JsonToBytes(const google::protobuf::Descriptor& type, std::string_view json);
// INVALID_ARGUMENT (INVALID_FIELDS) when the bytes of a request are not of that type.
absl::Status CheckBytes(const google::protobuf::Descriptor& type, const std::string& bytes);
// INTERNAL when the bytes are not of that type.
absl::StatusOr<std::string> BytesToJson(const google::protobuf::Descriptor& type, const std::string& bytes);

}  // namespace oversight::gateway
