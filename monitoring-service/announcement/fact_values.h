// What a field of a resource holds, in words: how an announcement remembers a fact it rests on, and sees that it is
// still as it was. Pure. Thread safety: free functions over values.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "google/protobuf/message.h"
#include "oversight/monitoring/v1/announcement.pb.h"

namespace oversight::monitoring {

// Whatever resource of the suite has this name, as it is now. The service answers from its copies and its log, a test
// from a map.
class RecordedFacts {
 public:
  virtual ~RecordedFacts() = default;
  // Null: there is none.
  virtual std::shared_ptr<const google::protobuf::Message> Find(const std::string& name) const = 0;
};

// The value at a path such as "next_report.expected_date" or "reasons[0].text": text as it is, dates as ISO 8601, enums
// by name, other messages in protobuf's text format; of a repeated field without an index all, one a line. "" when it
// is not set, or the index is past the end. Nothing when the message has no such field.
std::optional<std::string> FactValue(const google::protobuf::Message& resource, const std::string& field);

// The reference with the revision and the value as they are; nothing when there is no such resource or field.
std::optional<v1::FactReference> Refer(const google::protobuf::Message* resource, const std::string& name,
                                       const std::string& field);

}  // namespace oversight::monitoring
