#include "tests/auth/matrix/sample_request.h"

#include <algorithm>
#include <atomic>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "gateway/cli/contract.h"

namespace oversight::testing {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr int kMaxDepth = 6;

struct Maker {
  std::string force;
  bool writes;
  std::string number;

  // "forces/{force}/concerns/{concern}" with everything in its place; of several shapes one of a force, if there is
  // one.
  std::string NameOf(const std::string& patterns) const {
    std::vector<std::string> all = absl::StrSplit(patterns, '|');
    for (std::string& each : all) absl::StripAsciiWhitespace(&each);
    const auto of_force =
        std::find_if(all.begin(), all.end(), [](const std::string& each) { return absl::StartsWith(each, "forces/"); });
    std::vector<std::string> segments = absl::StrSplit(of_force == all.end() ? all[0] : *of_force, '/');
    for (std::string& segment : segments) {
      if (segment.front() != '{') continue;
      if (segment == "{force}") {
        segment = force;
      } else if (segment == "{ledger}") {
        segment = "forces";
      } else if (segment == "{theme}") {
        segment = "investigations";
      } else {
        segment = number;
      }
    }
    return absl::StrJoin(segments, "/");
  }

  std::string Text(const FieldDescriptor& field) const {
    const auto rules = cli::RulesOf(field);
    if (field.name() == "request_id") {
      static std::atomic<int> made{0};
      return absl::StrCat("matrix-", ++made);
    }
    if (field.name() == "etag" || absl::EndsWith(field.name(), "_etag")) return "\"0\"";
    if (!rules.resource().empty()) return NameOf(rules.resource());
    if (absl::EndsWith(field.name(), "force_id")) return force;
    return "x";
  }

  int64_t Number(const FieldDescriptor& field) const {
    const auto rules = cli::RulesOf(field);
    int64_t value = writes && !absl::StrContains(field.name(), "size") ? 999'999 : 1;
    if (rules.has_maximum()) value = std::min(value, rules.maximum());
    if (rules.has_minimum()) value = std::max(value, rules.minimum());
    return value;
  }

  void Put(Message& message, const FieldDescriptor& field, int depth) const {
    const Reflection& reflection = *message.GetReflection();
    const bool many = field.is_repeated();
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_MESSAGE:
        if (field.is_map()) return;
        Fill(many ? *reflection.AddMessage(&message, &field) : *reflection.MutableMessage(&message, &field), depth + 1);
        return;
      case FieldDescriptor::CPPTYPE_STRING:
        many ? reflection.AddString(&message, &field, Text(field))
             : reflection.SetString(&message, &field, Text(field));
        return;
      case FieldDescriptor::CPPTYPE_ENUM:
        many ? reflection.AddEnumValue(&message, &field, field.enum_type()->value(1)->number())
             : reflection.SetEnumValue(&message, &field, field.enum_type()->value(1)->number());
        return;
      case FieldDescriptor::CPPTYPE_INT32:
        many ? reflection.AddInt32(&message, &field, static_cast<int32_t>(Number(field)))
             : reflection.SetInt32(&message, &field, static_cast<int32_t>(Number(field)));
        return;
      case FieldDescriptor::CPPTYPE_INT64:
        many ? reflection.AddInt64(&message, &field, Number(field))
             : reflection.SetInt64(&message, &field, Number(field));
        return;
      case FieldDescriptor::CPPTYPE_BOOL:
        if (!many) reflection.SetBool(&message, &field, true);
        return;
      default:
        return;
    }
  }

  void Fill(Message& message, int depth) const {
    const Descriptor& type = *message.GetDescriptor();
    if (depth > kMaxDepth) return;
    const Reflection& reflection = *message.GetReflection();
    const auto set = [&](const char* name, int value) {
      reflection.SetInt32(&message, type.FindFieldByName(name), value);
    };
    if (type.full_name() == "google.protobuf.Timestamp" || type.full_name() == "google.protobuf.Duration") {
      // In the past, and a minute.
      reflection.SetInt64(&message, type.FindFieldByName("seconds"),
                          type.full_name() == "google.protobuf.Timestamp" ? 1'700'000'000 : 60);
      return;
    }
    if (type.full_name() == "google.protobuf.FieldMask") {
      reflection.AddString(&message, type.FindFieldByName("paths"), "name");
      return;
    }
    if (type.full_name() == "oversight.common.v1.PartialDate") {
      set("year", 2023);
      set("month", 11);
      set("day", 24);
      return;
    }
    // The least that passes, and what keeps a write from being done.
    bool any = false;
    for (int i = 0; i < type.field_count(); ++i) {
      const FieldDescriptor& field = *type.field(i);
      const auto rules = cli::RulesOf(field);
      if (rules.output_only()) continue;
      const bool keeps = field.name() == "etag" || field.name() == "request_id";
      if (field.real_containing_oneof() != nullptr && reflection.HasOneof(message, field.real_containing_oneof()))
        continue;
      if (rules.required() || keeps) {
        Put(message, field, depth);
        any = any || rules.required();
      }
    }
    // A message that is all oneof needs one of it.
    for (int i = 0; i < type.real_oneof_decl_count(); ++i) {
      const auto* oneof = type.oneof_decl(i);
      if (!any && oneof->field_count() == type.field_count() && !reflection.HasOneof(message, oneof)) {
        Put(message, *oneof->field(0), depth);
      }
    }
  }
};

}  // namespace

bool Writes(const google::protobuf::MethodDescriptor& method) {
  return method.input_type()->FindFieldByName("request_id") != nullptr;
}

std::unique_ptr<Message> SampleRequest(const google::protobuf::MethodDescriptor& method, const std::string& force,
                                       const std::string& number) {
  std::unique_ptr<Message> request = cli::NewMessage(*method.input_type());
  const bool writes = Writes(method);
  const Maker maker{force, writes, !number.empty() ? number : writes ? "999999" : "1"};
  maker.Fill(*request, 0);
  const Reflection& reflection = *request->GetReflection();
  // An update names what it changes, in the resource.
  if (absl::StartsWith(method.name(), "Update")) {
    for (int i = 0; i < method.input_type()->field_count(); ++i) {
      const FieldDescriptor* field = method.input_type()->field(i);
      const FieldDescriptor* name = field->message_type() == nullptr || field->is_repeated()
                                        ? nullptr
                                        : field->message_type()->FindFieldByName("name");
      if (name == nullptr) continue;
      maker.Put(*reflection.MutableMessage(request.get(), field), *name, 1);
      // And says which of its fields: the first that can be set.
      const FieldDescriptor* mask = method.input_type()->FindFieldByName("update_mask");
      if (mask == nullptr) continue;
      Message* paths = reflection.MutableMessage(request.get(), mask);
      paths->Clear();
      for (int f = 0; f < field->message_type()->field_count(); ++f) {
        const FieldDescriptor* changed = field->message_type()->field(f);
        if (changed->name() == "name" || changed->name() == "etag" || cli::RulesOf(*changed).output_only()) continue;
        paths->GetReflection()->AddString(paths, mask->message_type()->FindFieldByName("paths"), changed->name());
        break;
      }
    }
  }
  // What asks about a force, said or not: the rules on scope are about it.
  for (const char* name : {"name", "parent", "force"}) {
    const FieldDescriptor* field = method.input_type()->FindFieldByName(name);
    if (field == nullptr || field->is_repeated() || field->cpp_type() != FieldDescriptor::CPPTYPE_STRING) continue;
    if (!cli::RulesOf(*field).resource().empty()) maker.Put(*request, *field, 0);
  }
  if (const FieldDescriptor* start = method.input_type()->FindFieldByName("start");
      start != nullptr && start->message_type() != nullptr && start->message_type()->name() == "WatchStart") {
    Message* watch = reflection.MutableMessage(request.get(), start);
    watch->Clear();
    watch->GetReflection()->SetBool(watch, start->message_type()->FindFieldByName("initial_state"), true);
  }
  return request;
}

}  // namespace oversight::testing
