// Reads an exported log back and audits it on the way, in constant memory: what is given out is sound as far as it
// goes, and the first thing that is wrong ends it with a finding. One thread at a time.
//
//   ExportReader reader(in);
//   if (reader.Open()) while (const LoggedTransaction* transaction = reader.Next()) Use(*transaction);
//   if (reader.finding()) ...
#pragma once

#include <cstdint>
#include <istream>
#include <optional>
#include <string>
#include <vector>

#include "common/ledger/archive/auditor.h"
#include "common/ledger/archive/export_format.h"
#include "common/ledger/archive/kept_head.h"

namespace oversight::ledger {

class ExportReader {
 public:
  // `in` must outlive the reader. `kept` are heads from elsewhere, of this log or others. With `keys` the header must
  // be signed by one of them.
  explicit ExportReader(std::istream& in, std::vector<KeptHead> kept = {}, std::vector<VerifierKey> keys = {});

  // Reads the header. False when it is damaged.
  bool Open();
  const ExportHeader& header() const { return header_; }
  std::string origin() const { return OriginOf(header_.ledger, header_.store_id); }
  // Those of `kept` that are of this log, once open.
  const std::vector<std::string>& heads() const { return heads_; }
  // The next transaction, valid until the next call; null at the end and when something is wrong, and from then on.
  const LoggedTransaction* Next();

  // After null: what is wrong. None means that the whole file was read and is sound.
  const std::optional<Finding>& finding() const { return auditor_.finding(); }
  const Auditor& auditor() const { return auditor_; }
  int64_t bytes() const { return bytes_; }  // read so far

 private:
  enum class Ended { kWhole, kCutOff, kTooLong, kUnreadable };
  // The next line into line_, without its line break; nothing of it at the end of the file.
  Ended ReadLine();
  bool AtEnd();
  // Says what is wrong with the line that should hold the next revision, or the trailer. Always null.
  const LoggedTransaction* FailLine(const std::string& what);

  std::istream& in_;
  const std::vector<KeptHead> kept_;
  const std::vector<VerifierKey> keys_;
  std::vector<std::string> heads_;
  Auditor auditor_;
  ExportHeader header_;
  LoggedTransaction transaction_;
  std::string buffer_, line_;
  size_t taken_ = 0;  // of buffer_
  bool ended_ = false;
  int64_t bytes_ = 0;
};

}  // namespace oversight::ledger
