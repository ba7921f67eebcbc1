#include "forces-service/domain/register_csv.h"

#include <array>
#include <map>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/rpc/errors.h"
#include "common/text/text.h"
#include "forces-service/domain/csv.h"
#include "forces-service/domain/force.h"
#include "google/protobuf/descriptor.h"
#include "oversight/forces/v1/error_reason.pb.h"

namespace oversight::forces {
namespace {

enum Column { kId, kName, kKind, kService, kOnsCode, kRegion, kBodyKind, kBody, kAliases, kColumns };

constexpr std::array<const char*, kColumns> kColumnNames = {
    "id", "name", "kind", "service", "ons_code", "region", "oversight_body_kind", "oversight_body", "aliases"};

std::optional<Column> FindColumn(std::string_view header) {
  for (int i = 0; i < kColumns; ++i) {
    if (header == kColumnNames[i]) return static_cast<Column>(i);
  }
  return std::nullopt;
}

// The column in which a field of the force stands.
Column ColumnOf(const std::string& field) {
  if (field == "display_name") return kName;
  if (field == "oversight_body.kind") return kBodyKind;
  if (field == "oversight_body.display_name") return kBody;
  return FindColumn(field).value_or(kId);
}

// A piece of the file for an error message: quoted, on one line, short, and valid UTF-8.
std::string Show(std::string_view text) {
  static constexpr size_t kMaxShown = 40;
  std::string shown;
  for (size_t count = 0; !text.empty() && count < kMaxShown; ++count) {
    const size_t length = Utf8Length(text);
    shown += length == 0 || HasControlCharacter(text.substr(0, 1)) ? "?" : std::string(text.substr(0, length));
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return absl::StrCat("\"", shown, text.empty() ? "\"" : "…\"");
}

// What is wrong, by line. A line with several faults is told once, with all of them.
class LineFaults {
 public:
  void Add(int line, const std::string& description) {
    std::string& words = by_line_[line];
    absl::StrAppend(&words, words.empty() ? "" : "; ", description);
  }
  bool empty() const { return by_line_.empty(); }

  absl::Status status() const {
    const std::string lines = Ranges();
    const auto& [first_line, first_words] = *by_line_.begin();
    Error error(absl::StatusCode::kInvalidArgument, v1::ERROR_REASON_REGISTER_FILE_INVALID,
                by_line_.size() == 1 ? absl::StrCat("Nothing was imported: line ", first_line, " ", first_words, ".")
                                     : absl::StrCat("Nothing was imported: ", by_line_.size(), " lines are faulty (",
                                                    lines, "). The first of them ", first_words, "."));
    error.With("faulty_line_count", absl::StrCat(by_line_.size())).With("faulty_lines", lines);
    for (const auto& [line, words] : by_line_) error.Violation(absl::StrCat("csv.line[", line, "]"), words);
    return error;
  }

 private:
  // "2, 5-9", cut where it would grow past what an error can carry.
  std::string Ranges() const {
    static constexpr size_t kMaxBytes = 500;
    std::string text;
    for (auto it = by_line_.begin(); it != by_line_.end();) {
      if (text.size() > kMaxBytes) return absl::StrCat(text, ", …");
      const int first = it->first;
      int last = first;
      for (++it; it != by_line_.end() && it->first == last + 1; ++it) ++last;
      absl::StrAppend(&text, text.empty() ? "" : ", ", first);
      if (last > first) absl::StrAppend(&text, "-", last);
    }
    return text;
  }

  std::map<int, std::string> by_line_;
};

// Where each column stands in a record.
struct Header {
  std::array<std::optional<size_t>, kColumns> position;
  size_t count = 0;
};

// Null when the header is faulty.
std::optional<Header> ReadHeader(const CsvRecord& record, LineFaults& faults) {
  Header header;
  header.count = record.fields.size();
  bool faulty = false;
  const auto add = [&](const std::string& description) {
    faults.Add(record.line, description);
    faulty = true;
  };
  for (size_t i = 0; i < record.fields.size(); ++i) {
    const std::string title = Tidy(record.fields[i]);
    const auto column = FindColumn(title);
    if (!column) {
      add(absl::StrCat("has the unknown column ", Show(title)));
    } else if (header.position[*column]) {
      add(absl::StrCat("has the column ", Show(title), " twice"));
    } else {
      header.position[*column] = i;
    }
  }
  for (int i = 0; i < kColumns; ++i) {
    if (i != kAliases && !header.position[i]) add(absl::StrCat("has no column \"", kColumnNames[i], "\""));
  }
  if (faulty) return std::nullopt;
  return header;
}

// One record on its way to becoming a force. Tells at most one fault of each column, so that a kind that is not known
// is not called missing as well.
class RowReader {
 public:
  RowReader(const CsvRecord& record, const Header& header, LineFaults& faults)
      : record_(record), header_(header), faults_(faults) {}

  v1::Force Read() {
    const std::string id = Tidy(Cell(kId));
    if (id.empty()) {
      AddFault(kId, "is required");
    } else if (!IsForceId(id)) {
      AddFault(kId, absl::StrCat(Show(id), " is not 1 to 63 lower-case letters, digits and inner hyphens"));
    }
    v1::Force force;
    force.set_name(ForceName(id));
    force.set_display_name(Cell(kName));
    force.set_kind(Enum<v1::ForceKind>(kKind, *v1::ForceKind_descriptor(), "FORCE_KIND_"));
    force.set_service(Enum<v1::ServiceType>(kService, *v1::ServiceType_descriptor(), "SERVICE_TYPE_"));
    force.set_ons_code(Cell(kOnsCode));
    force.set_region(Cell(kRegion));
    force.mutable_oversight_body()->set_kind(
        Enum<v1::OversightBodyKind>(kBodyKind, *v1::OversightBodyKind_descriptor(), "OVERSIGHT_BODY_KIND_"));
    force.mutable_oversight_body()->set_display_name(Cell(kBody));
    const std::string aliases = Cell(kAliases);
    for (const auto alias : absl::StrSplit(aliases, '|')) force.add_aliases(std::string(alias));
    Normalise(force);
    for (const Fault& fault : FindFaults(force)) {
      AddFault(ColumnOf(fault.field), fault.description);
    }
    return force;
  }

 private:
  std::string Cell(Column column) const {
    const auto& position = header_.position[column];
    return position ? record_.fields[*position] : std::string();
  }

  template <class E>
  E Enum(Column column, const google::protobuf::EnumDescriptor& values, const char* prefix) {
    const std::string word = Tidy(Cell(column));
    const auto* value = values.FindValueByName(absl::StrCat(prefix, word));
    if (value != nullptr && value->number() != 0) return static_cast<E>(value->number());
    std::vector<std::string> known;
    for (int i = 0; i < values.value_count(); ++i) {
      if (values.value(i)->number() != 0) known.push_back(values.value(i)->name().substr(std::string(prefix).size()));
    }
    AddFault(column, absl::StrCat(Show(word), " is not one of ", absl::StrJoin(known, ", ")));
    return static_cast<E>(0);
  }

  void AddFault(Column column, const std::string& description) {
    if (told_[column]) return;
    told_[column] = true;
    faults_.Add(record_.line, absl::StrCat(kColumnNames[column], " ", description));
  }

  const CsvRecord& record_;
  const Header& header_;
  LineFaults& faults_;
  std::array<bool, kColumns> told_ = {};
};

}  // namespace

absl::StatusOr<Register> ReadRegister(std::string_view csv) {
  LineFaults faults;
  const CsvFile file = ReadCsv(csv);
  for (const CsvFault& fault : file.faults) faults.Add(fault.line, fault.description);
  if (file.records.empty() && faults.empty()) faults.Add(1, "is missing: a register begins with its header");
  if (file.records.empty()) return faults.status();

  // Without its header no line has a meaning: then only what is wrong with the header, and with the file as CSV, is
  // told.
  const CsvRecord& first = file.records.front();
  if (!file.faults.empty() && file.faults.front().line < first.line) return faults.status();
  const std::optional<Header> header = ReadHeader(first, faults);
  if (!header) return faults.status();

  Register result;
  result.has_aliases = header->position[kAliases].has_value();
  std::map<std::string, int> line_of;
  for (size_t i = 1; i < file.records.size(); ++i) {
    const CsvRecord& record = file.records[i];
    if (i > kMaxRegisterForces) {
      faults.Add(record.line,
                 absl::StrCat("is the first after ", kMaxRegisterForces, " forces, which is the most allowed"));
      break;
    }
    if (record.fields.size() != header->count) {
      faults.Add(record.line,
                 absl::StrCat("has ", record.fields.size(), " columns, and the header has ", header->count));
      continue;
    }
    v1::Force force = RowReader(record, *header, faults).Read();
    const auto [earlier, is_new] = line_of.emplace(force.name(), record.line);
    if (!is_new && force.name() != ForceName("")) {
      faults.Add(record.line, absl::StrCat("repeats the id ", Show(force.name().substr(ForceName("").size())),
                                           " of line ", earlier->second));
    }
    result.forces.push_back(std::move(force));
  }
  if (!faults.empty()) return faults.status();
  return result;
}

}  // namespace oversight::forces
