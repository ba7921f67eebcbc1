#include "gateway/web/forms/form_view.h"

#include <algorithm>
#include <map>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "gateway/cli/words.h"
#include "google/protobuf/timestamp.pb.h"
#include "oversight/common/v1/partial_date.pb.h"
#include "oversight/common/v1/validation.pb.h"

namespace oversight::gateway::web {
namespace {

using google::protobuf::FieldDescriptor;

constexpr int kMostElements = 50;
constexpr int kLongestLine = 300;  // What may be longer gets an area to write in.

std::string Capital(std::string words) {
  if (!words.empty()) words[0] = absl::ascii_toupper(static_cast<unsigned char>(words[0]));
  return words;
}

// "proposal.reasons[0].text" -> "proposal-reasons-0-text".
std::string IdOf(const std::string& path) {
  return absl::StrReplaceAll(path, {{"].", "-"}, {"[", "-"}, {"]", ""}, {".", "-"}, {"_", "-"}});
}

const common::v1::FieldRules& RulesOf(const FieldDescriptor& field) {
  return field.options().GetExtension(common::v1::rules);
}

// One field where it stands on the page.
struct Placed {
  std::string path;
  const FormField* field;
  std::vector<const FieldDescriptor*> way;

  const FieldDescriptor& type() const { return *way.back(); }
  bool is(const google::protobuf::Descriptor* message) const { return type().message_type() == message; }
  bool is_date() const { return is(common::v1::PartialDate::descriptor()); }
  std::string label() const { return *field->label != '\0' ? field->label : Capital(cli::Spaced(type().name())); }
  std::string hint() const {
    std::string hint = field->hint != nullptr ? field->hint : CommentOn(type());
    // That a date may be known in part is the contract's; how a page takes that is not.
    if (is_date() && !RulesOf(type()).exact_date()) {
      absl::StrAppend(&hint, hint.empty() ? "" : " ", "The day, and the month, may be left empty.");
    }
    return hint;
  }
  // Whether it must be given whatever else is: it is required, and so is all that it is in, from the element of a list
  // on.
  bool required() const {
    size_t first = 0;
    for (size_t i = 0; i < way.size(); ++i) {
      if (way[i]->is_repeated()) first = i + 1;
    }
    for (size_t i = first; i < way.size(); ++i) {
      if (!RulesOf(*way[i]).required() || way[i]->real_containing_oneof() != nullptr) return false;
    }
    return true;
  }
};

struct Row {
  std::string heading;  // "": none.
  std::string value;    // In the part's row_field.
  std::vector<Placed> fields;
};

int ElementsTyped(const std::string& list, const Parameters& typed) {
  int count = 0;
  for (const auto& [name, value] : typed) {
    int index = 0;
    if (!absl::StartsWith(name, list + "[")) continue;
    const size_t begin = list.size() + 1, end = name.find(']', begin);
    if (end == std::string::npos || !absl::SimpleAtoi(name.substr(begin, end - begin), &index)) continue;
    if (index >= 0) count = std::max(count, std::min(index, kMostElements - 1) + 1);
  }
  return count;
}

std::vector<Row> RowsOf(const Form& form, const FormPart& part, const Parameters& typed, const ChoiceLists& choices,
                        const std::string& more) {
  std::vector<Row> rows;
  const std::string list = part.list;
  int count = 1;
  const std::vector<Choice>* fixed = nullptr;
  if (const auto it = choices.find(part.rows); part.rows != Choices::kNone) {
    static const std::vector<Choice> kNothing;
    fixed = it == choices.end() ? &kNothing : &it->second;
    count = static_cast<int>(fixed->size());
  } else if (!list.empty()) {
    count = std::max(part.least, ElementsTyped(list, typed)) + (more == list ? 1 : 0);
    count = std::min(count, kMostElements);
  }
  for (int i = 0; i < count; ++i) {
    Row row;
    if (fixed != nullptr) {
      row.heading = absl::StrCat(part.one, ": ", (*fixed)[i].words);
      row.value = (*fixed)[i].value;
    } else if (!list.empty()) {
      row.heading = absl::StrCat(part.one, " ", i + 1);
    }
    for (const FormField& field : part.fields) {
      std::string path = list.empty() ? "" : absl::StrCat(list, "[", i, "]");
      absl::StrAppend(&path, path.empty() || *field.path == '\0' ? "" : ".", field.path);
      auto way = WayTo(*form.request, path);
      if (way.empty()) continue;  // A row that the contract does not know; a test finds it.
      row.fields.push_back({std::move(path), &field, std::move(way)});
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

// The field that an error is about: itself, one that it is part of, or the first of what it is made of.
const Placed* FieldOf(const std::string& path, const std::vector<const Placed*>& fields) {
  const auto is_in = [](const std::string& inner, const std::string& outer) {
    return absl::StartsWith(inner, outer) &&
           (inner.size() == outer.size() || inner[outer.size()] == '.' || inner[outer.size()] == '[');
  };
  for (const Placed* field : fields) {
    if (is_in(path, field->path)) return field;
  }
  for (const Placed* field : fields) {
    if (is_in(field->path, path)) return field;
  }
  return nullptr;
}

View OptionView(const std::string& id, const std::string& value, const std::string& words, const std::string& hint,
                bool chosen) {
  View option;
  Set(option, "optionId", id);
  Set(option, "optionValue", value);
  Set(option, "words", words);
  Set(option, "optionHint", hint);
  Set(option, "chosen", chosen);
  return option;
}

void AddOptions(const Placed& placed, const std::string& value, const ChoiceLists& choices, View& view) {
  const std::string id = IdOf(placed.path);
  int number = 0;
  const auto add = [&](const std::string& option, const std::string& words, const std::string& hint, bool chosen) {
    // The first has the field's own id, so that a link to the field leads there.
    const std::string own = number == 0 ? id : absl::StrCat(id, "-", number);
    ++number;
    Add(view, "options", OptionView(own, option, words, hint, chosen));
  };
  if (placed.field->choices != Choices::kNone) {
    const auto it = choices.find(placed.field->choices);
    if (it == choices.end()) {
      // Not known now: what was chosen stays.
      if (!value.empty()) add(value, value, "", true);
      return;
    }
    // What was chosen before it left the list stays, unless something else is chosen.
    const bool listed = std::any_of(it->second.begin(), it->second.end(),
                                    [&value](const Choice& choice) { return choice.value == value; });
    if (!value.empty() && !listed) add(value, value, "not in the list any more", true);
    for (const Choice& choice : it->second) add(choice.value, choice.words, choice.hint, choice.value == value);
    return;
  }
  const auto* type = placed.type().enum_type();
  if (type == nullptr) return;
  const auto* chosen = value.empty() ? nullptr : cli::ValueOf(*type, value);
  for (int i = 0; i < type->value_count(); ++i) {
    const auto& option = *type->value(i);
    if (option.number() == 0) continue;
    const std::string words = cli::Words(*type, option.number());
    add(absl::StrReplaceAll(words, {{" ", "-"}}), Capital(words), CommentOn(option), &option == chosen);
  }
}

const char* KindOf(const Placed& placed) {
  const FieldDescriptor& type = placed.type();
  if (placed.is_date()) return "isDate";
  if (placed.is(google::protobuf::Timestamp::descriptor())) return "isMoment";
  if (placed.field->choices == Choices::kStages) return "isRadios";
  if (placed.field->choices != Choices::kNone) return "isSelect";
  if (type.enum_type() != nullptr) return placed.required() ? "isRadios" : "isSelect";
  if (type.cpp_type() == FieldDescriptor::CPPTYPE_BOOL) return "isCheckbox";
  if (type.cpp_type() == FieldDescriptor::CPPTYPE_INT32) return "isNumber";
  const int longest = RulesOf(type).max_length();
  return RulesOf(type).one_line() || (longest > 0 && longest <= kLongestLine) ? "isText" : "isArea";
}

View FieldView(const Placed& placed, const Parameters& typed, const ChoiceLists& choices, const std::string& error) {
  View view;
  const std::string id = IdOf(placed.path), value = ValueOf(typed, placed.path), hint = placed.hint();
  const std::string kind = KindOf(placed);
  for (const char* each :
       {"isText", "isArea", "isDate", "isMoment", "isNumber", "isRadios", "isSelect", "isCheckbox"}) {
    Set(view, each, kind == each);
  }
  Set(view, "id", id);
  Set(view, "name", placed.path);
  // What the contract requires under some condition, it says so in its comment: not to be called optional.
  const bool optional =
      !placed.required() && kind != "isCheckbox" && !absl::StrContains(CommentOn(placed.type()), "equired");
  Set(view, "label", placed.label() + (optional ? " (optional)" : ""));
  Set(view, "hint", hint);
  Set(view, "error", error);
  Set(view, "describedBy",
      absl::StrCat(hint.empty() ? "" : absl::StrCat(id, "-hint"), hint.empty() || error.empty() ? "" : " ",
                   error.empty() ? "" : absl::StrCat(id, "-error")));
  Set(view, "value", value);
  Set(view, "checked", value == "true");
  for (const char* part : {"day", "month", "year"})
    Set(view, part, ValueOf(typed, absl::StrCat(placed.path, ".", part)));
  // Of "early 2024", which a page shows as it is and can only take away.
  const std::string part_of_year = ValueOf(typed, placed.path + ".part_of_year");
  Set(view, "partOfYear", part_of_year);
  Set(view, "partWords", absl::StrReplaceAll(part_of_year, {{"-", " "}}));
  (*view.mutable_fields())["options"].mutable_list_value();
  AddOptions(placed, value, choices, view);
  return view;
}

}  // namespace

std::string ErrorWords(const std::string& label, const std::string& description) {
  if (description.empty()) return label;
  // "is required" goes on with the label; a sentence stands by itself.
  return absl::ascii_isupper(static_cast<unsigned char>(description[0])) ? absl::StrCat(label, ": ", description)
                                                                         : absl::StrCat(label, " ", description);
}

void AddFields(const Form& form, const Parameters& typed, const ChoiceLists& choices, const FieldErrors& errors,
               const std::string& more, View& view) {
  std::vector<std::vector<Row>> parts;
  std::vector<const Placed*> fields;
  parts.reserve(form.parts.size());
  for (const FormPart& part : form.parts) {
    parts.push_back(RowsOf(form, part, typed, choices, more));
    for (const Row& row : parts.back()) {
      for (const Placed& placed : row.fields) fields.push_back(&placed);
    }
  }
  std::map<const Placed*, std::vector<std::string>> wrong;
  for (const auto& [path, description] : errors) {
    const Placed* field = FieldOf(path, fields);
    const std::string words =
        field == nullptr ? ErrorWords(path, description) : ErrorWords(field->label(), description);
    if (field != nullptr) wrong[field].push_back(words);
    View line;
    Set(line, "target", field == nullptr ? "" : IdOf(field->path));
    Set(line, "text", words);
    Add(view, "errors", std::move(line));
  }
  for (size_t p = 0; p < parts.size(); ++p) {
    const FormPart& part = form.parts[p];
    View part_view;
    (*part_view.mutable_fields())["rows"].mutable_list_value();
    if (*part.list != '\0' && part.rows == Choices::kNone) {
      View another;
      Set(another, "list", part.list);
      Set(another, "one", absl::AsciiStrToLower(part.one));
      Add(view, "growing", std::move(another));
    }
    for (size_t r = 0; r < parts[p].size(); ++r) {
      const Row& row = parts[p][r];
      View row_view;
      Set(row_view, "heading", row.heading);
      Set(row_view, "rowName", *part.row_field == '\0' ? "" : absl::StrCat(part.list, "[", r, "].", part.row_field));
      Set(row_view, "rowValue", row.value);
      for (const Placed& placed : row.fields) {
        Add(row_view, "fields", FieldView(placed, typed, choices, absl::StrJoin(wrong[&placed], ". ")));
      }
      Add(part_view, "rows", std::move(row_view));
    }
    Add(view, "parts", std::move(part_view));
  }
}

}  // namespace oversight::gateway::web
