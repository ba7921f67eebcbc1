// A CSV file whose first line names its columns, in any order: what the imports of the services read. Finds everything
// that is wrong with the file as a table; what a cell means is for who asks. Total: any bytes may come in. Thread
// safety: immutable once read.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/text/csv.h"
#include "common/text/line_faults.h"

namespace oversight {

struct CsvColumn {
  const char* name;
  bool required = true;  // The header must name it.
};

class CsvTable {
 public:
  // Adds what is wrong to `faults`: of the CSV itself, unknown, missing and double columns, rows with another number of
  // fields than the header, and the first row after `max_rows`. Nothing when the header cannot be used; then only what
  // is wrong with it, and with the file as CSV, is told. `what` is what the file holds, such as "a register", and
  // `rows` what its rows are, such as "forces".
  static std::optional<CsvTable> Read(std::string_view csv, const std::vector<CsvColumn>& columns, int max_rows,
                                      const std::string& what, const std::string& rows, LineFaults& faults);

  // The rows that fit the header, in order.
  const std::vector<CsvRecord>& rows() const { return rows_; }
  // Whether the header names the column, by its place in `columns`.
  bool Has(int column) const { return position_[static_cast<size_t>(column)].has_value(); }
  // "" when the header does not name it.
  std::string Cell(const CsvRecord& row, int column) const;

 private:
  std::vector<std::optional<size_t>> position_;
  std::vector<CsvRecord> rows_;
};

}  // namespace oversight
