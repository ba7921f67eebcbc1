#include "common/ledger/archive/restore.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/strip.h"
#include "common/ledger/archive/export_writer.h"
#include "common/ledger/status.h"
#include "common/ledger/whole_log.h"
#include "common/rpc/errors.h"

namespace oversight::ledger {
namespace {

// Of one database transaction: enough to make its cost small, little enough to hold in memory.
constexpr size_t kBatch = 1000;
constexpr size_t kBatchBytes = 4 << 20;

size_t SizeOf(const LoggedTransaction& transaction) {
  size_t bytes = transaction.request ? transaction.request->response.size() : 0;
  for (const LoggedChange& change : transaction.changes) bytes += change.payload.size();
  return bytes;
}

// Appends what comes next, up to the size of a batch, and makes it durable. Gives the last revision; `stored` at the
// end of the file.
absl::StatusOr<Revision> StoreBatch(ExportReader& reader, Writer& writer, Revision stored) {
  std::vector<LoggedTransaction> batch;
  for (size_t bytes = 0; batch.size() < kBatch && bytes < kBatchBytes;) {
    const LoggedTransaction* transaction = reader.Next();
    if (transaction == nullptr) break;
    bytes += SizeOf(*transaction);
    batch.push_back(*transaction);
  }
  if (reader.finding()) return NotSound(*reader.finding());
  if (batch.empty()) return stored;
  const Revision end = batch.back().revision;
  OVERSIGHT_ASSIGN_OR_RETURN(const Revision base, writer.Begin(stored));
  if (base != stored) return RestoreOvertaken();
  absl::Status status = writer.AppendLogged(std::move(batch));
  // Hashes do not tell whether what was deleted was there.
  if (absl::IsInternal(status)) {
    Finding finding{0, 0, std::string(absl::StripSuffix(status.message(), "."))};
    if (!absl::SimpleAtoi(ErrorMetadata(status, "revision"), &finding.first)) return status;
    return NotSound(finding);
  }
  if (status.ok()) status = writer.Commit();
  if (absl::IsAborted(status)) return RestoreOvertaken();
  OVERSIGHT_RETURN_IF_ERROR(status);
  return end;
}

// Whether the store has what the file has.
absl::Status Compare(Engine& engine, const Auditor& file) {
  OVERSIGHT_ASSIGN_OR_RETURN(const std::unique_ptr<Reader> reader, engine.OpenReader());
  OVERSIGHT_ASSIGN_OR_RETURN(const TreeState tree, StoredTree(*reader));
  if (tree.size == file.size() && tree.root == HashBytes(file.Root()) && tree.recorded_time == file.recorded_time()) {
    return absl::OkStatus();
  }
  return StoreCorrupt();
}

}  // namespace

absl::Status Restore(ExportReader& reader, Engine& engine, const std::function<void(Revision)>& progress) {
  OVERSIGHT_RETURN_IF_ERROR(engine.BeginRestore(reader.header().store_id));
  OVERSIGHT_ASSIGN_OR_RETURN(std::unique_ptr<Writer> writer, engine.OpenWriter());
  for (Revision stored = 0;;) {
    absl::StatusOr<Revision> end = StoreBatch(reader, *writer, stored);
    if (!end.ok()) {
      writer->Abandon();
      return end.status();
    }
    if (*end == stored) break;
    stored = *end;
    progress(stored);
  }
  writer.reset();
  OVERSIGHT_RETURN_IF_ERROR(Compare(engine, reader.auditor()));
  return engine.FinishRestore();
}

}  // namespace oversight::ledger
