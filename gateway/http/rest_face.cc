#include "gateway/http/rest_face.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/rpc/errors.h"
#include "common/text/sha256.h"
#include "gateway/http/calls.h"
#include "gateway/http/connect.h"
#include "gateway/http/json_codec.h"
#include "gateway/http/query.h"
#include "gateway/http/rest_error.h"
#include "gateway/http/rest_query.h"
#include "google/protobuf/message.h"

namespace oversight::gateway {
namespace {

using google::protobuf::Message;

constexpr std::string_view kRoot = "/v1/";

std::unique_ptr<Message> NewMessage(const google::protobuf::Descriptor& type) {
  return std::unique_ptr<Message>(google::protobuf::MessageFactory::generated_factory()->GetPrototype(&type)->New());
}

HttpAnswer ErrorAnswer(const absl::Status& status) {
  HttpAnswer answer;
  answer.status = connect::HttpStatus(status.code());
  answer.headers.emplace_back("content-type", "application/json");
  answer.headers.emplace_back("cache-control", "no-store");
  answer.body = RestErrorJson(status);
  return answer;
}

// Takes away what changes while nothing that is shown does: where the whole log stands, and how old a part is.
void ClearUnsteady(Message* message) {
  const auto& reflection = *message->GetReflection();
  const std::string& type = message->GetDescriptor()->full_name();
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  reflection.ListFields(*message, &fields);
  for (const auto* field : fields) {
    if (field->message_type() == nullptr) continue;
    if (field->message_type()->full_name() == "oversight.common.v1.ResponseHeader" ||
        (type == "oversight.gateway.v1.SectionStatus" && field->name() == "age")) {
      reflection.ClearField(message, field);
    } else if (field->is_repeated()) {
      if (field->is_map()) continue;
      for (int i = 0; i < reflection.FieldSize(*message, field); ++i) {
        ClearUnsteady(reflection.MutableRepeatedMessage(message, field, i));
      }
    } else {
      ClearUnsteady(reflection.MutableMessage(message, field));
    }
  }
}

// Weak: the same facts, not the same bytes.
std::string TagOf(const google::protobuf::Descriptor& type, const std::string& bytes) {
  const auto message = NewMessage(type);
  message->ParseFromString(bytes);
  ClearUnsteady(message.get());
  return absl::StrCat("W/\"", absl::BytesToHexString(Sha256(message->SerializeAsString())).substr(0, 32), "\"");
}

bool Holds(std::string_view if_none_match, const std::string& tag) {
  for (absl::string_view item : absl::StrSplit(absl::string_view(if_none_match.data(), if_none_match.size()), ',')) {
    item = absl::StripAsciiWhitespace(item);
    if (item == "*" || item == tag || absl::StrCat("W/", item) == tag) return true;
  }
  return false;
}

HttpAnswer AnswerOf(const google::protobuf::MethodDescriptor& method, const Reply& reply,
                    const std::string& if_none_match) {
  if (!reply.ok()) return ErrorAnswer(reply.status());
  HttpAnswer answer;
  const std::string tag = TagOf(*method.output_type(), *reply);
  answer.headers.emplace_back("etag", tag);
  // To be kept by its reader alone, and asked about each time.
  answer.headers.emplace_back("cache-control", "private, no-cache");
  if (Holds(if_none_match, tag)) {
    answer.status = 304;
    return answer;
  }
  auto json = BytesToJson(*method.output_type(), *reply);
  if (!json.ok()) return ErrorAnswer(json.status());
  answer.headers.emplace_back("content-type", "application/json");
  answer.headers.emplace_back("x-content-type-options", "nosniff");
  answer.body = *std::move(json);
  return answer;
}

}  // namespace

bool RestFace::Takes(const HttpRequest& request) const {
  const std::string_view path = request.path();
  return path == "/v1" || path.substr(0, kRoot.size()) == kRoot;
}

std::shared_ptr<Cancellable> RestFace::Answer(const HttpRequest& request, absl::Time deadline,
                                              std::function<void(HttpAnswer)> done) {
  BackendCallOptions options;
  options.headers = callers_.HeadersOf(request);
  options.deadline = deadline;
  auto calls = std::make_shared<Calls>(routes_, std::move(options));
  if (!request.reads()) {
    HttpAnswer answer = ErrorAnswer(Error(absl::StatusCode::kUnimplemented, common::v1::ERROR_REASON_UNKNOWN_METHOD,
                                          "Under /v1 things are read, by GET. Commands are RPCs: POST them to "
                                          "/<package>.<Service>/<Method>."));
    answer.status = 405;
    answer.headers.emplace_back("allow", "GET, HEAD");
    done(std::move(answer));
    return calls;
  }
  const std::string_view path = request.path();
  const auto match = paths_.Find(path.size() > kRoot.size() ? path.substr(kRoot.size()) : std::string_view());
  if (!match.has_value()) {
    done(ErrorAnswer(Error(absl::StatusCode::kNotFound, common::v1::ERROR_REASON_UNKNOWN_METHOD,
                           absl::StrCat("There is nothing at ", std::string(path),
                                        ". Paths are names of resources, such as /v1/forces/kent or "
                                        "/v1/forces/kent/concerns."))));
    return calls;
  }
  const auto* method = match->path->method;
  const auto message = NewMessage(*method->input_type());
  if (absl::Status bad = SetParameters(QueryOf(request.target), message.get()); !bad.ok()) {
    done(ErrorAnswer(bad));
    return calls;
  }
  if (match->path->subject != nullptr) {
    message->GetReflection()->SetString(message.get(), match->path->subject, match->name);
  }
  calls->Ask({{method, message->SerializeAsString()}},
             [method, if_none_match = std::string(request.header("if-none-match")), done = std::move(done)](
                 const std::vector<Reply>& replies) { done(AnswerOf(*method, replies[0], if_none_match)); });
  return calls;
}

}  // namespace oversight::gateway
