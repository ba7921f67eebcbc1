// CSV as RFC 4180 describes it, in UTF-8: a writer, and a reader that finds every fault of a file and says on which
// line it is. It does not know what the columns mean; who reads a file of one kind does.
//
// Beyond the RFC it takes what spreadsheets write: a byte order mark, lines ending in LF alone, empty lines (skipped).
// After a fault it goes on with the next line, so one run shows all of them. A quoted field that is never closed, or is
// closed somewhere below by the opening quote of another, is a fault of the line where it begins.
//
// Total: any bytes may come in, in time linear in their number. Thread safety: a pure function.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace oversight {

struct CsvRecord {
  int line = 0;  // where it begins; the first line of the file is 1
  std::vector<std::string> fields;
};

struct CsvFault {
  int line = 0;
  std::string description;
};

struct CsvFile {
  std::vector<CsvRecord> records;  // those without a fault
  std::vector<CsvFault> faults;    // by line, at most one for a line
};

CsvFile ReadCsv(std::string_view text);

// One line as RFC 4180 writes it, ending in CR LF: what ReadCsv reads again as these fields.
std::string FormatCsvRow(const std::vector<std::string>& fields);

}  // namespace oversight
