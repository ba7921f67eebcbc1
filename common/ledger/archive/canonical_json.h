// JSON in the one form that RFC 8785 gives to each value: members sorted by name, no blanks, one way to write a number
// and a text. So that equal content has equal bytes, and a hash over them means something. Pure; thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace boost::json {
class value;
}

namespace oversight::ledger {

// The canonical form of a JSON text. INVALID_ARGUMENT when it is not one, is not UTF-8 or is nested more than 64 deep.
// Of members with one name the last counts.
absl::StatusOr<std::string> CanonicalJson(std::string_view json);

// Appends a text as JSON has it, with its quotes. `text` must be UTF-8.
void AppendJsonText(std::string_view text, std::string& out);

// For those who read values out of JSON too.
absl::StatusOr<boost::json::value> ParseJson(std::string_view json);
void AppendCanonical(const boost::json::value& value, std::string& out);

}  // namespace oversight::ledger
