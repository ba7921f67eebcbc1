#include "gateway/web/forms/form_values.h"

#include <set>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/rpc/errors.h"
#include "common/rpc/utf8.h"
#include "common/time/timestamp.h"
#include "gateway/cli/words.h"
#include "gateway/http/rest_query.h"
#include "gateway/web/moment.h"
#include "google/protobuf/field_mask.pb.h"
#include "google/protobuf/timestamp.pb.h"
#include "oversight/common/v1/partial_date.pb.h"
#include "oversight/common/v1/validation.pb.h"

namespace oversight::gateway::web {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// Sets a text field, through the messages on the way.
void SetText(const std::string& path, const std::string& text, Message* message) {
  const auto way = WayTo(*message->GetDescriptor(), path);
  for (size_t i = 0; i + 1 < way.size(); ++i) message = message->GetReflection()->MutableMessage(message, way[i]);
  if (!way.empty()) message->GetReflection()->SetString(message, way.back(), text);
}

bool IsMoment(const std::vector<const FieldDescriptor*>& way) {
  return !way.empty() && way.back()->message_type() == google::protobuf::Timestamp::descriptor();
}

// A message that is changed as a whole: one that may be absent, or is in one of several forms.
bool IsWhole(const FieldDescriptor& field) {
  const auto* type = field.message_type();
  return type == nullptr || type->real_oneof_decl_count() > 0 || type == common::v1::PartialDate::descriptor() ||
         type == google::protobuf::Timestamp::descriptor() ||
         !field.options().GetExtension(common::v1::rules).required();
}

// The fields of the form, as a mask of the resource that an Update changes.
std::vector<std::string> MaskOf(const Form& form) {
  std::vector<std::string> paths;
  std::set<std::string> known;
  for (const FormPart& part : form.parts) {
    for (const FormField& field : part.fields) {
      std::string path;
      const auto way = WayTo(*form.request, field.path);
      for (size_t i = 1; i < way.size(); ++i) {
        absl::StrAppend(&path, path.empty() ? "" : ".", way[i]->name());
        if (IsWhole(*way[i])) break;
      }
      if (known.insert(path).second) paths.push_back(path);
    }
  }
  return paths;
}

// The value at the end of a way, as the page has it; adds nothing when it is unset.
void AddValues(const std::string& path, const Message& request, Parameters& values) {
  const auto way = WayTo(*request.GetDescriptor(), path);
  const Message* message = &request;
  for (size_t i = 0; i < way.size(); ++i) {
    const FieldDescriptor& field = *way[i];
    const auto& reflection = *message->GetReflection();
    if (field.is_repeated() || (field.has_presence() && !reflection.HasField(*message, &field))) return;
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      message = &reflection.GetMessage(*message, &field);
      if (const auto* date = dynamic_cast<const common::v1::PartialDate*>(message)) {
        values.emplace_back(path + ".year", absl::StrCat(date->year()));
        if (date->month() != 0) values.emplace_back(path + ".month", absl::StrCat(date->month()));
        if (date->day() != 0) values.emplace_back(path + ".day", absl::StrCat(date->day()));
        if (date->part_of_year() != common::v1::PART_OF_YEAR_UNSPECIFIED) {
          values.emplace_back(path + ".part_of_year", cli::Words(date->part_of_year()));
        }
      } else if (const auto* moment = dynamic_cast<const google::protobuf::Timestamp*>(message)) {
        values.emplace_back(path, FormatMomentField(GetTime(*moment)));
      }
      continue;
    }
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING:
        values.emplace_back(path, reflection.GetString(*message, &field));
        break;
      case FieldDescriptor::CPPTYPE_BOOL:
        if (reflection.GetBool(*message, &field)) values.emplace_back(path, "true");
        break;
      case FieldDescriptor::CPPTYPE_INT32:
        values.emplace_back(path, absl::StrCat(reflection.GetInt32(*message, &field)));
        break;
      case FieldDescriptor::CPPTYPE_ENUM:
        values.emplace_back(
            path, absl::StrReplaceAll(cli::Words(*field.enum_type(), reflection.GetEnumValue(*message, &field)),
                                      {{" ", "-"}}));
        break;
      default:
        break;
    }
  }
}

}  // namespace

absl::Status FillRequest(const Form& form, const std::string& resource, const Parameters& typed, Message* request) {
  Violations violations;
  Parameters given;
  for (const auto& [name, raw] : typed) {
    if (name.empty() || name[0] == '_') continue;
    if (rpc::CountCodePoints(raw) < 0) {
      violations.Add(name, "must be text in UTF-8");
      continue;
    }
    std::string value = absl::StrReplaceAll(raw, {{"\r\n", "\n"}, {"\r", "\n"}});
    if (absl::StripAsciiWhitespace(value).empty()) continue;
    if (IsMoment(WayTo(*form.request, name))) {
      const auto moment = ParseMoment(value);
      if (!moment.ok()) {
        violations.Add(name, "must be a day and a time, such as 2026-11-27T10:00");
        continue;
      }
      value = absl::FormatTime(absl::RFC3339_full, *moment, absl::UTCTimeZone());
    }
    given.emplace_back(name, std::move(value));
  }
  for (const auto& [field, description] : ViolationsOf(SetParameters(given, request)))
    violations.Add(field, description);
  const auto& type = *request->GetDescriptor();
  if (type.FindFieldByName("parent") != nullptr && form.subject != std::string("parent")) {
    SetText("parent", resource.substr(0, resource.find('/', resource.find('/') + 1)), request);
  }
  SetText(form.subject, resource, request);
  if (*form.changed != '\0') {
    google::protobuf::FieldMask mask;
    for (const std::string& path : MaskOf(form)) mask.add_paths(path);
    const auto* field = type.FindFieldByName("update_mask");
    request->GetReflection()->MutableMessage(request, field)->CopyFrom(mask);
  }
  return violations.status();
}

Parameters ValuesOf(const Form& form, const Message& request) {
  Parameters values;
  for (const FormPart& part : form.parts) {
    for (const FormField& field : part.fields) {
      if (*part.list == '\0') AddValues(field.path, request, values);
    }
  }
  return values;
}

}  // namespace oversight::gateway::web
