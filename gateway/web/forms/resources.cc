#include "gateway/web/forms/resources.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/rpc/errors.h"
#include "gateway/cli/words.h"
#include "gateway/http/json_codec.h"
#include "gateway/web/links.h"
#include "gateway/web/view.h"
#include "oversight/common/v1/read.pb.h"
#include "oversight/concerns/v1/concerns_service.pb.h"
#include "oversight/forces/v1/forces_service.pb.h"
#include "oversight/monitoring/v1/announcements_service.pb.h"
#include "oversight/monitoring/v1/monitoring_service.pb.h"

namespace oversight::gateway::web {
namespace {

namespace concerns = oversight::concerns::v1;
namespace monitoring = oversight::monitoring::v1;
using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr int kMostChanges = 20;

struct Kind {
  const char* collection;  // The last but one segment of its names.
  const Descriptor* get;
  const Descriptor* versions;  // Null: its service lists none.
};

const Kind* KindOf(const std::string& name) {
  static const auto* const kinds = new std::vector<Kind>{
      {"forces", forces::v1::GetForceRequest::descriptor(), nullptr},
      {"concerns", concerns::GetConcernRequest::descriptor(), concerns::ListConcernVersionsRequest::descriptor()},
      {"recommendations", concerns::GetRecommendationRequest::descriptor(),
       concerns::ListRecommendationVersionsRequest::descriptor()},
      {"proposals", monitoring::GetProposalRequest::descriptor(), nullptr},
      {"decisions", monitoring::GetDecisionRequest::descriptor(), nullptr},
      {"announcements", monitoring::GetAnnouncementRequest::descriptor(),
       monitoring::ListAnnouncementVersionsRequest::descriptor()},
  };
  const std::vector<std::string> segments = absl::StrSplit(name, '/');
  for (const Kind& kind : *kinds) {
    if (segments.size() >= 2 && segments[segments.size() - 2] == kind.collection) return &kind;
  }
  return nullptr;
}

// The request of a type with its `name`.
std::unique_ptr<Message> Named(const Descriptor& type, const std::string& name) {
  auto message = NewMessage(type);
  message->GetReflection()->SetString(message.get(), type.FindFieldByName("name"), name);
  return message;
}

std::unique_ptr<Message> Read(const Question& question, const Reply& reply) {
  auto message = NewMessage(*question.method->output_type());
  if (!reply.ok() || !message->ParseFromString(*reply)) return nullptr;
  return message;
}

absl::Status WhyNot(const Reply& reply) {
  return reply.ok() ? absl::InternalError("The answer cannot be read.") : reply.status();
}

// "proposals" -> "Proposal".
std::string Singular(std::string collection) {
  if (!collection.empty()) {
    collection.pop_back();
    collection[0] = absl::ascii_toupper(static_cast<unsigned char>(collection[0]));
  }
  return collection;
}

}  // namespace

Question AskResource(const std::string& name, int64_t revision) {
  const Kind* kind = KindOf(name);
  if (kind == nullptr) return {};
  const auto request = Named(*kind->get, name);
  if (revision > 0) {
    const auto* read = kind->get->FindFieldByName("read");
    common::v1::ReadOptions options;
    options.mutable_as_of()->set_revision(revision);
    request->GetReflection()->MutableMessage(request.get(), read)->CopyFrom(options);
  }
  return {MethodTaking(kind->get), request->SerializeAsString()};
}

absl::StatusOr<std::unique_ptr<Message>> ResourceIn(const Question& question, const Reply& reply) {
  const auto response = Read(question, reply);
  if (response == nullptr) return WhyNot(reply);
  const auto& type = *response->GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor* field = type.field(i);
    if (field->name() == "header" || field->message_type() == nullptr || field->is_repeated()) continue;
    const Message& found = response->GetReflection()->GetMessage(*response, field);
    std::unique_ptr<Message> copy(found.New());
    copy->CopyFrom(found);
    return copy;
  }
  return absl::InternalError("The answer holds no resource.");
}

std::optional<Question> AskChanges(const std::string& name) {
  const Kind* kind = KindOf(name);
  if (kind == nullptr || kind->versions == nullptr) return std::nullopt;
  const auto request = Named(*kind->versions, name);
  request->GetReflection()->SetInt32(request.get(), kind->versions->FindFieldByName("page_size"), kMostChanges);
  return Question{MethodTaking(kind->versions), request->SerializeAsString()};
}

absl::StatusOr<std::vector<common::v1::ChangeInfo>> ChangesIn(const Question& question, const Reply& reply) {
  const auto response = Read(question, reply);
  if (response == nullptr) return WhyNot(reply);
  const auto* versions = response->GetDescriptor()->FindFieldByName("versions");
  const auto* change = versions->message_type()->FindFieldByName("change");
  std::vector<common::v1::ChangeInfo> changes;
  for (int i = 0; i < response->GetReflection()->FieldSize(*response, versions); ++i) {
    const Message& version = response->GetReflection()->GetRepeatedMessage(*response, versions, i);
    changes.emplace_back();
    changes.back().CopyFrom(version.GetReflection()->GetMessage(version, change));
  }
  return changes;
}

Question AskActions(const Form& form, const std::string& resource) {
  return form.request->file()->package() == concerns::ListAllowedActionsRequest::descriptor()->file()->package()
             ? AskConcernActions(resource)
             : AskMoveActions(resource);
}

Question AskConcernActions(const std::string& resource) {
  concerns::ListAllowedActionsRequest request;
  request.set_name(resource);
  return Ask(request);
}

Question AskMoveActions(const std::string& resource) {
  monitoring::ListAllowedActionsRequest request;
  // Of a force, its stage is what is moved.
  const bool force = std::count(resource.begin(), resource.end(), '/') == 1;
  request.set_name(force ? resource + "/monitoring" : resource);
  return Ask(request);
}

absl::StatusOr<std::vector<common::v1::AllowedAction>> ActionsIn(const Question& question, const Reply& reply) {
  const auto response = Read(question, reply);
  if (response == nullptr) return WhyNot(reply);
  const auto* field = response->GetDescriptor()->FindFieldByName("actions");
  std::vector<common::v1::AllowedAction> actions;
  for (int i = 0; i < response->GetReflection()->FieldSize(*response, field); ++i) {
    actions.emplace_back();
    actions.back().CopyFrom(response->GetReflection()->GetRepeatedMessage(*response, field, i));
  }
  return actions;
}

std::string TextOf(const Message& message, const std::string& field) {
  const auto* found = message.GetDescriptor()->FindFieldByName(field);
  if (found == nullptr || found->is_repeated() || found->cpp_type() != FieldDescriptor::CPPTYPE_STRING) return "";
  return message.GetReflection()->GetString(message, found);
}

int64_t NumberOf(const Message& message, const std::string& field) {
  const auto* found = message.GetDescriptor()->FindFieldByName(field);
  if (found == nullptr || found->is_repeated() || found->cpp_type() != FieldDescriptor::CPPTYPE_INT64) return 0;
  return message.GetReflection()->GetInt64(message, found);
}

std::string CalledBy(const Message& resource) {
  for (const char* field : {"display_name", "title"}) {
    if (const std::string text = TextOf(resource, field); !text.empty()) return text;
  }
  return CalledBy(TextOf(resource, "name"));
}

std::string CalledBy(const std::string& name) {
  const std::vector<std::string> segments = absl::StrSplit(name, '/');
  if (segments.size() < 2) return name;
  return absl::StrCat(Singular(segments[segments.size() - 2]), " ", segments.back());
}

std::string PageOf(const std::string& name) {
  const std::vector<std::string> segments = absl::StrSplit(name, '/');
  if (segments.size() >= 4 && segments[2] == "concerns") {
    const size_t count = segments.size() >= 6 && segments[4] == "recommendations" ? 6 : 4;
    return "/" + absl::StrJoin(segments.begin(), segments.begin() + static_cast<std::ptrdiff_t>(count), "/");
  }
  if (segments.size() == 4 && segments[2] == "proposals") return "/" + name;
  return PathOf(name);
}

}  // namespace oversight::gateway::web
