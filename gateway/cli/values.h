// Reads the value of a flag into the field that it stands for. What a value may look like follows from the field:
//
//   text              as it is, or @FILE (@- is standard input; @@ begins a text with one @)
//   resource name     in full or in short: forces/kent, kent (names.h)
//   choice            the enum's value in words: in-fieldwork
//   PartialDate       2023, 2021-12, 2023-11-24, "early 2024": what ParsePartialDate takes
//   DueRule           immediately, "by 2024-09-30", "within 3 months", "28 days"
//   AsOf              a revision, or a time
//   Timestamp         RFC 3339: 2024-03-01T10:00:00Z
//   Duration          10s, 500ms, 1m30s
//   bytes             @FILE, or hexadecimal digits
//   a message         JSON, @FILE.json, or "field=value; field=value" with fields as its flags write them
//
// Pure but for the files it reads; thread-safe.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "gateway/cli/form.h"
#include "gateway/cli/names.h"
#include "google/protobuf/message.h"
#include "oversight/common/v1/due_rule.pb.h"

namespace oversight::cli {

// Sets the field at the end of `path` in `message`, or adds to it when it is repeated. A field of messages takes a JSON
// array too. An error in words to stand behind the name of the flag: INVALID_ARGUMENT, or what ReadFile says.
absl::Status SetValue(google::protobuf::Message* message,
                      const std::vector<const google::protobuf::FieldDescriptor*>& path, const std::string& text,
                      const NameContext& names);
// What a text on the command line stands for: itself, or with @FILE what the file holds (@- is standard input; @@
// begins a text with one @). An error in words when the file cannot be read.
absl::StatusOr<std::string> ReadText(const std::string& text);
// Makes the field at the end of `path` unset.
void ClearValue(google::protobuf::Message* message, const std::vector<const google::protobuf::FieldDescriptor*>& path);

// What stands for the value of a flag in help: TEXT, DATE, DAY, NAME, ...; "" for a switch; for an argument by position
// what it is, such as FORCE/CONCERN.
std::string Placeholder(const FormFlag& flag);

// "immediately", "by 2024-03-31", "28 days", "within 3 months".
absl::StatusOr<common::v1::DueRule> ParseDue(const std::string& text);

}  // namespace oversight::cli
