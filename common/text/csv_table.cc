#include "common/text/csv_table.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/text/text.h"

namespace oversight {
namespace {

using Positions = std::vector<std::optional<size_t>>;

// Where each column stands; nothing when the header is faulty.
std::optional<Positions> ReadHeader(const CsvRecord& record, const std::vector<CsvColumn>& columns,
                                    LineFaults& faults) {
  Positions positions(columns.size());
  bool faulty = false;
  const auto add = [&](const std::string& description) {
    faults.Add(record.line, description);
    faulty = true;
  };
  for (size_t at = 0; at < record.fields.size(); ++at) {
    const std::string title = Tidy(record.fields[at]);
    size_t column = 0;
    while (column < columns.size() && title != columns[column].name) ++column;
    if (column == columns.size()) {
      add(absl::StrCat("has the unknown column ", Quoted(title)));
    } else if (positions[column]) {
      add(absl::StrCat("has the column ", Quoted(title), " twice"));
    } else {
      positions[column] = at;
    }
  }
  for (size_t column = 0; column < columns.size(); ++column) {
    if (columns[column].required && !positions[column]) {
      add(absl::StrCat("has no column \"", columns[column].name, "\""));
    }
  }
  if (faulty) return std::nullopt;
  return positions;
}

}  // namespace

std::optional<CsvTable> CsvTable::Read(std::string_view csv, const std::vector<CsvColumn>& columns, int max_rows,
                                       const std::string& what, const std::string& rows, LineFaults& faults) {
  CsvFile file = ReadCsv(csv);
  for (const CsvFault& fault : file.faults) faults.Add(fault.line, fault.description);
  if (file.records.empty() && faults.empty()) {
    faults.Add(1, absl::StrCat("is missing: ", what, " begins with its header"));
  }
  if (file.records.empty()) return std::nullopt;

  const CsvRecord& first = file.records.front();
  if (!file.faults.empty() && file.faults.front().line < first.line) return std::nullopt;
  auto positions = ReadHeader(first, columns, faults);
  if (!positions) return std::nullopt;

  CsvTable table;
  table.position_ = *std::move(positions);
  const size_t width = first.fields.size();
  for (size_t i = 1; i < file.records.size(); ++i) {
    CsvRecord& record = file.records[i];
    if (i > static_cast<size_t>(max_rows)) {
      faults.Add(record.line, absl::StrCat("is the first after ", max_rows, " ", rows, ", which is the most allowed"));
      break;
    }
    if (record.fields.size() != width) {
      faults.Add(record.line, absl::StrCat("has ", record.fields.size(), " columns, and the header has ", width));
      continue;
    }
    table.rows_.push_back(std::move(record));
  }
  return table;
}

std::string CsvTable::Cell(const CsvRecord& row, int column) const {
  const auto& position = position_[static_cast<size_t>(column)];
  return position ? row.fields[*position] : std::string();
}

}  // namespace oversight
