#include "common/rpc/watch_shape.h"

#include <cstdio>
#include <cstdlib>

#include "common/rpc/resources.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/timestamp.pb.h"

namespace oversight::rpc {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

void Require(bool holds, const std::string& type, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "%s is not shaped like a Watch response: %s\n", type.c_str(), what);
  std::abort();
}

const FieldDescriptor* Field(const Descriptor* descriptor, const char* name) {
  const FieldDescriptor* field = descriptor->FindFieldByName(name);
  Require(field != nullptr, descriptor->full_name(), name);
  return field;
}

}  // namespace

WatchShape::WatchShape(const Descriptor* response)
    : response_(response),
      created_(Field(response, "created")),
      events_(Field(response, "events")),
      bookmark_(Field(response, "bookmark")) {
  const std::string& name = response->full_name();
  Require(created_->message_type() == common::v1::WatchCreated::descriptor(), name, "the type of created");
  Require(bookmark_->message_type() == common::v1::WatchBookmark::descriptor(), name, "the type of bookmark");
  const Descriptor* events = events_->message_type();
  Require(events != nullptr, name, "the type of events");
  revision_ = Field(events, "revision");
  recorded_time_ = Field(events, "recorded_time");
  event_ = Field(events, "events");
  token_ = Field(events, "consistency_token");
  const Descriptor* event = event_->message_type();
  Require(event_->is_repeated() && event != nullptr, name, "the type of events.events");
  type_ = Field(event, "type");
  name_ = Field(event, "name");
  redaction_ = Field(event, "redaction");
  resource_ = event->FindOneofByName("resource");
  Require(resource_ != nullptr, name, "the oneof resource of an event");
  for (int i = 0; i < resource_->field_count(); ++i) {
    Require(resource_->field(i)->message_type() != nullptr, name, "the types of the oneof resource");
    kinds_.push_back(resource_->field(i)->message_type());
  }
}

std::unique_ptr<Message> WatchShape::NewResponse() const {
  return std::unique_ptr<Message>(
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(response_)->New());
}

common::v1::WatchCreated* WatchShape::MutableCreated(Message* response) const {
  return static_cast<common::v1::WatchCreated*>(response->GetReflection()->MutableMessage(response, created_));
}

common::v1::WatchBookmark* WatchShape::MutableBookmark(Message* response) const {
  return static_cast<common::v1::WatchBookmark*>(response->GetReflection()->MutableMessage(response, bookmark_));
}

void WatchShape::StartEvents(Message* response, int64_t revision, absl::Time recorded_time,
                             const std::string& token) const {
  Message* events = response->GetReflection()->MutableMessage(response, events_);
  const auto* reflection = events->GetReflection();
  reflection->SetInt64(events, revision_, revision);
  reflection->SetString(events, token_, token);
  SetTime(recorded_time, static_cast<google::protobuf::Timestamp*>(reflection->MutableMessage(events, recorded_time_)));
}

Message* WatchShape::AddEvent(Message* response, common::v1::EventType type, const std::string& kind,
                              const std::string& name) const {
  const FieldDescriptor* field = nullptr;
  Message* event = AddBareEvent(response, type, kind, name, &field);
  return event == nullptr ? nullptr : event->GetReflection()->MutableMessage(event, field);
}

bool WatchShape::AddRedactedEvent(Message* response, common::v1::EventType type, const std::string& kind,
                                  const std::string& name, const std::string& redaction) const {
  const FieldDescriptor* field = nullptr;
  Message* event = AddBareEvent(response, type, kind, name, &field);
  if (event == nullptr) return false;
  event->GetReflection()->SetString(event, redaction_, redaction);
  return true;
}

Message* WatchShape::AddBareEvent(Message* response, common::v1::EventType type, const std::string& kind,
                                  const std::string& name, const FieldDescriptor** field) const {
  for (size_t i = 0; i < kinds_.size(); ++i) {
    if (kinds_[i]->full_name() != kind) continue;
    Message* events = response->GetReflection()->MutableMessage(response, events_);
    Message* event = events->GetReflection()->AddMessage(events, event_);
    const auto* reflection = event->GetReflection();
    reflection->SetEnumValue(event, type_, type);
    reflection->SetString(event, name_, name);
    *field = resource_->field(static_cast<int>(i));
    return event;
  }
  return nullptr;
}

const common::v1::WatchCreated* WatchShape::Created(const Message& response) const {
  const auto* reflection = response.GetReflection();
  if (!reflection->HasField(response, created_)) return nullptr;
  return static_cast<const common::v1::WatchCreated*>(&reflection->GetMessage(response, created_));
}

const common::v1::WatchBookmark* WatchShape::Bookmark(const Message& response) const {
  const auto* reflection = response.GetReflection();
  if (!reflection->HasField(response, bookmark_)) return nullptr;
  return static_cast<const common::v1::WatchBookmark*>(&reflection->GetMessage(response, bookmark_));
}

bool WatchShape::IsEvents(const Message& response) const {
  return response.GetReflection()->HasField(response, events_);
}

WatchShape::Events WatchShape::TakeEvents(Message* response) const {
  Events result;
  Message* events = response->GetReflection()->MutableMessage(response, events_);
  const auto* reflection = events->GetReflection();
  result.revision = reflection->GetInt64(*events, revision_);
  result.recorded_time =
      GetTime(static_cast<const google::protobuf::Timestamp&>(reflection->GetMessage(*events, recorded_time_)));
  result.token = reflection->GetString(*events, token_);
  const int size = reflection->FieldSize(*events, event_);
  result.events.reserve(size);
  for (int i = 0; i < size; ++i) {
    Message* event = reflection->MutableRepeatedMessage(events, event_, i);
    const auto* of_event = event->GetReflection();
    Event& taken = result.events.emplace_back();
    taken.type = static_cast<common::v1::EventType>(of_event->GetEnumValue(*event, type_));
    taken.name = of_event->GetString(*event, name_);
    taken.redaction = of_event->GetString(*event, redaction_);
    if (const FieldDescriptor* field = of_event->GetOneofFieldDescriptor(*event, resource_)) {
      taken.resource.reset(of_event->ReleaseMessage(event, field));
    }
  }
  return result;
}

}  // namespace oversight::rpc
