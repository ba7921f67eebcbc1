// Writes a log as a file in the format oversight.export.v1, one transaction at a time and in constant memory, wherever
// the transactions come from. What is written was audited on the way, so a log that is not sound gives no whole file.
// One thread at a time.
//
//   ExportWriter writer(out, header);
//   while (...) OVERSIGHT_RETURN_IF_ERROR(writer.Add(transaction));
//   return writer.Finish();
#pragma once

#include <ostream>

#include "absl/status/status.h"
#include "common/ledger/archive/auditor.h"
#include "common/ledger/archive/export_format.h"

namespace oversight::ledger {

class ExportWriter {
 public:
  // Writes the header. `out` must outlive the writer.
  ExportWriter(std::ostream& out, const ExportHeader& header);

  // DATA_LOSS, STORE_CORRUPT, with the finding and its revision, when the log is not sound; RESOURCE_EXHAUSTED,
  // STORE_FULL, when `out` takes no more.
  absl::Status Add(const LoggedTransaction& transaction);
  // Ends the file. While auditor().awaits_redactions() the log should first be added on, as far as it goes by now: a
  // payload may have been removed while it was read, and then the record of that stands behind the head of the header.
  absl::Status Finish();

  const Auditor& auditor() const { return auditor_; }

 private:
  absl::Status Written() const;

  std::ostream& out_;
  Auditor auditor_;
};

// What a finding is as an error.
absl::Status NotSound(const Finding& finding);

}  // namespace oversight::ledger
