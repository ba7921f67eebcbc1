// What differs between two messages of one type, field by field, in words for people: for histories that say what was
// changed from what to what. By reflection, so it knows every resource, also those to come. Pure functions over
// messages; thread-safe.
//
//   closure.reason                  ""                   -> "All recommendations verified."
//   due_date                        "2024-02-24"         -> "2024-05-24"
//   state                           "CONCERN_STATE_DRAFT" -> "CONCERN_STATE_ISSUED"
//   extensions[1].reason            ""                   -> "A new chief officer."
//   graded_areas[Investigating crime].grade  "GRADE_GOOD" -> "GRADE_INADEQUATE"
//   labels["team"]                  "north"              -> ""
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "google/protobuf/message.h"

namespace oversight::rpc {

struct FieldChange {
  // The way to the field, by names as in the .proto, as in field masks.
  std::string path;
  // The value in words, "" where there is none: texts as they are, enum values by name, partial dates and times in ISO
  // 8601, bytes in hexadecimal digits, else as in JSON.
  std::string before, after;
};

struct MessageDiff {
  std::vector<FieldChange> changes;  // In order of the fields in the .proto.
  bool cut = false;                  // There are more than `max_changes`.
};

struct DiffOptions {
  // Fields of the message itself (not of its parts) that do not count.
  std::vector<std::string> ignore;
  size_t max_changes = 200;
  // A value of more code points than this is cut, and ends with "…".
  size_t max_value = 1000;
};

// `before` and `after` are of one type; null stands for none, so that all that is set in the other one differs.
// Elements of a repeated field are matched by their `name`, `id` or `title` where that tells them apart; otherwise what
// is equal at both ends is left out and the rest is matched in order. Unknown fields do not count.
MessageDiff Diff(const google::protobuf::Message* before, const google::protobuf::Message* after,
                 const DiffOptions& options = {});

}  // namespace oversight::rpc
