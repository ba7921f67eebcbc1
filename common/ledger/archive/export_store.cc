#include "common/ledger/archive/export_store.h"

#include <memory>

#include "common/ledger/archive/export_writer.h"
#include "common/ledger/whole_log.h"
#include "common/rpc/errors.h"

namespace oversight::ledger {

absl::StatusOr<ExportHeader> ExportStore(Engine& engine, const std::string& ledger, std::ostream& out,
                                         const std::function<void(Revision, Revision)>& progress) {
  OVERSIGHT_ASSIGN_OR_RETURN(const StoreIdentity identity, engine.Identity());
  OVERSIGHT_ASSIGN_OR_RETURN(const std::unique_ptr<Reader> reader, engine.OpenReader());
  ExportHeader header;
  header.ledger = ledger;
  header.store_id = identity.id;
  OVERSIGHT_ASSIGN_OR_RETURN(header.tree, StoredTree(*reader));
  ExportWriter writer(out, header);
  const auto take = [&](LoggedTransaction& transaction) {
    progress(transaction.revision, header.tree.size);
    return writer.Add(transaction);
  };
  OVERSIGHT_RETURN_IF_ERROR(ForEachWhole(*reader, 0, header.tree.size, take));
  OVERSIGHT_RETURN_IF_ERROR(
      ReadOnForRedactions(writer.auditor(), [&] { return ReadOn(*reader, writer.auditor().size(), take); }));
  OVERSIGHT_RETURN_IF_ERROR(writer.Finish());
  return header;
}

}  // namespace oversight::ledger
