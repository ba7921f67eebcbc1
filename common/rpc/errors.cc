#include "common/rpc/errors.h"

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "google/rpc/error_details.pb.h"

namespace oversight {
namespace {

constexpr char kTypePrefix[] = "type.googleapis.com/";

template <class Detail>
void SetDetail(absl::Status& status, const Detail& detail) {
  status.SetPayload(absl::StrCat(kTypePrefix, Detail::descriptor()->full_name()),
                    absl::Cord(detail.SerializeAsString()));
}

template <class Detail>
Detail GetDetail(const absl::Status& status) {
  Detail detail;
  if (auto cord = status.GetPayload(absl::StrCat(kTypePrefix, Detail::descriptor()->full_name()))) {
    detail.ParseFromString(std::string(*cord));
  }
  return detail;
}

}  // namespace

Error::Error(absl::StatusCode code, std::string reason, std::string message)
    : code_(code), reason_(std::move(reason)), message_(std::move(message)) {}

std::string Error::StripPrefix(const std::string& enum_name) {
  static constexpr char kPrefix[] = "ERROR_REASON_";
  return enum_name.rfind(kPrefix, 0) == 0 ? enum_name.substr(sizeof(kPrefix) - 1) : enum_name;
}

Error& Error::With(std::string key, std::string value) {
  metadata_.push_back({std::move(key), std::move(value), {}});
  return *this;
}
Error& Error::Violation(std::string field, std::string description) {
  violations_.push_back({std::move(field), std::move(description), {}});
  return *this;
}
Error& Error::Precondition(std::string type, std::string subject, std::string description) {
  preconditions_.push_back({std::move(type), std::move(subject), std::move(description)});
  return *this;
}
Error& Error::Resource(std::string type, std::string name) {
  resources_.push_back({std::move(type), std::move(name), {}});
  return *this;
}
Error& Error::RetryAfter(absl::Duration delay) {
  retry_after_ = delay;
  return *this;
}

absl::Status Error::status() const {
  absl::Status status(code_, message_);
  google::rpc::ErrorInfo info;
  info.set_reason(reason_);
  info.set_domain("oversight");
  for (const auto& item : metadata_) (*info.mutable_metadata())[item.a] = item.b;
  SetDetail(status, info);
  if (!violations_.empty()) {
    google::rpc::BadRequest detail;
    for (const auto& item : violations_) {
      auto* violation = detail.add_field_violations();
      violation->set_field(item.a);
      violation->set_description(item.b);
    }
    SetDetail(status, detail);
  }
  if (!preconditions_.empty()) {
    google::rpc::PreconditionFailure detail;
    for (const auto& item : preconditions_) {
      auto* violation = detail.add_violations();
      violation->set_type(item.a);
      violation->set_subject(item.b);
      violation->set_description(item.c);
    }
    SetDetail(status, detail);
  }
  if (!resources_.empty()) {
    google::rpc::ResourceInfo detail;
    detail.set_resource_type(resources_.front().a);
    detail.set_resource_name(resources_.front().b);
    SetDetail(status, detail);
  }
  if (retry_after_ > absl::ZeroDuration()) {
    google::rpc::RetryInfo detail;
    detail.mutable_retry_delay()->set_seconds(absl::ToInt64Seconds(retry_after_));
    detail.mutable_retry_delay()->set_nanos(
        static_cast<int32_t>(absl::ToInt64Nanoseconds(retry_after_ - absl::Trunc(retry_after_, absl::Seconds(1)))));
    SetDetail(status, detail);
  }
  return status;
}

absl::Status Violations::status() const {
  if (items_.empty()) return absl::OkStatus();
  std::string message =
      items_.size() == 1 ? "1 field is not valid: " : absl::StrCat(items_.size(), " fields are not valid: ");
  for (size_t i = 0; i < items_.size() && i < 5; ++i) {
    absl::StrAppend(&message, i == 0 ? "" : "; ", items_[i].first, " ", items_[i].second);
  }
  absl::StrAppend(&message, items_.size() > 5 ? "; and more." : ".");
  Error error(absl::StatusCode::kInvalidArgument, common::v1::ERROR_REASON_INVALID_FIELDS, message);
  for (const auto& [field, description] : items_) error.Violation(field, description);
  return error;
}

std::string ReasonOf(const absl::Status& status) { return GetDetail<google::rpc::ErrorInfo>(status).reason(); }

std::string ErrorMetadata(const absl::Status& status, const std::string& key) {
  const auto info = GetDetail<google::rpc::ErrorInfo>(status);
  const auto it = info.metadata().find(key);
  return it == info.metadata().end() ? std::string() : it->second;
}

std::vector<std::pair<std::string, std::string>> ViolationsOf(const absl::Status& status) {
  std::vector<std::pair<std::string, std::string>> result;
  const auto detail = GetDetail<google::rpc::BadRequest>(status);
  for (const auto& violation : detail.field_violations())
    result.emplace_back(violation.field(), violation.description());
  return result;
}

std::vector<std::pair<std::string, std::string>> PreconditionsOf(const absl::Status& status) {
  std::vector<std::pair<std::string, std::string>> result;
  const auto detail = GetDetail<google::rpc::PreconditionFailure>(status);
  for (const auto& violation : detail.violations()) result.emplace_back(violation.subject(), violation.description());
  return result;
}

absl::Status NotFound(const std::string& type, const std::string& name) {
  return Error(absl::StatusCode::kNotFound, common::v1::ERROR_REASON_RESOURCE_NOT_FOUND,
               absl::StrCat("There is no ", type, " named \"", name, "\"."))
      .With("name", name)
      .Resource(type, name);
}

absl::Status EtagMismatch(const std::string& name, const std::string& current_etag) {
  return Error(absl::StatusCode::kAborted, common::v1::ERROR_REASON_ETAG_MISMATCH,
               absl::StrCat(name, " has changed since you read it. Read it again, then decide."))
      .With("name", name)
      .With("current_etag", current_etag)
      .Resource("", name);
}

}  // namespace oversight
