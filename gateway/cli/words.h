// Names of the contract as people write and read them: RenameForce -> rename-force, display_name -> "display name",
// CONCERN_STATE_ISSUED -> "issued". Pure, thread-safe.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/generated_enum_reflection.h"

namespace oversight::cli {

// "GetForceOnDate" or "get_force_on_date" -> "get-force-on-date".
std::string Kebab(const std::string& name);
// "display_name" -> "display name".
std::string Spaced(const std::string& name);

// An enum value in words: CONCERN_STATE_ISSUED -> "issued"; "" for the unspecified one.
std::string Words(const google::protobuf::EnumDescriptor& type, int value);
template <class Enum>
std::string Words(Enum value) {
  return Words(*google::protobuf::GetEnumDescriptor<Enum>(), static_cast<int>(value));
}
// The values one can choose, as they are typed: "in-fieldwork".
std::vector<std::string> Choices(const google::protobuf::EnumDescriptor& type);
// The value meant by "in-fieldwork", "In fieldwork" or INSPECTION_STATE_IN_FIELDWORK; null when there is none. The
// unspecified one cannot be meant.
const google::protobuf::EnumValueDescriptor* ValueOf(const google::protobuf::EnumDescriptor& type,
                                                     const std::string& text);

// "a, b and c".
std::string JoinAnd(const std::vector<std::string>& items, const std::string& last = "and");

// A text as it can be shown without being taken for something else: control characters, and those that turn the
// direction of what follows, as a mark that is seen, such as "␛". Line breaks stay.
std::string Visible(const std::string& text);
// The same on one line: with a space for each line break and tab.
std::string OneLine(const std::string& text);

// The first sentence of a text, and what is behind it.
std::pair<std::string, std::string> SplitSentence(const std::string& text);

// The one of `known` that `text` is likely a slip for: two letters off at most; else one that holds all of its words.
// "" when there is none.
std::string Nearest(const std::string& text, const std::vector<std::string>& known);

}  // namespace oversight::cli
