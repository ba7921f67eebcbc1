#include "gateway/http/rest_error.h"

#include "absl/strings/str_cat.h"
#include "common/observe/json_log.h"
#include "common/rpc/errors.h"
#include "gateway/http/connect.h"
#include "google/protobuf/any.pb.h"
#include "google/protobuf/util/json_util.h"

namespace oversight::gateway {

std::string RestErrorJson(const absl::Status& status) {
  std::string out = absl::StrCat("{\"error\":{\"code\":", connect::HttpStatus(status.code()), ",\"message\":");
  observe::AppendJsonString(std::string_view(status.message().data(), status.message().size()), out);
  absl::StrAppend(&out, ",\"status\":\"", absl::StatusCodeToString(status.code()), "\"");
  std::string details;
  status.ForEachPayload([&](absl::string_view url, const absl::Cord& payload) {
    google::protobuf::Any any;
    any.set_type_url(std::string(url));
    any.set_value(std::string(payload));
    std::string json;
    // One of a type that is not linked in has no JSON.
    if (!google::protobuf::util::MessageToJsonString(any, &json).ok()) return;
    absl::StrAppend(&details, details.empty() ? "" : ",", json);
  });
  if (!details.empty()) absl::StrAppend(&out, ",\"details\":[", details, "]");
  out += "}}";
  return out;
}

HttpAnswer RestErrorAnswer(const absl::Status& status) {
  HttpAnswer answer;
  answer.status = connect::HttpStatus(status.code());
  answer.headers.emplace_back("content-type", "application/json");
  answer.headers.emplace_back("cache-control", "no-store");
  if (std::string delay = connect::RetryAfter(status); !delay.empty()) {
    answer.headers.emplace_back("retry-after", std::move(delay));
  }
  answer.body = RestErrorJson(status);
  return answer;
}

HttpAnswer OnlyReadAnswer(const std::string& words) {
  HttpAnswer answer =
      RestErrorAnswer(Error(absl::StatusCode::kUnimplemented, common::v1::ERROR_REASON_UNKNOWN_METHOD, words));
  answer.status = 405;
  answer.headers.emplace_back("allow", "GET, HEAD");
  return answer;
}

}  // namespace oversight::gateway
