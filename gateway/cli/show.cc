#include "gateway/cli/show.h"

#include <algorithm>
#include <map>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "gateway/cli/contract.h"
#include "gateway/cli/form.h"
#include "gateway/cli/table.h"
#include "gateway/cli/value_text.h"
#include "gateway/cli/words.h"
#include "oversight/common/v1/change.pb.h"
#include "oversight/common/v1/read.pb.h"

namespace oversight::cli {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr size_t kLeastWidth = 30;
// Longer than this it is a text, to be read and not to be looked up.
constexpr size_t kLongText = 60;

bool IsOneOf(const std::string& text, std::initializer_list<const char*> words) {
  return std::any_of(words.begin(), words.end(), [&](const char* word) { return text == word; });
}

bool IsResource(const Descriptor& type) {
  return type.FindFieldByName("name") != nullptr && type.FindFieldByName("etag") != nullptr;
}

// Of every resource; not what it is about.
bool IsStamp(const FieldDescriptor& field) {
  return IsOneOf(field.name(), {"etag", "revision", "create_time", "update_time"}) &&
         IsResource(*field.containing_type());
}

bool IsHeader(const FieldDescriptor& field) {
  return field.message_type() != nullptr && field.message_type()->full_name() == "oversight.common.v1.ResponseHeader";
}

// A yes or no is always an answer.
bool IsShown(const Message& message, const FieldDescriptor& field) {
  if (field.is_repeated()) return message.GetReflection()->FieldSize(message, &field) > 0;
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_BOOL && !field.has_presence()) return true;
  return message.GetReflection()->HasField(message, &field);
}

// In order of number, what every resource has at the end.
std::vector<const FieldDescriptor*> ShownFields(const Message& message, bool stamps) {
  const Descriptor& type = *message.GetDescriptor();
  std::vector<const FieldDescriptor*> fields;
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    if (!IsHeader(field) && (stamps || !IsStamp(field)) && IsShown(message, field)) fields.push_back(&field);
  }
  std::stable_sort(fields.begin(), fields.end(), [](const auto* a, const auto* b) {
    return std::pair(IsStamp(*a), a->number()) < std::pair(IsStamp(*b), b->number());
  });
  return fields;
}

// Of a field that has no parts: one text, of a repeated one several.
std::vector<std::string> Texts(const Message& message, const FieldDescriptor& field) {
  if (!field.is_repeated()) return {ValueText(message, field)};
  std::vector<std::string> texts;
  const int size = message.GetReflection()->FieldSize(message, &field);
  texts.reserve(static_cast<size_t>(size));
  for (int i = 0; i < size; ++i) texts.push_back(ValueText(message, field, i));
  return texts;
}

std::vector<const Message*> Elements(const Message& message, const FieldDescriptor& field) {
  std::vector<const Message*> elements;
  const int size = message.GetReflection()->FieldSize(message, &field);
  elements.reserve(static_cast<size_t>(size));
  for (int i = 0; i < size; ++i) {
    elements.push_back(&message.GetReflection()->GetRepeatedMessage(message, &field, i));
  }
  return elements;
}

std::string Indented(const std::string& text, size_t by) {
  std::string result;
  for (const absl::string_view line : absl::StrSplit(absl::StripSuffix(text, "\n"), '\n')) {
    absl::StrAppend(&result, line.empty() ? "" : std::string(by, ' '), line, "\n");
  }
  return result;
}

// ---- Tables ----

// The cell of one item in the column of a field.
std::string Cell(const Message& item, const FieldDescriptor& field) {
  if (!IsShown(item, field)) return "";
  if (!IsMessageValue(field)) return absl::StrJoin(Texts(item, field), ", ");
  if (!field.is_repeated()) return CalledBy(item.GetReflection()->GetMessage(item, &field));
  std::vector<std::string> called;
  for (const Message* each : Elements(item, field)) called.push_back(CalledBy(*each));
  const std::string all = absl::StrJoin(called, ", ");
  const bool tells = std::find(called.begin(), called.end(), "") == called.end() && all.size() <= kLongText;
  return tells ? all : absl::StrCat(called.size());
}

struct Picked {
  const FieldDescriptor* field;
  std::vector<std::string> cells;
  size_t widest = 0;
  int rank = 0;   // What goes first where there is no room.
  int place = 0;  // From left to right.
};

bool IsDate(const FieldDescriptor& field) {
  return field.message_type() != nullptr &&
         IsOneOf(field.message_type()->full_name(), {"oversight.common.v1.PartialDate", "google.protobuf.Timestamp"});
}
bool IsChoice(const FieldDescriptor& field) { return field.cpp_type() == FieldDescriptor::CPPTYPE_ENUM; }

// What stands in the table of a list: name, what it is called, then choices, dates and other short things, texts last.
std::vector<Picked> Pick(const std::vector<const Message*>& items) {
  const Descriptor& type = *items[0]->GetDescriptor();
  std::vector<Picked> picked;
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    if (IsStamp(field)) continue;
    Picked column{.field = &field};
    bool any = false;
    for (const Message* item : items) {
      column.cells.push_back(Cell(*item, field));
      column.widest = std::max(column.widest, DisplayWidth(column.cells.back()));
      const bool is_no = field.cpp_type() == FieldDescriptor::CPPTYPE_BOOL && column.cells.back() == "no";
      any |= !column.cells.back().empty() && !is_no;
    }
    if (!any) continue;
    const bool is_text = column.widest > kLongText;
    const bool is_same = items.size() > 1 && std::count(column.cells.begin(), column.cells.end(), column.cells[0]) ==
                                                 static_cast<std::ptrdiff_t>(items.size());
    if (type.full_name() == "oversight.monitoring.v1.EmbargoedRead" &&
        IsOneOf(field.name(), {"name", "read_time", "reader", "resource", "method"})) {
      // Named by a hash, which tells nothing: what counts is who read what, when and how.
      const bool is_name = field.name() == "name";
      column.rank = is_name ? 900 : field.name() == "method" ? 3 : 2;
      column.place = is_name ? 4 : field.name() == "read_time" ? 0 : 1;
    } else if (field.name() == "name") {
      column.rank = column.place = 0;
    } else if (IsOneOf(field.name(), {"display_name", "title"})) {
      column.rank = 1;
      column.place = field.name() == "title" ? 3 : 1;
    } else if (IsOneOf(field.name(), {"state", "due_date", "days_left", "severity"})) {
      // Where it stands, by when, and how bad it is: there is no list without these.
      column.rank = 2;
      column.place = 2;
    } else {
      // What is the same everywhere tells least.
      column.rank = 10 + field.number() + (is_same ? 400 : 0) +
                    (IsChoice(field) ? 0
                     : IsDate(field) ? 10
                     : is_text       ? 200
                                     : 100);
      column.place = is_text ? 4 : 2;
    }
    picked.push_back(std::move(column));
  }
  // A long text goes unless it is what the items are about.
  const bool has_title = std::any_of(picked.begin(), picked.end(), [](const Picked& each) { return each.rank == 1; });
  const auto is_long = [](const Picked& each) { return each.rank > 2 && each.widest > kLongText; };
  const auto first_long = std::find_if(picked.begin(), picked.end(), is_long);
  if (!has_title && first_long != picked.end()) first_long->rank = 2;
  if (has_title && picked.size() > 2) {
    picked.erase(std::remove_if(picked.begin(), picked.end(), [&](const Picked& each) { return is_long(each); }),
                 picked.end());
  }
  std::stable_sort(picked.begin(), picked.end(), [](const Picked& a, const Picked& b) { return a.place < b.place; });
  return picked;
}

Table TableOf(const std::vector<Picked>& picked, size_t rows) {
  std::vector<Column> columns;
  for (const Picked& each : picked) {
    const bool wraps = each.field->name() != "name" && each.widest > 20;
    columns.emplace_back(absl::AsciiStrToUpper(Spaced(each.field->name())), wraps, each.rank);
  }
  Table table(std::move(columns));
  for (size_t row = 0; row < rows; ++row) {
    std::vector<std::string> cells;
    cells.reserve(picked.size());
    for (const Picked& each : picked) cells.push_back(each.cells[row]);
    table.Add(std::move(cells));
  }
  return table;
}

// ---- Lines ----

std::string LinesOf(const Message& message, bool stamps, size_t width);

// The width of what is indented within lines of `width`.
size_t Within(size_t width) { return std::max(width, kLeastWidth + 2) - 2; }

// Of resources what matters most; of others a table when that shows all there is of each, else one after the other.
std::string ElementsText(const std::vector<const Message*>& elements, size_t width) {
  const Descriptor& type = *elements[0]->GetDescriptor();
  if (IsResource(type)) return ItemsTable(elements, width);
  bool flat = true;
  std::vector<Picked> columns;
  for (int i = 0; i < type.field_count(); ++i) {
    Picked column{.field = type.field(i)};
    for (const Message* element : elements) {
      column.cells.push_back(IsShown(*element, *column.field) ? Cell(*element, *column.field) : "");
      column.widest = std::max(column.widest, DisplayWidth(column.cells.back()));
    }
    if (column.widest == 0) continue;
    flat &= !IsMessageValue(*column.field);
    columns.push_back(std::move(column));
  }
  if (flat && !columns.empty()) {
    // What each is about first, long texts last.
    const auto place = [](const Picked& each) {
      return IsOneOf(each.field->name(), {"name", "force"}) ? 0 : each.widest > kLongText ? 2 : 1;
    };
    std::stable_sort(columns.begin(), columns.end(),
                     [&](const Picked& a, const Picked& b) { return place(a) < place(b); });
    const Table table = TableOf(columns, elements.size());
    if (table.AllFit(width)) return table.Fit(width);
  }
  std::string text;
  for (const Message* element : elements) {
    std::string lines = Indented(LinesOf(*element, false, Within(width)), 2);
    if (!lines.empty()) lines[0] = '-';
    text += lines;
  }
  return text;
}

std::string ValueLines(const std::string& label, size_t label_width, const std::vector<std::string>& texts,
                       size_t width) {
  const size_t indent = label_width + 2;
  const size_t room = std::max(width, indent + kLeastWidth) - indent;
  std::vector<std::string> lines;
  const std::string joined = absl::StrJoin(texts, ", ");
  if (DisplayWidth(joined) <= room && !absl::StrContains(joined, '\n')) {
    lines.push_back(joined);
  } else {
    for (const std::string& text : texts) {
      const auto wrapped = WrapText(text, room);
      lines.insert(lines.end(), wrapped.begin(), wrapped.end());
    }
  }
  std::string out;
  for (size_t i = 0; i < lines.size(); ++i) {
    std::string line = absl::StrCat(Padded(i == 0 ? label + ":" : "", indent), lines[i]);
    line.erase(line.find_last_not_of(' ') + 1);
    absl::StrAppend(&out, line, "\n");
  }
  return out;
}

std::string LinesOf(const Message& message, bool stamps, size_t width) {
  const std::vector<const FieldDescriptor*> fields = ShownFields(message, stamps);
  size_t label_width = 0;
  for (const FieldDescriptor* field : fields) {
    if (!IsMessageValue(*field)) label_width = std::max(label_width, Spaced(field->name()).size());
  }
  std::string out;
  for (const FieldDescriptor* field : fields) {
    const std::string label = Spaced(field->name());
    if (!IsMessageValue(*field)) {
      out += ValueLines(label, label_width, Texts(message, *field), width);
      continue;
    }
    const std::string inner = field->is_repeated()
                                  ? ElementsText(Elements(message, *field), Within(width))
                                  : LinesOf(message.GetReflection()->GetMessage(message, field), false, Within(width));
    if (!inner.empty()) absl::StrAppend(&out, label, ":\n", Indented(inner, 2));
  }
  return out;
}

// ---- Histories ----

// Every value in a message by where it stands: "source title" -> "PEEL 2023". In order.
using Flat = std::vector<std::pair<std::string, std::string>>;

void Flatten(const Message& message, const std::string& prefix, Flat& flat) {
  const Descriptor& type = *message.GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    if (IsStamp(field) || (prefix.empty() && field.name() == "name")) continue;
    const bool is_set = field.is_repeated() ? message.GetReflection()->FieldSize(message, &field) > 0
                                            : message.GetReflection()->HasField(message, &field);
    if (!is_set) continue;
    const std::string label = absl::StrCat(prefix, prefix.empty() ? "" : " ", Spaced(field.name()));
    if (!IsMessageValue(field)) {
      flat.emplace_back(label, absl::StrJoin(Texts(message, field), ", "));
    } else if (!field.is_repeated()) {
      Flatten(message.GetReflection()->GetMessage(message, &field), label, flat);
    } else {
      const auto elements = Elements(message, field);
      for (size_t at = 0; at < elements.size(); ++at) Flatten(*elements[at], absl::StrCat(label, " ", at + 1), flat);
    }
  }
}

struct Difference {
  std::string label, before, after;
};

std::vector<Difference> Differences(const Message& before, const Message& after) {
  Flat old_values, new_values;
  Flatten(before, "", old_values);
  Flatten(after, "", new_values);
  const std::map<std::string, std::string> was(old_values.begin(), old_values.end());
  const std::map<std::string, std::string> is(new_values.begin(), new_values.end());
  std::vector<Difference> differences;
  for (const auto& [label, text] : new_values) {
    const auto it = was.find(label);
    if (it == was.end() || it->second != text) {
      differences.push_back({label, it == was.end() ? "" : it->second, text});
    }
  }
  for (const auto& [label, text] : old_values) {
    if (is.count(label) == 0) differences.push_back({label, text, ""});
  }
  return differences;
}

// The field of the resource after the change; null when a version holds none.
const FieldDescriptor* ResourceField(const Message& version) {
  const Descriptor& type = *version.GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor* field = type.field(i);
    if (field->name() != "change" && !field->is_repeated() && IsMessageValue(*field)) return field;
  }
  return nullptr;
}

// What a version tells beside the change and the resource.
std::string RestOf(const Message& version, size_t width) {
  const std::unique_ptr<Message> rest(version.New());
  rest->CopyFrom(version);
  for (const FieldDescriptor* field : {version.GetDescriptor()->FindFieldByName("change"), ResourceField(version)}) {
    if (field != nullptr) rest->GetReflection()->ClearField(rest.get(), field);
  }
  return LinesOf(*rest, false, width);
}

const Message* ChangeOf(const Message& version) {
  const FieldDescriptor* field = version.GetDescriptor()->FindFieldByName("change");
  if (field == nullptr || field->message_type() == nullptr || field->is_repeated()) return nullptr;
  return &version.GetReflection()->GetMessage(version, field);
}

// What is told of a change beside who, when and what; ids are for programs.
bool IsToldOfChange(const FieldDescriptor& field) {
  return !IsMessageValue(field) &&
         !IsOneOf(field.name(), {"revision", "recorded_time", "actor", "verb", "request_id", "trace_id"});
}

}  // namespace

std::string Lines(const Message& message, size_t width) { return LinesOf(message, true, width); }

std::string ItemsTable(const std::vector<const Message*>& items, size_t width) {
  if (items.empty()) return "None.\n";
  return TableOf(Pick(items), items.size()).Fit(width);
}

std::string Timeline(const std::vector<const Message*>& versions, size_t shown, size_t width) {
  if (versions.empty()) return "None.\n";
  std::string out;
  for (size_t i = 0; i < std::min(shown, versions.size()); ++i) {
    const Message* told = ChangeOf(*versions[i]);
    const auto change = told == nullptr ? common::v1::ChangeInfo() : As<common::v1::ChangeInfo>(*told);
    absl::StrAppend(&out, TimeText(absl::FromUnixSeconds(change.recorded_time().seconds())), "  ", change.verb(),
                    " by ", absl::StripPrefix(change.actor(), "principals/"), " (revision ", change.revision(), ")\n");
    std::vector<std::pair<std::string, std::vector<std::string>>> lines;
    for (const FieldDescriptor* field :
         told == nullptr ? std::vector<const FieldDescriptor*>() : ShownFields(*told, true)) {
      if (IsToldOfChange(*field)) lines.emplace_back(Spaced(field->name()), Texts(*told, *field));
    }
    const FieldDescriptor* resource = ResourceField(*versions[i]);
    // Without both there is no telling what was changed: a version may have been removed by law.
    const auto holds = [&](const Message& version) { return version.GetReflection()->HasField(version, resource); };
    if (resource != nullptr && i + 1 < versions.size() && holds(*versions[i]) && holds(*versions[i + 1])) {
      const auto in = [&](const Message& version) -> const Message& {
        return version.GetReflection()->GetMessage(version, resource);
      };
      for (const Difference& each : Differences(in(*versions[i + 1]), in(*versions[i]))) {
        const std::string text = each.before.empty()
                                     ? each.after
                                     : absl::StrCat(each.before, " -> ", each.after.empty() ? "nothing" : each.after);
        lines.push_back({each.label, {text}});
      }
    }
    size_t label_width = 0;
    for (const auto& [label, texts] : lines) label_width = std::max(label_width, label.size());
    for (const auto& [label, texts] : lines) {
      out += Indented(ValueLines(label, label_width, texts, Within(width)), 2);
    }
    const std::string rest = RestOf(*versions[i], Within(width));
    if (!rest.empty()) out += Indented(rest, 2);
  }
  return out;
}

std::vector<const Message*> Listed::items() const {
  return field == nullptr ? std::vector<const Message*>() : Elements(*holder, *field);
}

Listed ListedIn(const Message& response) {
  const Descriptor& type = *response.GetDescriptor();
  const FieldDescriptor* only = nullptr;
  int messages = 0;
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    if (!IsMessageValue(field) || IsHeader(field)) continue;
    if (field.is_repeated() && !field.is_map()) return messages == 0 ? Listed{&response, &field} : Listed{};
    only = &field;
    ++messages;
  }
  // A list kept as one message, such as that of the themes.
  if (messages != 1) return {};
  const Descriptor& inner = *only->message_type();
  const FieldDescriptor* list = nullptr;
  for (int i = 0; i < inner.field_count(); ++i) {
    if (!IsMessageValue(*inner.field(i))) continue;
    if (list != nullptr || !inner.field(i)->is_repeated() || inner.field(i)->is_map()) return {};
    list = inner.field(i);
  }
  return list == nullptr ? Listed{} : Listed{&response.GetReflection()->GetMessage(response, only), list};
}

bool WasReplayed(const Message& response) {
  const FieldDescriptor* header = response.GetDescriptor()->FindFieldByName("header");
  if (header == nullptr || !IsHeader(*header)) return false;
  return As<common::v1::ResponseHeader>(response.GetReflection()->GetMessage(response, header)).replayed();
}

std::string Answer(const Message& response, size_t width) {
  std::vector<const FieldDescriptor*> fields = ShownFields(response, false);
  fields.erase(std::remove_if(fields.begin(), fields.end(),
                              [](const FieldDescriptor* field) { return field->name() == "next_page_token"; }),
               fields.end());
  if (fields.empty()) return "Done.\n";
  // What an answer is about comes first, by itself.
  if (IsMessageValue(*fields[0]) && !fields[0]->is_repeated()) {
    std::string out = Lines(response.GetReflection()->GetMessage(response, fields[0]), width);
    if (fields.size() == 1) return out.empty() ? "Nothing.\n" : out;
    std::unique_ptr<Message> rest(response.New());
    rest->CopyFrom(response);
    rest->GetReflection()->ClearField(rest.get(), fields[0]);
    return absl::StrCat(out, "\n", Lines(*rest, width));
  }
  return Lines(response, width);
}

}  // namespace oversight::cli
