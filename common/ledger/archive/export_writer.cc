#include "common/ledger/archive/export_writer.h"

#include "absl/strings/str_cat.h"
#include "common/rpc/errors.h"

namespace oversight::ledger {

ExportWriter::ExportWriter(std::ostream& out, const ExportHeader& header)
    : out_(out),
      auditor_({{"the head at which the export began", header.tree.size,
                 HashFromBytes(header.tree.root).value_or(Hash{})}}) {
  auditor_.ReadingBegan(header.tree.size);
  out_ << ExportLine(header);
}

absl::Status ExportWriter::Add(const LoggedTransaction& transaction) {
  if (!auditor_.Add(transaction)) return NotSound(*auditor_.finding());
  const absl::StatusOr<std::string> line = ExportLine(transaction);
  if (!line.ok()) return NotSound({transaction.revision, 0, absl::StrCat("it ", line.status().message())});
  out_ << *line;
  return Written();
}

absl::Status ExportWriter::Finish() {
  if (!auditor_.Finish()) return NotSound(*auditor_.finding());
  out_ << ExportLine(ExportTrailer{auditor_.size(), auditor_.changes(), auditor_.Root()});
  out_.flush();
  return Written();
}

absl::Status ExportWriter::Written() const {
  if (out_) return absl::OkStatus();
  return Error(absl::StatusCode::kResourceExhausted, common::v1::ERROR_REASON_STORE_FULL,
               "The export cannot be written: the disk is full or not there.");
}

absl::Status NotSound(const Finding& finding) {
  return Error(absl::StatusCode::kDataLoss, common::v1::ERROR_REASON_STORE_CORRUPT, finding.ToString())
      .With("revision", absl::StrCat(finding.first));
}

}  // namespace oversight::ledger
