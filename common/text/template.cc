#include "common/text/template.h"

#include "absl/strings/str_cat.h"
#include "common/text/text.h"
#include "kainjow/mustache.hpp"

namespace oversight {
namespace {

using google::protobuf::Struct;
using google::protobuf::Value;
using kainjow::mustache::data;

data ToData(const Struct& object);

data ToData(const Value& value) {
  switch (value.kind_case()) {
    case Value::kStringValue:
      return data(value.string_value());
    case Value::kBoolValue:
      return data(value.bool_value() ? data::type::bool_true : data::type::bool_false);
    case Value::kStructValue:
      return ToData(value.struct_value());
    case Value::kListValue: {
      data list(data::type::list);
      for (const auto& item : value.list_value().values()) list.push_back(ToData(item));
      return list;
    }
    case Value::kNumberValue:
      return data(absl::StrCat(value.number_value()));
    default:
      return data(data::type::bool_false);
  }
}

data ToData(const Struct& object) {
  data fields(data::type::object);
  for (const auto& [name, value] : object.fields()) fields.set(name, ToData(value));
  return fields;
}

}  // namespace

absl::StatusOr<std::string> RenderTemplate(const std::string& text, const Struct& values) {
  kainjow::mustache::mustache parsed(text);
  if (parsed.is_valid()) {
    parsed.set_custom_escape([](const std::string& plain) { return plain; });
    std::string rendered = parsed.render(ToData(values));
    if (parsed.is_valid()) return rendered;
  }
  return absl::InvalidArgumentError(absl::StrCat("Not a Mustache template: ", parsed.error_message()));
}

absl::StatusOr<std::string> RenderHtml(const std::string& text, const Struct& values,
                                       const std::map<std::string, std::string>& partials) {
  kainjow::mustache::mustache parsed(text);
  if (parsed.is_valid()) {
    data fields = ToData(values);
    for (const auto& [name, partial] : partials) {
      fields.set(name, kainjow::mustache::partial([&text = partial] { return text; }));
    }
    std::string rendered = parsed.render(fields);
    if (parsed.is_valid()) return rendered;
  }
  return absl::InvalidArgumentError(absl::StrCat("Not a Mustache template: ", parsed.error_message()));
}

std::vector<std::string> NamesIn(const std::string& text) {
  std::vector<std::string> names;
  for (size_t at = text.find("{{"); at != std::string::npos; at = text.find("{{", at + 2)) {
    const size_t end = text.find("}}", at);
    if (end == std::string::npos) break;
    std::string name = text.substr(at + 2, end - at - 2);
    name.erase(0, name.find_first_not_of("{#^/&"));
    names.push_back(Tidy(name));
  }
  return names;
}

}  // namespace oversight
