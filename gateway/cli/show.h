// What the command line shows of any message: one resource as aligned "field: value" lines, lists as tables, histories
// as a timeline. Made from descriptors alone, so that it is there for every answer of every service. Pure functions of
// messages, thread-safe.
#pragma once

#include <string>
#include <vector>

#include "google/protobuf/message.h"

namespace oversight::cli {

// Every field that has something in it, in words, messages within indented. In lines of about `width` characters.
std::string Lines(const google::protobuf::Message& message, size_t width);

// A table of what matters most of each: name, what it is called, where it stands, dates; as much as `width` has room
// for. "None." when there are none.
std::string ItemsTable(const std::vector<const google::protobuf::Message*>& items, size_t width);

// The versions of a resource: each by whom, when and why, and the fields that it changed, old -> new. `versions` are
// newest first, each a message of `change` and the resource after it, or what else there is to tell of it; at most the
// first `shown` are told, by what comes before them.
std::string Timeline(const std::vector<const google::protobuf::Message*>& versions, size_t shown, size_t width);

// A whole answer, without its header.
std::string Answer(const google::protobuf::Message& response, size_t width);

// Whether a change was answered from the record of an earlier call.
bool WasReplayed(const google::protobuf::Message& response);

// The repeated field that the answer of a list is about, and the message it stands in, which may be one within the
// answer. Null when there is not one that it can be.
struct Listed {
  const google::protobuf::Message* holder = nullptr;
  const google::protobuf::FieldDescriptor* field = nullptr;

  std::vector<const google::protobuf::Message*> items() const;
};
Listed ListedIn(const google::protobuf::Message& response);

}  // namespace oversight::cli
