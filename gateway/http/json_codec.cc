#include "gateway/http/json_codec.h"

#include <memory>

#include "absl/strings/str_cat.h"
#include "common/rpc/errors.h"
#include "common/rpc/secrets.h"
#include "google/protobuf/message.h"
#include "google/protobuf/util/json_util.h"

namespace oversight::gateway {

std::unique_ptr<google::protobuf::Message> NewMessage(const google::protobuf::Descriptor& type) {
  return std::unique_ptr<google::protobuf::Message>(
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(&type)->New());
}

absl::StatusOr<std::string> JsonToBytes(const google::protobuf::Descriptor& type, std::string_view json) {
  const auto message = NewMessage(type);
  const auto status = google::protobuf::util::JsonStringToMessage(
      google::protobuf::StringPiece(json.data(), json.size()), message.get());
  if (!status.ok()) {
    // The parser quotes what it stumbles over.
    const std::string words = rpc::HoldsSecrets(type) ? "where is not told, because it may hold a secret."
                                                      : std::string(status.message().data(), status.message().size());
    return Error(absl::StatusCode::kInvalidArgument, common::v1::ERROR_REASON_INVALID_FIELDS,
                 absl::StrCat("The body is not valid JSON of ", type.full_name(), ": ", words))
        .With("type", type.full_name());
  }
  return message->SerializeAsString();
}

absl::Status CheckBytes(const google::protobuf::Descriptor& type, const std::string& bytes) {
  if (NewMessage(type)->ParseFromString(bytes)) return absl::OkStatus();
  return Error(absl::StatusCode::kInvalidArgument, common::v1::ERROR_REASON_INVALID_FIELDS,
               absl::StrCat("The body is not a ", type.full_name(), "."))
      .With("type", type.full_name());
}

absl::StatusOr<std::string> BytesToJson(const google::protobuf::Descriptor& type, const std::string& bytes) {
  const auto message = NewMessage(type);
  std::string json;
  if (!message->ParseFromString(bytes) || !google::protobuf::util::MessageToJsonString(*message, &json).ok()) {
    return Error(absl::StatusCode::kInternal, common::v1::ERROR_REASON_INTERNAL,
                 absl::StrCat("The answer is not a ", type.full_name(), "."));
  }
  return json;
}

}  // namespace oversight::gateway
