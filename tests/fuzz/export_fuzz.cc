// An exported log from anywhere: read whole and sound, or with a finding; never more.
#include <sstream>

#include "common/ledger/archive/export_reader.h"
#include "tests/fuzz/fuzz.h"

using oversight::fuzz::Hold;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::istringstream in{std::string(oversight::fuzz::Text(data, size))};
  oversight::ledger::ExportReader reader(in);
  const bool open = reader.Open();
  Hold(open || reader.finding().has_value(), "what cannot be opened says why");
  if (!open) return 0;
  int64_t revision = 0;
  while (const auto* transaction = reader.Next()) {
    Hold(transaction->revision == ++revision, "revisions are dense");
  }
  Hold(reader.bytes() <= static_cast<int64_t>(size), "no more is read than is there");
  return 0;
}
