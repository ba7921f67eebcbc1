// The one error vocabulary: absl::Status values that carry google.rpc details as payloads. Knows protobuf, not gRPC, so
// domains and the ledger use it too; status_mapping.h turns them into grpc::Status and back.
//
//   return Error(absl::StatusCode::kNotFound, common::v1::ERROR_REASON_RESOURCE_NOT_FOUND, "No force \"forces/x\".")
//       .Resource("Force", "forces/x");
//
// Every error has exactly one ErrorInfo: reason (the enum value's name after ERROR_REASON_), domain "oversight",
// metadata. Thread safety: values.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "google/protobuf/generated_enum_reflection.h"
#include "oversight/common/v1/error_reason.pb.h"

namespace oversight {

class Error {
 public:
  // `reason` is a value of any `ErrorReason` enum of the suite.
  template <class Reason>
  Error(absl::StatusCode code, Reason reason, std::string message)
      : Error(
            code,
            StripPrefix(google::protobuf::internal::NameOfEnum(google::protobuf::GetEnumDescriptor<Reason>(), reason)),
            std::move(message)) {}
  Error(absl::StatusCode code, std::string reason, std::string message);

  // Adds an ErrorInfo metadata entry: every dynamic part of the message belongs here too.
  Error& With(std::string key, std::string value);
  // Adds a BadRequest field violation, such as ("concern.title", "is required").
  Error& Violation(std::string field, std::string description);
  // Adds a PreconditionFailure violation: what must be put right first.
  Error& Precondition(std::string type, std::string subject, std::string description);
  // Names the resource concerned (ResourceInfo).
  Error& Resource(std::string type, std::string name);
  // Tells the caller when to try again (RetryInfo).
  Error& RetryAfter(absl::Duration delay);

  absl::Status status() const;
  operator absl::Status() const { return status(); }  // NOLINT: meant to be returned
  template <class T>
  operator absl::StatusOr<T>() const {  // NOLINT
    return status();
  }

 private:
  static std::string StripPrefix(const std::string& enum_name);
  struct Item {
    std::string a, b, c;
  };
  absl::StatusCode code_;
  std::string reason_, message_;
  std::vector<Item> metadata_, violations_, preconditions_, resources_;
  absl::Duration retry_after_ = absl::ZeroDuration();
};

// Several violations gathered on the way: INVALID_ARGUMENT, INVALID_FIELDS. OK when empty.
class Violations {
 public:
  void Add(std::string field, std::string description) {
    items_.emplace_back(std::move(field), std::move(description));
  }
  bool empty() const { return items_.empty(); }
  absl::Status status() const;

 private:
  std::vector<std::pair<std::string, std::string>> items_;
};

// The reason of an error made by Error, or "" for OK and foreign errors.
std::string ReasonOf(const absl::Status& status);
// A metadata entry of its ErrorInfo, or "".
std::string ErrorMetadata(const absl::Status& status, const std::string& key);
// Its BadRequest violations as (field, description).
std::vector<std::pair<std::string, std::string>> ViolationsOf(const absl::Status& status);
// Its PreconditionFailure violations as (subject, description).
std::vector<std::pair<std::string, std::string>> PreconditionsOf(const absl::Status& status);

// The errors that every service gives.
absl::Status NotFound(const std::string& type, const std::string& name);
absl::Status EtagMismatch(const std::string& name, const std::string& current_etag);

#define OVERSIGHT_RETURN_IF_ERROR(expr)                \
  do {                                                 \
    if (absl::Status s_ = (expr); !s_.ok()) return s_; \
  } while (false)
#define OVERSIGHT_CONCAT_INNER_(a, b) a##b
#define OVERSIGHT_CONCAT_(a, b) OVERSIGHT_CONCAT_INNER_(a, b)
#define OVERSIGHT_ASSIGN_OR_RETURN(lhs, expr) \
  OVERSIGHT_ASSIGN_OR_RETURN_IMPL_(OVERSIGHT_CONCAT_(or_, __LINE__), lhs, expr)
#define OVERSIGHT_ASSIGN_OR_RETURN_IMPL_(tmp, lhs, expr) \
  auto tmp = (expr);                                     \
  if (!tmp.ok()) return tmp.status();                    \
  lhs = *std::move(tmp)

}  // namespace oversight
