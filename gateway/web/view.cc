#include "gateway/web/view.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/time/london.h"
#include "common/time/partial_date.h"
#include "common/time/timestamp.h"
#include "gateway/cli/words.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/timestamp.pb.h"
#include "oversight/common/v1/due_rule.pb.h"

namespace oversight::gateway::web {
namespace {

using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Value;

Value Text(const std::string& text) {
  Value value;
  if (text.empty()) {
    value.set_bool_value(false);
  } else {
    value.set_string_value(text);
  }
  return value;
}

Value Flag(bool flag) {
  Value value;
  value.set_bool_value(flag);
  return value;
}

std::string Capital(std::string name) {
  if (!name.empty()) name[0] = absl::ascii_toupper(static_cast<unsigned char>(name[0]));
  return name;
}

// CONCERN_STATE_ISSUED of ConcernState -> "Issued".
std::string Pascal(const std::string& words) {
  std::string result;
  bool up = true;
  for (const char c : words) {
    if (c == ' ' || c == '-') {
      up = true;
    } else {
      result += up ? absl::ascii_toupper(static_cast<unsigned char>(c)) : c;
      up = false;
    }
  }
  return result;
}

std::string DueWords(const common::v1::DueRule& rule) {
  if (rule.has_date()) return absl::StrCat("by ", FormatForPeople(rule.date()));
  if (!rule.has_within()) return rule.immediately() ? "immediately" : "";
  std::string unit = cli::Words(rule.within().unit());
  if (rule.within().count() == 1 && !unit.empty()) unit.pop_back();
  return absl::StrCat("within ", rule.within().count(), " ", unit);
}

// A message that is one value, in words; false when it is none.
bool MessageWords(const Message& message, std::string* words) {
  if (const auto* date = dynamic_cast<const common::v1::PartialDate*>(&message)) {
    *words = FormatForPeople(*date);
  } else if (const auto* time = dynamic_cast<const google::protobuf::Timestamp*>(&message)) {
    *words = FormatMinuteForPeople(GetTime(*time));
  } else if (const auto* duration = dynamic_cast<const google::protobuf::Duration*>(&message)) {
    *words = DurationWords(absl::Seconds(duration->seconds()) + absl::Nanoseconds(duration->nanos()));
  } else if (const auto* rule = dynamic_cast<const common::v1::DueRule*>(&message)) {
    *words = DueWords(*rule);
  } else {
    return false;
  }
  return true;
}

Value OfMessage(const Message& message) {
  std::string words;
  if (MessageWords(message, &words)) return Text(words);
  Value value;
  *value.mutable_struct_value() = ViewOf(message);
  return value;
}

std::string BytesWords(const FieldDescriptor& field, const std::string& text) {
  return field.type() == FieldDescriptor::TYPE_BYTES ? absl::BytesToHexString(text) : text;
}

void SetList(const Message& message, const FieldDescriptor& field, View& view) {
  const auto& reflection = *message.GetReflection();
  const int count = reflection.FieldSize(message, &field);
  auto& fields = *view.mutable_fields();
  auto& list = *fields[field.json_name()].mutable_list_value();
  for (int i = 0; i < count; ++i) {
    auto& item = *list.add_values();
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_MESSAGE:
        item = OfMessage(reflection.GetRepeatedMessage(message, &field, i));
        break;
      case FieldDescriptor::CPPTYPE_STRING:
        item = Text(BytesWords(field, reflection.GetRepeatedString(message, &field, i)));
        break;
      case FieldDescriptor::CPPTYPE_ENUM:
        item = Text(cli::Words(*field.enum_type(), reflection.GetRepeatedEnumValue(message, &field, i)));
        break;
      default:
        item = Text("");  // The contract has no lists of numbers to show.
    }
  }
  fields["has" + Capital(field.json_name())] = Flag(count > 0);
  fields[field.json_name() + "Count"] = Text(absl::StrCat(count));
}

void SetNumber(const std::string& name, int64_t number, View& view) {
  (*view.mutable_fields())[name] = Text(absl::StrCat(number));
  (*view.mutable_fields())["has" + Capital(name)] = Flag(number != 0);
}

void SetEnum(const std::string& name, const EnumDescriptor& type, int number, View& view) {
  auto& fields = *view.mutable_fields();
  fields[name] = Text(cli::Words(type, number));
  for (int i = 0; i < type.value_count(); ++i) {
    if (type.value(i)->number() == 0) continue;
    fields[absl::StrCat(name, "Is", Pascal(cli::Words(type, type.value(i)->number())))] =
        Flag(type.value(i)->number() == number);
  }
}

void SetString(const FieldDescriptor& field, const std::string& text, View& view) {
  auto& fields = *view.mutable_fields();
  fields[field.json_name()] = Text(BytesWords(field, text));
  // Where it is a resource name or none, so that an outer message's is never taken for it.
  if (text.empty() || text.find('/') != std::string::npos) {
    fields[field.json_name() + "Id"] = Text(IdWords(text));
  }
}

}  // namespace

View ViewOf(const Message& message) {
  View view;
  const auto& reflection = *message.GetReflection();
  const auto& type = *message.GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    const std::string& name = field.json_name();
    if (field.is_repeated()) {
      SetList(message, field, view);
      continue;
    }
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_MESSAGE:
        (*view.mutable_fields())[name] =
            reflection.HasField(message, &field) ? OfMessage(reflection.GetMessage(message, &field)) : Flag(false);
        break;
      case FieldDescriptor::CPPTYPE_STRING:
        SetString(field, reflection.GetString(message, &field), view);
        break;
      case FieldDescriptor::CPPTYPE_ENUM:
        SetEnum(name, *field.enum_type(), reflection.GetEnumValue(message, &field), view);
        break;
      case FieldDescriptor::CPPTYPE_BOOL:
        (*view.mutable_fields())[name] = Flag(reflection.GetBool(message, &field));
        break;
      case FieldDescriptor::CPPTYPE_INT32:
      case FieldDescriptor::CPPTYPE_INT64: {
        const int64_t number = field.cpp_type() == FieldDescriptor::CPPTYPE_INT32
                                   ? reflection.GetInt32(message, &field)
                                   : reflection.GetInt64(message, &field);
        SetNumber(name, number, view);
        // Not known is not 0.
        if (field.has_presence() && !reflection.HasField(message, &field)) {
          (*view.mutable_fields())[name] = Flag(false);
        }
        break;
      }
      default:
        (*view.mutable_fields())[name] = Flag(false);  // The contract has no other numbers to show.
    }
  }
  return view;
}

void Set(View& view, const std::string& name, const std::string& text) { (*view.mutable_fields())[name] = Text(text); }
void Set(View& view, const std::string& name, const char* text) { Set(view, name, std::string(text)); }
void Set(View& view, const std::string& name, bool value) { (*view.mutable_fields())[name] = Flag(value); }
void Set(View& view, const std::string& name, View value) {
  *(*view.mutable_fields())[name].mutable_struct_value() = std::move(value);
}

void Add(View& view, const std::string& list, View item) {
  auto& fields = *view.mutable_fields();
  *fields[list].mutable_list_value()->add_values()->mutable_struct_value() = std::move(item);
  fields["has" + Capital(list)] = Flag(true);
}

std::string DurationWords(absl::Duration duration) {
  const auto words = [](int64_t count, const char* unit) {
    return absl::StrCat(count, " ", unit, count == 1 ? "" : "s");
  };
  const int64_t seconds = absl::ToInt64Seconds(duration);
  if (seconds < 1) return "less than a second";
  if (seconds < 120) return words(seconds, "second");
  if (seconds < 2 * 60 * 60) return words(seconds / 60, "minute");
  if (seconds < 2 * 24 * 60 * 60) return words(seconds / (60 * 60), "hour");
  return words(seconds / (24 * 60 * 60), "day");
}

std::string IdWords(const std::string& name) {
  return absl::StrReplaceAll(name.substr(name.rfind('/') + 1), {{"-", " "}});
}

}  // namespace oversight::gateway::web
