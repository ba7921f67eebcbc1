// The shape that every Watch response has (`created | events | bookmark`, events of `type, name, oneof resource`),
// found once by reflection, so that neither servers nor clients write it by hand for each service. The kind of a
// resource is the message name of a field in the event's oneof.
//
// Immutable after construction, so thread-safe. Construction dies when a type has not the shape: that is a fault of the
// .proto, and the first test finds it.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "google/protobuf/message.h"
#include "oversight/common/v1/watch.pb.h"

namespace oversight::rpc {

class WatchShape {
 public:
  using Message = google::protobuf::Message;

  explicit WatchShape(const google::protobuf::Descriptor* response);

  // The kinds of resource that the stream can tell of, in order of their field numbers.
  const std::vector<const google::protobuf::Descriptor*>& kinds() const { return kinds_; }

  // An empty response.
  std::unique_ptr<Message> NewResponse() const;

  // ---- Writing ----
  common::v1::WatchCreated* MutableCreated(Message* response) const;
  common::v1::WatchBookmark* MutableBookmark(Message* response) const;
  // Makes `response` an events message without events.
  void StartEvents(Message* response, int64_t revision, absl::Time recorded_time, const std::string& token) const;
  // Adds an event and returns its resource, empty, to be filled in; null (and nothing added) when the stream does not
  // tell of this kind.
  Message* AddEvent(Message* response, common::v1::EventType type, const std::string& kind,
                    const std::string& name) const;
  // The same of a version that was redacted: adds an event that names the record in place of a resource. False when the
  // stream does not tell of this kind.
  bool AddRedactedEvent(Message* response, common::v1::EventType type, const std::string& kind, const std::string& name,
                        const std::string& redaction) const;

  // ---- Reading: null or empty when the response is something else ----
  const common::v1::WatchCreated* Created(const Message& response) const;
  const common::v1::WatchBookmark* Bookmark(const Message& response) const;
  struct Event {
    common::v1::EventType type = common::v1::EVENT_TYPE_UNSPECIFIED;
    std::string name;
    std::string redaction;              // The record, when the version was redacted.
    std::unique_ptr<Message> resource;  // Null when it was, or when the server knows kinds that we do not.
  };
  struct Events {
    int64_t revision = 0;
    absl::Time recorded_time;
    std::string token;
    std::vector<Event> events;
  };
  bool IsEvents(const Message& response) const;
  // Takes the resources out of the response.
  Events TakeEvents(Message* response) const;

 private:
  const google::protobuf::Descriptor* response_;
  const google::protobuf::FieldDescriptor *created_, *events_, *bookmark_;
  const google::protobuf::FieldDescriptor *revision_, *recorded_time_, *event_, *token_;
  // Adds an event without a resource; null as AddEvent. `field` becomes that of the kind.
  Message* AddBareEvent(Message* response, common::v1::EventType type, const std::string& kind, const std::string& name,
                        const google::protobuf::FieldDescriptor** field) const;

  const google::protobuf::FieldDescriptor *type_, *name_, *redaction_;
  const google::protobuf::OneofDescriptor* resource_;
  std::vector<const google::protobuf::Descriptor*> kinds_;
};

// The shape of a Watch response, made once.
template <class Response>
const WatchShape& ShapeOf() {
  static const WatchShape shape(Response::descriptor());
  return shape;
}

}  // namespace oversight::rpc
