// What is done so that no secret is repeated: a field of the contract marked `secret` (validation.proto), such as a
// password, wherever in a message it stands. Errors, logs, spans and the command line go by this. Pure, thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace oversight::rpc {

// What stands in a secret's place.
inline constexpr char kSecret[] = "(secret)";

bool IsSecret(const google::protobuf::FieldDescriptor& field);
// Whether a message of this type may hold one, at any depth.
bool HoldsSecrets(const google::protobuf::Descriptor& type);
// The texts and bytes that are secret, those that are not empty.
std::vector<std::string> SecretsIn(const google::protobuf::Message& message);
// Puts "(secret)" in place of texts and bytes; clears numbers and messages.
void MaskSecrets(google::protobuf::Message* message);

bool Repeats(std::string_view text, const std::vector<std::string>& secrets);
// The error as it is; or, where its words or its details repeat a secret, one of the same code and reason that says no
// more.
absl::Status WithoutSecrets(const absl::Status& status, const std::vector<std::string>& secrets);

}  // namespace oversight::rpc
