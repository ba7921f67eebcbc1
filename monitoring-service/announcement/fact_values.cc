#include "monitoring-service/announcement/fact_values.h"

#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/time/partial_date.h"

namespace oversight::monitoring {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

std::string InWords(const Message& message) {
  if (const auto* date = dynamic_cast<const common::v1::PartialDate*>(&message)) return FormatIso(*date);
  return message.ShortDebugString();
}

// One value; `index` -1 for a field that is not repeated.
std::string ValueOf(const Message& message, const FieldDescriptor* field, int index) {
  const Reflection* reflection = message.GetReflection();
  const bool one = index < 0;
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return one ? reflection->GetString(message, field) : reflection->GetRepeatedString(message, field, index);
    case FieldDescriptor::CPPTYPE_ENUM:
      return (one ? reflection->GetEnum(message, field) : reflection->GetRepeatedEnum(message, field, index))->name();
    case FieldDescriptor::CPPTYPE_MESSAGE:
      if (one && !reflection->HasField(message, field)) return {};
      return InWords(one ? reflection->GetMessage(message, field)
                         : reflection->GetRepeatedMessage(message, field, index));
    case FieldDescriptor::CPPTYPE_BOOL:
      return (one ? reflection->GetBool(message, field) : reflection->GetRepeatedBool(message, field, index)) ? "true"
                                                                                                              : "false";
    case FieldDescriptor::CPPTYPE_INT64:
      return absl::StrCat(one ? reflection->GetInt64(message, field)
                              : reflection->GetRepeatedInt64(message, field, index));
    case FieldDescriptor::CPPTYPE_INT32:
      return absl::StrCat(one ? reflection->GetInt32(message, field)
                              : reflection->GetRepeatedInt32(message, field, index));
    default:
      return {};  // No resource of the suite has a field of another type.
  }
}

// "reasons[12]" -> "reasons" and 12; -1 without an index, nothing when it is malformed.
std::optional<int> SplitIndex(std::string& segment) {
  const size_t open = segment.find('[');
  if (open == std::string::npos) return -1;
  int index = 0;
  if (segment.back() != ']' || !absl::SimpleAtoi(segment.substr(open + 1, segment.size() - open - 2), &index) ||
      index < 0) {
    return std::nullopt;
  }
  segment.resize(open);
  return index;
}

}  // namespace

std::optional<std::string> FactValue(const Message& resource, const std::string& path) {
  std::vector<std::string> segments = absl::StrSplit(path, '.');
  const Descriptor* type = resource.GetDescriptor();
  const Message* message = &resource;  // Null once something on the way is not there: the path is still checked.
  for (size_t i = 0; i < segments.size(); ++i) {
    const auto index = SplitIndex(segments[i]);
    const FieldDescriptor* field = type->FindFieldByName(segments[i]);
    if (!index || field == nullptr || (*index >= 0 && !field->is_repeated()) || field->is_map()) return std::nullopt;
    const Reflection* reflection = message == nullptr ? nullptr : message->GetReflection();
    const int size = message != nullptr && field->is_repeated() ? reflection->FieldSize(*message, field) : 0;
    const bool there = message != nullptr && *index < size;
    if (i + 1 == segments.size()) {
      if (message == nullptr) return "";
      if (field->is_repeated() && *index < 0) {
        std::vector<std::string> all;
        for (int item = 0; item < size; ++item) all.push_back(ValueOf(*message, field, item));
        return absl::StrJoin(all, "\n");
      }
      return *index < 0 || there ? ValueOf(*message, field, *index) : std::string();
    }
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE || (field->is_repeated() && *index < 0)) {
      return std::nullopt;
    }
    if (message != nullptr) {
      if (field->is_repeated()) {
        message = there ? &reflection->GetRepeatedMessage(*message, field, *index) : nullptr;
      } else {
        message = reflection->HasField(*message, field) ? &reflection->GetMessage(*message, field) : nullptr;
      }
    }
    type = field->message_type();
  }
  return std::nullopt;
}

std::optional<v1::FactReference> Refer(const Message* resource, const std::string& name, const std::string& field) {
  if (resource == nullptr) return std::nullopt;
  auto value = FactValue(*resource, field);
  if (!value) return std::nullopt;
  v1::FactReference fact;
  fact.set_name(name);
  fact.set_field(field);
  fact.set_value(*std::move(value));
  if (const auto* revision = resource->GetDescriptor()->FindFieldByName("revision")) {
    fact.set_revision(resource->GetReflection()->GetInt64(*resource, revision));
  }
  return fact;
}

}  // namespace oversight::monitoring
