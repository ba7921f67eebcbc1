#include "gateway/cli/value_text.h"

#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "common/rpc/secrets.h"
#include "common/time/partial_date.h"
#include "common/time/timestamp.h"
#include "gateway/cli/contract.h"
#include "gateway/cli/form.h"
#include "gateway/cli/words.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/field_mask.pb.h"
#include "google/protobuf/timestamp.pb.h"
#include "oversight/common/v1/due_rule.pb.h"
#include "oversight/common/v1/read.pb.h"

namespace oversight::cli {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// Hashes and their like are shown, what is longer is not for reading.
constexpr size_t kMostBytes = 64;

std::string DueText(const common::v1::DueRule& rule) {
  if (rule.has_date()) return absl::StrCat("by ", FormatForPeople(rule.date()));
  if (!rule.has_within()) return rule.immediately() ? "immediately" : "";
  std::string unit = Words(rule.within().unit());
  if (rule.within().count() == 1 && !unit.empty()) unit.pop_back();
  return absl::StrCat("within ", rule.within().count(), " ", unit);
}

std::string MessageText(const Message& message) {
  const std::string& type = message.GetDescriptor()->full_name();
  if (type == "oversight.common.v1.PartialDate") return FormatForPeople(As<common::v1::PartialDate>(message));
  if (type == "oversight.common.v1.DueRule") return DueText(As<common::v1::DueRule>(message));
  if (type == "google.protobuf.Timestamp") return TimeText(GetTime(As<google::protobuf::Timestamp>(message)));
  if (type == "google.protobuf.Duration") {
    const auto duration = As<google::protobuf::Duration>(message);
    return absl::FormatDuration(absl::Seconds(duration.seconds()) + absl::Nanoseconds(duration.nanos()));
  }
  if (type == "google.protobuf.FieldMask") return absl::StrJoin(As<google::protobuf::FieldMask>(message).paths(), ", ");
  if (type == "oversight.common.v1.AsOf") {
    const auto as_of = As<common::v1::AsOf>(message);
    return as_of.has_recorded_time() ? TimeText(GetTime(as_of.recorded_time()))
                                     : absl::StrCat("revision ", as_of.revision());
  }
  return "";
}

std::string TextText(const FieldDescriptor& field, const std::string& text) {
  if (field.type() != FieldDescriptor::TYPE_BYTES) return RulesOf(field).one_line() ? OneLine(text) : Visible(text);
  return text.size() <= kMostBytes ? absl::BytesToHexString(text) : absl::StrCat(text.size(), " bytes");
}

}  // namespace

std::string ValueText(const Message& message, const FieldDescriptor& field, int index) {
  if (rpc::IsSecret(field)) return rpc::kSecret;
  const auto& reflection = *message.GetReflection();
  const bool repeated = field.is_repeated();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return TextText(field, repeated ? reflection.GetRepeatedString(message, &field, index)
                                      : reflection.GetString(message, &field));
    case FieldDescriptor::CPPTYPE_ENUM:
      return Words(*field.enum_type(), repeated ? reflection.GetRepeatedEnumValue(message, &field, index)
                                                : reflection.GetEnumValue(message, &field));
    case FieldDescriptor::CPPTYPE_BOOL:
      return (repeated ? reflection.GetRepeatedBool(message, &field, index) : reflection.GetBool(message, &field))
                 ? "yes"
                 : "no";
    case FieldDescriptor::CPPTYPE_INT32:
      return absl::StrCat(repeated ? reflection.GetRepeatedInt32(message, &field, index)
                                   : reflection.GetInt32(message, &field));
    case FieldDescriptor::CPPTYPE_INT64:
      return absl::StrCat(repeated ? reflection.GetRepeatedInt64(message, &field, index)
                                   : reflection.GetInt64(message, &field));
    case FieldDescriptor::CPPTYPE_UINT32:
      return absl::StrCat(repeated ? reflection.GetRepeatedUInt32(message, &field, index)
                                   : reflection.GetUInt32(message, &field));
    case FieldDescriptor::CPPTYPE_UINT64:
      return absl::StrCat(repeated ? reflection.GetRepeatedUInt64(message, &field, index)
                                   : reflection.GetUInt64(message, &field));
    case FieldDescriptor::CPPTYPE_FLOAT:
      return absl::StrCat(repeated ? reflection.GetRepeatedFloat(message, &field, index)
                                   : reflection.GetFloat(message, &field));
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return absl::StrCat(repeated ? reflection.GetRepeatedDouble(message, &field, index)
                                   : reflection.GetDouble(message, &field));
    case FieldDescriptor::CPPTYPE_MESSAGE:
      if (!repeated && !reflection.HasField(message, &field)) return "";
      return MessageText(repeated ? reflection.GetRepeatedMessage(message, &field, index)
                                  : reflection.GetMessage(message, &field));
  }
  return "";
}

void MakeOneLine(Message* message) {
  const auto& reflection = *message->GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(*message, &fields);
  for (const FieldDescriptor* field : fields) {
    const int size = field->is_repeated() ? reflection.FieldSize(*message, field) : 1;
    for (int i = 0; i < size; ++i) {
      if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        MakeOneLine(field->is_repeated() ? reflection.MutableRepeatedMessage(message, field, i)
                                         : reflection.MutableMessage(message, field));
      } else if (field->type() == FieldDescriptor::TYPE_STRING && field->is_repeated()) {
        reflection.SetRepeatedString(message, field, i, OneLine(reflection.GetRepeatedString(*message, field, i)));
      } else if (field->type() == FieldDescriptor::TYPE_STRING) {
        reflection.SetString(message, field, OneLine(reflection.GetString(*message, field)));
      }
    }
  }
}

std::string Day(bool has, const common::v1::PartialDate& date) { return has ? FormatForPeople(date) : ""; }

std::string TimeText(absl::Time time) { return absl::FormatTime("%d %b %Y %H:%M:%S UTC", time, absl::UTCTimeZone()); }

std::string CalledBy(const Message& message) {
  for (const char* name : {"display_name", "title", "level", "outcome", "kind", "text", "name"}) {
    const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(name);
    if (field == nullptr || field->is_repeated() || IsMessageValue(*field)) continue;
    if (std::string text = ValueText(message, *field); !text.empty()) return text;
  }
  return "";
}

}  // namespace oversight::cli
