// CSV files that people upload, alone and as a table: every fault is of a line that is there, and what was read reads
// the same when it is written again.
#include "common/text/csv.h"
#include "common/text/csv_table.h"
#include "tests/fuzz/fuzz.h"

using oversight::fuzz::Hold;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text = oversight::fuzz::Text(data, size);
  const oversight::CsvFile file = oversight::ReadCsv(text);
  int last = 0;
  for (const auto& fault : file.faults) {
    Hold(fault.line > last, "faults come by line, one for a line");
    Hold(!fault.description.empty(), "a fault has words");
    last = fault.line;
  }
  for (const auto& record : file.records) {
    Hold(record.line > 0 && !record.fields.empty(), "a record has a line and a field");
    // An empty line, written or read, is no row.
    if (record.fields.size() == 1 && record.fields[0].empty()) continue;
    const oversight::CsvFile again = oversight::ReadCsv(oversight::FormatCsvRow(record.fields));
    Hold(again.faults.empty() && again.records.size() == 1, "a written row is one row");
    Hold(again.records[0].fields == record.fields, "a written row reads as it was");
  }
  oversight::LineFaults faults;
  const auto table =
      oversight::CsvTable::Read(text, {{"force"}, {"from_date"}, {"note", false}}, 100, "a file", "lines", faults);
  if (table.has_value()) {
    Hold(table->rows().size() <= 100, "no more rows than asked for");
    for (const auto& row : table->rows()) table->Cell(row, 2);
  }
  return 0;
}
