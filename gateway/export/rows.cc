#include "gateway/export/rows.h"

#include <map>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "common/text/csv.h"
#include "common/time/partial_date.h"
#include "common/time/timestamp.h"
#include "gateway/cli/words.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/timestamp.pb.h"
#include "google/protobuf/util/json_util.h"
#include "oversight/common/v1/due_rule.pb.h"

namespace oversight::gateway {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// Messages within messages have their columns down to here; what is deeper stands as JSON.
constexpr size_t kDeepest = 3;

// A message that is one value.
bool IsValue(const Descriptor& type) {
  return &type == common::v1::PartialDate::descriptor() || &type == google::protobuf::Timestamp::descriptor() ||
         &type == google::protobuf::Duration::descriptor() || &type == common::v1::DueRule::descriptor();
}

std::string DueText(const common::v1::DueRule& rule) {
  if (rule.has_date()) return FormatIso(rule.date());
  if (!rule.has_within()) return rule.immediately() ? "immediately" : "";
  return absl::StrCat("within ", rule.within().count(), " ", cli::Words(rule.within().unit()));
}

std::string Json(const Message& message) {
  std::string json;
  // A message of the contract always has JSON.
  (void)google::protobuf::util::MessageToJsonString(message, &json).ok();
  return json;
}

// The text that a message in a list is known by.
std::string LineOf(const Message& message) {
  if (const auto* date = dynamic_cast<const common::v1::PartialDate*>(&message)) return FormatIso(*date);
  const auto& reflection = *message.GetReflection();
  for (const char* name : {"text", "title", "display_name", "name", "force"}) {
    const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(name);
    if (field == nullptr || field->is_repeated() || field->cpp_type() != FieldDescriptor::CPPTYPE_STRING) continue;
    if (std::string text = reflection.GetString(message, field); !text.empty()) return text;
  }
  return Json(message);
}

std::string ValueText(const Message& message) {
  if (const auto* date = dynamic_cast<const common::v1::PartialDate*>(&message)) return FormatIso(*date);
  if (const auto* rule = dynamic_cast<const common::v1::DueRule*>(&message)) return DueText(*rule);
  if (const auto* time = dynamic_cast<const google::protobuf::Timestamp*>(&message)) {
    return absl::FormatTime("%Y-%m-%dT%H:%M:%E*SZ", GetTime(*time), absl::UTCTimeZone());
  }
  return Json(message);
}

std::string ListText(const Message& message, const FieldDescriptor& field) {
  const auto& reflection = *message.GetReflection();
  std::vector<std::string> lines;
  for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_MESSAGE:
        lines.push_back(LineOf(reflection.GetRepeatedMessage(message, &field, i)));
        break;
      case FieldDescriptor::CPPTYPE_STRING:
        lines.push_back(reflection.GetRepeatedString(message, &field, i));
        break;
      case FieldDescriptor::CPPTYPE_ENUM:
        lines.push_back(cli::Words(*field.enum_type(), reflection.GetRepeatedEnumValue(message, &field, i)));
        break;
      case FieldDescriptor::CPPTYPE_INT32:
        lines.push_back(absl::StrCat(reflection.GetRepeatedInt32(message, &field, i)));
        break;
      default:
        lines.push_back(absl::StrCat(reflection.GetRepeatedInt64(message, &field, i)));
    }
  }
  return absl::StrJoin(lines, "; ");
}

// One field as a cell. What is not there is empty; a number that is not known is not 0.
std::string CellOf(const Message& message, const FieldDescriptor& field) {
  const auto& reflection = *message.GetReflection();
  if (field.is_repeated()) return SafeCell(ListText(message, field));
  if (field.has_presence() && !reflection.HasField(message, &field)) return "";
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return SafeCell(ValueText(reflection.GetMessage(message, &field)));
    case FieldDescriptor::CPPTYPE_ENUM:
      return cli::Words(*field.enum_type(), reflection.GetEnumValue(message, &field));
    case FieldDescriptor::CPPTYPE_BOOL:
      return reflection.GetBool(message, &field) ? "yes" : "no";
    // A number stays one, below 0 too: there is no formula in it.
    case FieldDescriptor::CPPTYPE_INT32:
      return absl::StrCat(reflection.GetInt32(message, &field));
    case FieldDescriptor::CPPTYPE_INT64:
      return absl::StrCat(reflection.GetInt64(message, &field));
    case FieldDescriptor::CPPTYPE_STRING: {
      const std::string text = reflection.GetString(message, &field);
      return SafeCell(field.type() == FieldDescriptor::TYPE_BYTES ? absl::BytesToHexString(text) : text);
    }
    default:
      return "";  // The contract has no other numbers.
  }
}

struct Column {
  std::string header;
  std::vector<const FieldDescriptor*> path;
};

void AddColumns(const Descriptor& type, const std::string& before, std::vector<const FieldDescriptor*> path,
                std::vector<Column>* columns) {
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    if (field.name() == "etag") continue;  // Of use to programs that change something.
    path.push_back(&field);
    const std::string header = before + field.name();
    if (!field.is_repeated() && field.message_type() != nullptr && !IsValue(*field.message_type()) &&
        path.size() < kDeepest) {
      AddColumns(*field.message_type(), header + ".", path, columns);
    } else {
      columns->push_back({header, path});
    }
    path.pop_back();
  }
}

std::string CellOf(const Message& item, const Column& column) {
  const Message* message = &item;
  for (size_t i = 0; i + 1 < column.path.size(); ++i) {
    if (!message->GetReflection()->HasField(*message, column.path[i])) return "";
    message = &message->GetReflection()->GetMessage(*message, column.path[i]);
  }
  return CellOf(*message, *column.path.back());
}

class CsvWriter final : public RowWriter {
 public:
  explicit CsvWriter(const std::vector<const FieldDescriptor*>& lists) : several_(lists.size() > 1) {
    for (const FieldDescriptor* list : lists) {
      if (columns_.count(list->message_type()) == 0)
        AddColumns(*list->message_type(), "", {}, &columns_[list->message_type()]);
    }
    // Of lists of different things: all columns, side by side.
    for (const FieldDescriptor* list : lists) {
      if (header_.count(list->message_type()) > 0) continue;
      header_[list->message_type()] = all_.size();
      for (const Column& column : columns_[list->message_type()]) all_.push_back(column.header);
    }
  }

  std::string ContentType() const override { return "text/csv; charset=utf-8; header=present"; }
  std::string Begin() override {
    std::vector<std::string> cells = all_;
    if (several_) cells.insert(cells.begin(), "list");
    // A mark by which spreadsheets know UTF-8.
    return "\xef\xbb\xbf" + FormatCsvRow(cells);
  }
  std::string Row(const Message& item, const FieldDescriptor& field) override {
    std::vector<std::string> cells;
    if (several_) cells.push_back(field.name());
    const size_t offset = cells.size() + header_[field.message_type()];
    cells.resize((several_ ? 1 : 0) + all_.size());
    size_t at = offset;
    for (const Column& column : columns_[field.message_type()]) cells[at++] = CellOf(item, column);
    return FormatCsvRow(cells);
  }

 private:
  const bool several_;
  std::map<const Descriptor*, std::vector<Column>> columns_;
  std::map<const Descriptor*, size_t> header_;  // Where the columns of a type begin.
  std::vector<std::string> all_;
};

class JsonLinesWriter final : public RowWriter {
 public:
  explicit JsonLinesWriter(bool several) : several_(several) {}
  std::string ContentType() const override { return "application/jsonl; charset=utf-8"; }
  std::string Row(const Message& item, const FieldDescriptor& field) override {
    const std::string json = Json(item);
    // Of several lists, each line says which it is of.
    return several_ ? absl::StrCat("{\"", field.json_name(), "\":", json, "}\n") : absl::StrCat(json, "\n");
  }

 private:
  const bool several_;
};

}  // namespace

std::vector<const FieldDescriptor*> ListsOf(const Descriptor& answer) {
  std::vector<const FieldDescriptor*> lists;
  for (int i = 0; i < answer.field_count(); ++i) {
    const FieldDescriptor* field = answer.field(i);
    if (!field->is_repeated() || field->is_map() || field->message_type() == nullptr) continue;
    // How current an answer is belongs to none of its rows.
    if (field->message_type()->full_name() == "oversight.gateway.v1.SectionStatus") continue;
    lists.push_back(field);
  }
  return lists;
}

std::unique_ptr<RowWriter> MakeCsvWriter(const std::vector<const FieldDescriptor*>& lists) {
  return std::make_unique<CsvWriter>(lists);
}
std::unique_ptr<RowWriter> MakeJsonLinesWriter(const std::vector<const FieldDescriptor*>& lists) {
  return std::make_unique<JsonLinesWriter>(lists.size() > 1);
}

std::string SafeCell(const std::string& text) {
  if (text.empty() || std::string_view("=+-@\t\r\n").find(text[0]) == std::string_view::npos) return text;
  return "'" + text;
}

}  // namespace oversight::gateway
