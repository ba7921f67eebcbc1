#include "gateway/cli/values.h"

#include <algorithm>
#include <memory>
#include <regex>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "common/rpc/errors.h"
#include "common/time/partial_date.h"
#include "common/time/timestamp.h"
#include "gateway/cli/arguments.h"
#include "gateway/cli/contract.h"
#include "gateway/cli/words.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/field_mask.pb.h"
#include "google/protobuf/timestamp.pb.h"
#include "google/protobuf/util/json_util.h"
#include "oversight/common/v1/read.pb.h"

namespace oversight::cli {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// More than a service takes in one message.
constexpr size_t kMostFileBytes = 8 << 20;
constexpr int kMostUnits = 3650;

absl::Status Wrong(const std::string& text, const std::string& what) {
  static constexpr size_t kMostShown = 60;
  return absl::InvalidArgumentError(
      absl::StrCat("\"", text.size() > kMostShown ? text.substr(0, kMostShown) + "..." : text, "\" ", what));
}

Message* Mutable(Message* message, const std::vector<const FieldDescriptor*>& path) {
  for (size_t i = 0; i + 1 < path.size(); ++i) message = message->GetReflection()->MutableMessage(message, path[i]);
  return message;
}

template <class T>
void SetMessage(Message* message, const FieldDescriptor& field, const T& value) {
  Message* target = field.is_repeated() ? message->GetReflection()->AddMessage(message, &field)
                                        : message->GetReflection()->MutableMessage(message, &field);
  target->ParseFromString(value.SerializeAsString());
}

absl::Status SetDate(Message* message, const FieldDescriptor& field, const std::string& text) {
  const auto date = ParsePartialDate(text);
  if (!date.ok()) {
    // A date in form but not on the calendar tells which part of it is not.
    const auto violations = ViolationsOf(date.status());
    if (violations.empty()) return absl::InvalidArgumentError(absl::StripSuffix(date.status().message(), "."));
    return Wrong(text, absl::StrCat("is not a date: its ", violations[0].first, " ", violations[0].second));
  }
  if (RulesOf(field).exact_date() && !IsExact(*date)) {
    return Wrong(text, "is not a whole day: write it as 2023-11-24");
  }
  SetMessage(message, field, *date);
  return absl::OkStatus();
}

absl::StatusOr<google::protobuf::Timestamp> ParseTimestamp(const std::string& text) {
  absl::Time time;
  std::string problem;
  if (!absl::ParseTime(absl::RFC3339_full, text, &time, &problem) || time == absl::InfiniteFuture() ||
      time == absl::InfinitePast()) {
    return Wrong(text, "is no time: write it as 2024-03-01T10:00:00Z or 2024-03-01T10:00:00+01:00");
  }
  google::protobuf::Timestamp result;
  SetTime(time, &result);
  return result;
}

absl::Status SetValueType(Message* message, const FieldDescriptor& field, const std::string& text) {
  const std::string& type = field.message_type()->full_name();
  if (type == "oversight.common.v1.PartialDate") return SetDate(message, field, text);
  if (type == "oversight.common.v1.DueRule") {
    const auto due = ParseDue(text);
    if (due.ok()) SetMessage(message, field, *due);
    return due.status();
  }
  if (type == "oversight.common.v1.AsOf") {
    common::v1::AsOf as_of;
    int64_t revision = 0;
    if (absl::SimpleAtoi(text, &revision)) {
      as_of.set_revision(revision);
    } else if (const auto time = ParseTimestamp(text); time.ok()) {
      *as_of.mutable_recorded_time() = *time;
    } else {
      return Wrong(text, "is no moment: write a revision such as 120, or a time such as 2024-03-01T10:00:00Z");
    }
    SetMessage(message, field, as_of);
    return absl::OkStatus();
  }
  if (type == "google.protobuf.Timestamp") {
    const auto time = ParseTimestamp(text);
    if (time.ok()) SetMessage(message, field, *time);
    return time.status();
  }
  if (type == "google.protobuf.Duration") {
    absl::Duration duration;
    if (!absl::ParseDuration(text, &duration) || absl::AbsDuration(duration) == absl::InfiniteDuration())
      return Wrong(text, "is no length of time: write 500ms, 10s or 1m30s");
    google::protobuf::Duration value;
    value.set_seconds(absl::IDivDuration(duration, absl::Seconds(1), &duration));
    value.set_nanos(static_cast<int32_t>(duration / absl::Nanoseconds(1)));
    SetMessage(message, field, value);
    return absl::OkStatus();
  }
  google::protobuf::FieldMask mask;
  for (const absl::string_view path : absl::StrSplit(text, ',', absl::SkipWhitespace())) {
    mask.add_paths(std::string(absl::StripAsciiWhitespace(path)));
  }
  SetMessage(message, field, mask);
  return absl::OkStatus();
}

absl::Status SetNumber(Message* message, const FieldDescriptor& field, const std::string& text) {
  const Reflection& reflection = *message->GetReflection();
  const auto whole = [&](auto number, auto set, auto add) -> absl::Status {
    if (!absl::SimpleAtoi(text, &number)) return Wrong(text, "is no whole number");
    field.is_repeated() ? (reflection.*add)(message, &field, number) : (reflection.*set)(message, &field, number);
    return absl::OkStatus();
  };
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return whole(int32_t{}, &Reflection::SetInt32, &Reflection::AddInt32);
    case FieldDescriptor::CPPTYPE_INT64:
      return whole(int64_t{}, &Reflection::SetInt64, &Reflection::AddInt64);
    case FieldDescriptor::CPPTYPE_UINT32:
      return whole(uint32_t{}, &Reflection::SetUInt32, &Reflection::AddUInt32);
    case FieldDescriptor::CPPTYPE_UINT64:
      return whole(uint64_t{}, &Reflection::SetUInt64, &Reflection::AddUInt64);
    default:
      break;
  }
  double number = 0;
  if (!absl::SimpleAtod(text, &number)) return Wrong(text, "is no number");
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_FLOAT) {
    const auto narrow = static_cast<float>(number);
    field.is_repeated() ? reflection.AddFloat(message, &field, narrow) : reflection.SetFloat(message, &field, narrow);
  } else {
    field.is_repeated() ? reflection.AddDouble(message, &field, number) : reflection.SetDouble(message, &field, number);
  }
  return absl::OkStatus();
}

absl::Status SetBool(Message* message, const FieldDescriptor& field, const std::string& text) {
  const std::string word = absl::AsciiStrToLower(text);
  const bool yes = word == "true" || word == "yes";
  if (!yes && word != "false" && word != "no") return Wrong(text, "is neither yes nor no");
  const Reflection& reflection = *message->GetReflection();
  field.is_repeated() ? reflection.AddBool(message, &field, yes) : reflection.SetBool(message, &field, yes);
  return absl::OkStatus();
}

absl::Status SetEnum(Message* message, const FieldDescriptor& field, const std::string& text) {
  const auto* value = ValueOf(*field.enum_type(), text);
  if (value == nullptr) {
    const std::vector<std::string> choices = Choices(*field.enum_type());
    const std::string meant = Nearest(absl::AsciiStrToLower(text), choices);
    return absl::InvalidArgumentError(absl::StrCat("there is no \"", text, "\"; there are ", JoinAnd(choices),
                                                   meant.empty() ? "" : absl::StrCat(" (did you mean ", meant, "?)")));
  }
  const Reflection& reflection = *message->GetReflection();
  field.is_repeated() ? reflection.AddEnum(message, &field, value) : reflection.SetEnum(message, &field, value);
  return absl::OkStatus();
}

// The hexadecimal digits that a text gives, as sha256sum prints them: with the name of the file behind them, or
// without.
// "" when it gives none.
std::string HexDigitsIn(const std::string& text) {
  const std::string digits(absl::StripAsciiWhitespace(text.substr(0, text.find("  "))));
  const bool hex = digits.size() % 2 == 0 && std::all_of(digits.begin(), digits.end(), absl::ascii_isxdigit);
  return hex ? digits : "";
}

absl::Status SetText(Message* message, const FieldDescriptor& field, const std::string& text,
                     const NameContext& names) {
  const Reflection& reflection = *message->GetReflection();
  std::string value = text;
  if (field.type() == FieldDescriptor::TYPE_BYTES) {
    const std::string digits = HexDigitsIn(text);
    if (digits.empty()) return Wrong(text, "is neither @FILE nor an even number of hexadecimal digits");
    value = absl::HexStringToBytes(digits);
  } else if (field.name() == "etag") {
    value = QuotedEtag(text);
  } else if (const std::string shapes = RulesOf(field).resource(); !shapes.empty()) {
    auto name = CompleteName(shapes, text, names);
    if (!name.ok()) return name.status();
    value = *std::move(name);
  }
  field.is_repeated() ? reflection.AddString(message, &field, value) : reflection.SetString(message, &field, value);
  return absl::OkStatus();
}

// "field=value; field=value" into a message. A text may hold a semicolon: only one before a field's name ends it.
absl::Status SetParts(Message* message, const std::string& text, const NameContext& names) {
  const Form form = FormOf(*message->GetDescriptor());
  const auto find = [&](const std::string& word) -> const FormFlag* {
    const std::string wanted = absl::StrReplaceAll(word, {{"_", "-"}});
    for (const FormFlag& flag : form.flags) {
      if (flag.path == wanted || flag.name == wanted) return &flag;
    }
    return nullptr;
  };
  static const auto* const kField = new std::regex("(^|;)\\s*([a-z][a-z0-9._-]*)\\s*=");
  struct Part {
    const FormFlag* flag;
    size_t begin, end;
  };
  std::vector<std::string> known;
  for (const FormFlag& flag : form.flags) known.push_back(flag.path);
  std::vector<Part> parts;
  for (std::sregex_iterator it(text.begin(), text.end(), *kField), end; it != end; ++it) {
    const std::string word = (*it)[2];
    const auto at = static_cast<size_t>(it->position());
    const FormFlag* flag = find(word);
    // In the middle of a text it is text, unless it looks like a slip.
    if (flag == nullptr && at > 0 && Nearest(word, known).empty()) continue;
    if (flag == nullptr) {
      return Wrong(text, absl::StrCat("has no field \"", word, "\"; there are ", JoinAnd(known)));
    }
    if (!parts.empty()) parts.back().end = at;
    parts.push_back({flag, at + static_cast<size_t>(it->length()), text.size()});
  }
  if (parts.empty()) {
    return Wrong(
        text, absl::StrCat("is neither JSON nor @FILE nor \"field=value; field=value\" with ", JoinAnd(known, "or")));
  }
  for (const Part& part : parts) {
    const std::string value(absl::StripAsciiWhitespace(text.substr(part.begin, part.end - part.begin)));
    if (value.empty()) continue;
    if (absl::Status status = SetValue(message, part.flag->fields, value, names); !status.ok()) {
      return absl::Status(status.code(), absl::StrCat(part.flag->path, ": ", std::string(status.message())));
    }
  }
  return absl::OkStatus();
}

// JSON of the field, by way of a message that has it alone: so that an array is a repeated field.
absl::Status SetJson(Message* message, const FieldDescriptor& field, const std::string& json) {
  const bool wrap = field.is_repeated() && !field.is_map() && !absl::StartsWith(json, "[");
  std::unique_ptr<Message> read(message->New());
  const auto parsed = google::protobuf::util::JsonStringToMessage(
      absl::StrCat("{\"", field.json_name(), "\":", wrap ? "[" : "", json, wrap ? "]" : "", "}"), read.get());
  if (!parsed.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("not JSON of ", field.message_type()->name(), ": ", std::string(parsed.message())));
  }
  message->MergeFrom(*read);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> ReadText(const std::string& text) {
  if (absl::StartsWith(text, "@@")) return text.substr(1);
  if (!absl::StartsWith(text, "@")) return text;
  const std::string path = text.substr(1);
  if (path.empty()) return Wrong(text, "names no file: write @FILE, or @@ for a text that begins with @");
  return ReadFile(path == "-" ? "/dev/stdin" : path, kMostFileBytes);
}

absl::Status SetValue(Message* message, const std::vector<const FieldDescriptor*>& path, const std::string& text,
                      const NameContext& names) {
  const FieldDescriptor& field = *path.back();
  const bool from_file = absl::StartsWith(text, "@") && !absl::StartsWith(text, "@@");
  absl::StatusOr<std::string> value = ReadText(text);
  if (!value.ok()) return value.status();
  message = Mutable(message, path);
  if (field.type() == FieldDescriptor::TYPE_BYTES && from_file) {
    const Reflection& reflection = *message->GetReflection();
    // What a digest has twice as many characters of is the digest as it is printed.
    const std::string digits = HexDigitsIn(*value);
    const bool printed = !digits.empty() && digits.size() == 2 * static_cast<size_t>(RulesOf(field).max_length());
    const std::string bytes = printed ? absl::HexStringToBytes(digits) : *value;
    field.is_repeated() ? reflection.AddString(message, &field, bytes) : reflection.SetString(message, &field, bytes);
    return absl::OkStatus();
  }
  // The line break that editors put at the end of a file is not part of a text.
  if (from_file && absl::EndsWith(*value, "\n")) value->pop_back();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_MESSAGE: {
      if (!IsMessageValue(field)) return SetValueType(message, field, *value);
      const std::string trimmed(absl::StripAsciiWhitespace(*value));
      if (absl::StartsWith(trimmed, "{") || absl::StartsWith(trimmed, "[")) return SetJson(message, field, trimmed);
      const Reflection& reflection = *message->GetReflection();
      std::unique_ptr<Message> part = NewMessage(*field.message_type());
      if (absl::Status status = SetParts(part.get(), trimmed, names); !status.ok()) return status;
      (field.is_repeated() ? reflection.AddMessage(message, &field) : reflection.MutableMessage(message, &field))
          ->MergeFrom(*part);
      return absl::OkStatus();
    }
    case FieldDescriptor::CPPTYPE_STRING:
      return SetText(message, field, *value, names);
    case FieldDescriptor::CPPTYPE_ENUM:
      return SetEnum(message, field, *value);
    case FieldDescriptor::CPPTYPE_BOOL:
      return SetBool(message, field, *value);
    default:
      return SetNumber(message, field, *value);
  }
}

void ClearValue(Message* message, const std::vector<const FieldDescriptor*>& path) {
  for (size_t i = 0; i + 1 < path.size(); ++i) {
    if (!message->GetReflection()->HasField(*message, path[i])) return;
    message = message->GetReflection()->MutableMessage(message, path[i]);
  }
  message->GetReflection()->ClearField(message, path.back());
}

std::string Placeholder(const FormFlag& flag) {
  const FieldDescriptor& field = flag.field();
  if (flag.positional) {
    const std::string shapes = RulesOf(field).resource();
    return shapes.empty() || absl::StrContains(shapes, "|") ? absl::AsciiStrToUpper(field.name()) : ShortForm(shapes);
  }
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_BOOL:
      return field.is_repeated() ? "YES|NO" : "";
    case FieldDescriptor::CPPTYPE_ENUM:
      return "CHOICE";
    case FieldDescriptor::CPPTYPE_STRING:
      if (field.type() == FieldDescriptor::TYPE_BYTES) return "@FILE|HEX";
      return RulesOf(field).resource().empty() ? "TEXT" : "NAME";
    case FieldDescriptor::CPPTYPE_MESSAGE: {
      const std::string& type = field.message_type()->full_name();
      if (type == "oversight.common.v1.PartialDate") return RulesOf(field).exact_date() ? "DAY" : "DATE";
      if (type == "oversight.common.v1.DueRule") return "DUE";
      if (type == "oversight.common.v1.AsOf") return "REVISION|TIME";
      if (type == "google.protobuf.Timestamp") return "TIME";
      if (type == "google.protobuf.Duration") return "DURATION";
      if (type == "google.protobuf.FieldMask") return "FIELDS";
      return "PARTS";
    }
    default:
      return "NUMBER";
  }
}

absl::StatusOr<common::v1::DueRule> ParseDue(const std::string& text) {
  common::v1::DueRule rule;
  const std::string lower = absl::AsciiStrToLower(std::string(absl::StripAsciiWhitespace(text)));
  if (lower == "immediately") {
    rule.set_immediately(true);
    return rule;
  }
  static const auto* const kWithin = new std::regex("(?:within )?([0-9]{1,9}) ([a-z]+(?: [a-z]+)?)");
  std::smatch match;
  if (std::regex_match(lower, match, *kWithin)) {
    const std::string unit = absl::EndsWith(match[2].str(), "s") ? match[2].str() : match[2].str() + "s";
    if (const auto* value = ValueOf(*common::v1::DueUnit_descriptor(), unit); value != nullptr) {
      const int count = std::stoi(match[1]);
      if (count < 1 || count > kMostUnits)
        return Wrong(text, absl::StrCat("is no due rule: write 1 to ", kMostUnits, " ", unit));
      rule.mutable_within()->set_count(count);
      rule.mutable_within()->set_unit(static_cast<common::v1::DueUnit>(value->number()));
      return rule;
    }
  }
  const auto date = ParsePartialDate(std::string(absl::StripPrefix(lower, "by ")));
  if (!date.ok() || !IsExact(*date)) {
    return Wrong(text,
                 "is no due rule: write immediately, \"by 2024-03-31\", \"within 28 days\" or \"within 3 months\"");
  }
  *rule.mutable_date() = *date;
  return rule;
}

}  // namespace oversight::cli
