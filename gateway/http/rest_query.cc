#include "gateway/http/rest_query.h"

#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/observe/json_log.h"
#include "common/rpc/errors.h"
#include "common/time/partial_date.h"
#include "gateway/cli/words.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/util/json_util.h"

namespace oversight::gateway {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr int kMaxListIndex = 100;  // Nobody writes a longer list by hand.

const FieldDescriptor* FieldOf(const google::protobuf::Descriptor& type, const std::string& name) {
  for (int i = 0; i < type.field_count(); ++i) {
    if (type.field(i)->name() == name || type.field(i)->json_name() == name) return type.field(i);
  }
  return nullptr;
}

// What is wrong, to stand behind the name of the parameter: not a sentence within a sentence.
std::string WhyNot(const absl::Status& status) {
  std::vector<std::string> reasons;
  for (const auto& [field, description] : ViolationsOf(status)) {
    reasons.push_back(field.empty() ? description : absl::StrCat(field, " ", description));
  }
  if (!reasons.empty()) return absl::StrJoin(reasons, ", ");
  return std::string(absl::StripSuffix(status.message(), "."));
}

// What a value must be, when it is not; "" when it is set.
std::string SetMessageValue(const std::string& text, Message* value) {
  if (auto* date = dynamic_cast<common::v1::PartialDate*>(value)) {
    const auto parsed = ParsePartialDate(text);
    if (!parsed.ok()) return WhyNot(parsed.status());
    *date = *parsed;
    return "";
  }
  // Moments, durations and masks are strings in JSON.
  std::string json;
  observe::AppendJsonString(text, json);
  if (google::protobuf::util::JsonStringToMessage(json, value).ok()) return "";
  return absl::StrCat("must be a ", value->GetDescriptor()->name(),
                      " as its JSON is written, or its fields one by one");
}

std::string SetValue(const FieldDescriptor& field, const std::string& text, Message* message) {
  const auto& reflection = *message->GetReflection();
  const bool many = field.is_repeated();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      many ? reflection.AddString(message, &field, text) : reflection.SetString(message, &field, text);
      return "";
    case FieldDescriptor::CPPTYPE_BOOL:
      if (text != "true" && text != "false") return "must be true or false";
      many ? reflection.AddBool(message, &field, text == "true") : reflection.SetBool(message, &field, text == "true");
      return "";
    case FieldDescriptor::CPPTYPE_INT32: {
      int32_t number = 0;
      if (!absl::SimpleAtoi(text, &number)) return "must be a whole number";
      many ? reflection.AddInt32(message, &field, number) : reflection.SetInt32(message, &field, number);
      return "";
    }
    case FieldDescriptor::CPPTYPE_INT64: {
      int64_t number = 0;
      if (!absl::SimpleAtoi(text, &number)) return "must be a whole number";
      many ? reflection.AddInt64(message, &field, number) : reflection.SetInt64(message, &field, number);
      return "";
    }
    case FieldDescriptor::CPPTYPE_ENUM: {
      const auto* value = cli::ValueOf(*field.enum_type(), text);
      if (value == nullptr)
        return absl::StrCat("must be one of ", absl::StrJoin(cli::Choices(*field.enum_type()), ", "));
      many ? reflection.AddEnum(message, &field, value) : reflection.SetEnum(message, &field, value);
      return "";
    }
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return SetMessageValue(
          text, many ? reflection.AddMessage(message, &field) : reflection.MutableMessage(message, &field));
    default:
      return "cannot be given in an address; use the Connect protocol";
  }
}

// An element of a list, as violations name it: "reasons[2]".
struct Step {
  std::string name;
  int index = -1;  // -1: none is given.
};

// "" when the step is written well.
std::string ParseStep(absl::string_view text, Step* step) {
  const size_t open = text.find('[');
  step->name = std::string(text.substr(0, open));
  if (open == absl::string_view::npos) return "";
  if (text.back() != ']' || !absl::SimpleAtoi(text.substr(open + 1, text.size() - open - 2), &step->index) ||
      step->index < 0 || step->index >= kMaxListIndex) {
    return absl::StrCat("has no place in a list as reasons[0] has, from 0 to ", kMaxListIndex - 1);
  }
  return "";
}

// One form out of several was given before: which would count is not to be guessed.
std::string OtherForm(const FieldDescriptor& field, const Message& message) {
  const auto* oneof = field.real_containing_oneof();
  if (oneof == nullptr) return "";
  const auto* set = message.GetReflection()->GetOneofFieldDescriptor(message, oneof);
  if (set == nullptr || set == &field) return "";
  return absl::StrCat("cannot be given beside ", set->name(), ": give one of them");
}

// The element of a list of texts. Those before it that were not given are left out: nobody wrote empty ones.
std::string SetListText(const FieldDescriptor& field, int index, const std::string& text, Message* message) {
  if (field.cpp_type() != FieldDescriptor::CPPTYPE_STRING) return "cannot be given by its place in the list";
  const auto& reflection = *message->GetReflection();
  if (index < reflection.FieldSize(*message, &field)) {
    reflection.SetRepeatedString(message, &field, index, text);
  } else {
    reflection.AddString(message, &field, text);
  }
  return "";
}

std::string Set(const std::string& name, const std::string& text, Message* message) {
  const std::vector<std::string> path = absl::StrSplit(name, '.');
  for (size_t i = 0; i < path.size(); ++i) {
    Step step;
    if (std::string wrong = ParseStep(path[i], &step); !wrong.empty()) return wrong;
    const FieldDescriptor* field = FieldOf(*message->GetDescriptor(), step.name);
    if (field == nullptr) return absl::StrCat("is no field of ", message->GetDescriptor()->full_name());
    if (step.index >= 0 && !field->is_repeated()) return absl::StrCat(step.name, " is no list");
    if (std::string wrong = OtherForm(*field, *message); !wrong.empty()) return wrong;
    const bool last = i + 1 == path.size();
    if (last && (step.index < 0 || field->message_type() == nullptr)) {
      return step.index < 0 ? SetValue(*field, text, message) : SetListText(*field, step.index, text, message);
    }
    if (field->message_type() == nullptr || (field->is_repeated() && step.index < 0))
      return absl::StrCat(step.name, " has no fields of its own");
    const auto& reflection = *message->GetReflection();
    if (!field->is_repeated()) {
      message = reflection.MutableMessage(message, field);
      continue;
    }
    while (reflection.FieldSize(*message, field) <= step.index) reflection.AddMessage(message, field);
    message = reflection.MutableRepeatedMessage(message, field, step.index);
    if (last) return SetMessageValue(text, message);
  }
  return "";
}

}  // namespace

absl::Status SetParameters(const Parameters& parameters, Message* request) {
  Violations violations;
  for (const auto& [name, value] : parameters) {
    if (const std::string wrong = Set(name, value, request); !wrong.empty()) violations.Add(name, wrong);
  }
  return violations.status();
}

}  // namespace oversight::gateway
