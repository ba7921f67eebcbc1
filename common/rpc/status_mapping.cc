#include "common/rpc/status_mapping.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/cord.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "grpcpp/support/error_details.h"

namespace oversight::rpc {
namespace {

constexpr size_t kMaxMetadataValue = 256;

// At most `limit` bytes of UTF-8 text, never ending inside a character.
std::string Cut(absl::string_view text, size_t limit) {
  if (text.size() <= limit) return std::string(text);
  while (limit > 0 && (static_cast<uint8_t>(text[limit]) & 0xC0) == 0x80) --limit;
  return std::string(text.substr(0, limit));
}

template <class Detail>
google::protobuf::Any* Find(google::rpc::Status& status, Detail* detail) {
  for (google::protobuf::Any& any : *status.mutable_details()) {
    if (any.Is<Detail>() && any.UnpackTo(detail)) return &any;
  }
  return nullptr;
}

// Drops the last of `items` until the whole fits. True when something was dropped.
template <class Detail, class Items>
bool Shorten(google::rpc::Status& status, Items* (Detail::*items)(), size_t limit) {
  Detail detail;
  google::protobuf::Any* any = Find(status, &detail);
  if (any == nullptr) return false;
  bool dropped = false;
  while (status.ByteSizeLong() > limit && !(detail.*items)()->empty()) {
    (detail.*items)()->RemoveLast();
    any->PackFrom(detail);
    dropped = true;
  }
  return dropped;
}

void Fit(google::rpc::Status& status) {
  if (status.ByteSizeLong() <= kMaxDetailsBytes) return;
  // Room for the note that something is missing.
  const size_t limit = kMaxDetailsBytes - 32;
  google::rpc::ErrorInfo info;
  google::protobuf::Any* any = Find(status, &info);
  if (any != nullptr) {
    for (auto& [key, value] : *info.mutable_metadata()) value = Cut(value, kMaxMetadataValue);
    while (info.ByteSizeLong() > limit / 2 && !info.metadata().empty()) {
      info.mutable_metadata()->erase(info.metadata().begin()->first);
    }
    (*info.mutable_metadata())["truncated"] = "true";
    any->PackFrom(info);
  }
  Shorten(status, &google::rpc::BadRequest::mutable_field_violations, limit);
  Shorten(status, &google::rpc::PreconditionFailure::mutable_violations, limit);
  while (status.ByteSizeLong() > kMaxDetailsBytes && !status.details().empty()) status.mutable_details()->RemoveLast();
}

google::rpc::Status Detailed(const absl::Status& status) {
  google::rpc::Status proto;
  proto.set_code(static_cast<int>(status.code()));
  proto.set_message(Cut(status.message(), kMaxMessageBytes));
  std::vector<std::pair<std::string, std::string>> payloads;
  status.ForEachPayload([&](absl::string_view type, const absl::Cord& bytes) {
    payloads.emplace_back(std::string(type), std::string(bytes));
  });
  // ErrorInfo first: it is what clients look for, and what is cut last.
  std::sort(payloads.begin(), payloads.end(), [](const auto& a, const auto& b) {
    static constexpr char kInfo[] = "type.googleapis.com/google.rpc.ErrorInfo";
    return std::make_pair(a.first != kInfo, a.first) < std::make_pair(b.first != kInfo, b.first);
  });
  for (auto& [type, bytes] : payloads) {
    google::protobuf::Any* any = proto.add_details();
    any->set_type_url(std::move(type));
    any->set_value(std::move(bytes));
  }
  Fit(proto);
  return proto;
}

absl::StatusCode CodeOf(int code) {
  const bool known = code > 0 && code <= static_cast<int>(absl::StatusCode::kUnauthenticated);
  return known ? static_cast<absl::StatusCode>(code) : absl::StatusCode::kUnknown;
}

template <class Details>
void SetPayloads(const Details& details, absl::Status& status) {
  for (const google::protobuf::Any& any : details) status.SetPayload(any.type_url(), absl::Cord(any.value()));
}

}  // namespace

grpc::Status ToGrpc(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  grpc::Status result;
  grpc::SetErrorDetails(Detailed(status), &result);
  return result;
}

absl::Status FromGrpc(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  absl::Status result(CodeOf(status.error_code()), status.error_message());
  google::rpc::Status proto;
  if (grpc::ExtractErrorDetails(status, &proto).ok()) SetPayloads(proto.details(), result);
  return result;
}

common::v1::Status ToMessage(const absl::Status& status) {
  google::rpc::Status detailed = Detailed(status);
  common::v1::Status message;
  message.set_code(detailed.code());
  message.set_message(std::move(*detailed.mutable_message()));
  message.mutable_details()->Swap(detailed.mutable_details());
  return message;
}

absl::Status FromMessage(const common::v1::Status& status) {
  absl::Status result(CodeOf(status.code()), status.message());
  SetPayloads(status.details(), result);
  return result;
}

const char* CodeName(absl::StatusCode code) {
  static constexpr const char* kNames[] = {
      "OK",        "CANCELLED",      "UNKNOWN",           "INVALID_ARGUMENT",   "DEADLINE_EXCEEDED",
      "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
      "ABORTED",   "OUT_OF_RANGE",   "UNIMPLEMENTED",     "INTERNAL",           "UNAVAILABLE",
      "DATA_LOSS", "UNAUTHENTICATED"};
  const int value = static_cast<int>(code);
  return value >= 0 && value <= 16 ? kNames[value] : kNames[2];
}

}  // namespace oversight::rpc
