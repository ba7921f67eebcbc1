#include "common/ledger/postgres/postgres_reader.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "common/ledger/status.h"
#include "common/rpc/errors.h"

namespace oversight::ledger {

absl::Status PostgresReader::Connect() {
  reads_.reset();
  trusted_ = false;
  has_ = 0;
  OVERSIGHT_ASSIGN_OR_RETURN(connection_, PgConnection::Open(address_));
  reads_.emplace(*connection_);
  return absl::OkStatus();
}

absl::Status PostgresReader::Check(Revision needs) {
  const bool standby = connection_->standby();
  if (trusted_ || (standby && needs <= has_)) return absl::OkStatus();
  const Revision told = address_.news->told();  // Before the look: meanwhile there may be more.
  OVERSIGHT_ASSIGN_OR_RETURN(has_, reads_->HeadRevision());
  if (!standby) {
    OVERSIGHT_RETURN_IF_ERROR(CheckHead(has_, told));
    trusted_ = true;
  } else if (has_ < needs) {
    spdlog::warn("the standby ends at revision {}, and revision {} was asked for", has_, needs);
    return StoreUnavailable();
  }
  return absl::OkStatus();
}

template <class T, class F>
absl::StatusOr<T> PostgresReader::Read(Revision needs, F read) {
  const auto once = [&]() -> absl::StatusOr<T> {
    OVERSIGHT_RETURN_IF_ERROR(Check(needs));
    return read();
  };
  if (connection_->Alive()) {
    absl::StatusOr<T> result = once();
    if (result.ok() || connection_->given_up() || connection_->Alive()) return result;
  }
  OVERSIGHT_RETURN_IF_ERROR(Connect());
  return once();
}

absl::StatusOr<Head> PostgresReader::GetHead() {
  absl::StatusOr<Head> head = Read<Head>(0, [&] { return reads_->GetHead(); });
  if (head.ok()) address_.news->Told(head->revision);
  return head;
}

absl::StatusOr<Head> PostgresReader::HeadAt(absl::Time time) {
  return Read<Head>(address_.news->told(), [&] { return reads_->HeadAt(time); });
}

absl::StatusOr<absl::Time> PostgresReader::TimeOf(Revision revision) {
  return Read<absl::Time>(revision, [&] { return reads_->TimeOf(revision); });
}

absl::StatusOr<std::optional<Version>> PostgresReader::Get(const std::string& name, Revision revision) {
  OVERSIGHT_ASSIGN_OR_RETURN(
      std::optional<PostgresReads::Stored> found,
      Read<std::optional<PostgresReads::Stored>>(revision, [&] { return reads_->Find(name, revision); }));
  if (!found || found->version.deleted) return std::optional<Version>();
  return std::optional<Version>(std::move(found->version));
}

absl::StatusOr<ListResult> PostgresReader::List(const ListQuery& query, VersionCache* /*cache*/) {
  // One answer with everything in it costs less than one more for each version that is not in the cache.
  const Revision revision = query.as_of.revision.value_or(0);
  OVERSIGHT_ASSIGN_OR_RETURN(ListResult result,
                             Read<ListResult>(revision, [&] { return reads_->List(query, revision); }));
  result.read_revision = revision;
  return result;
}

absl::StatusOr<HistoryResult> PostgresReader::History(const HistoryQuery& query) {
  const Revision needs = query.before > 0 ? query.before - 1 : address_.news->told();
  return Read<HistoryResult>(needs, [&] { return reads_->History(query); });
}

absl::StatusOr<std::vector<Transaction>> PostgresReader::Log(Revision after, int limit) {
  auto log = Read<std::vector<Transaction>>(PageEnd(after, limit), [&] { return reads_->Log(after, limit); });
  if (log.ok() && !log->empty()) address_.news->Told(log->back().revision);
  return log;
}

absl::StatusOr<std::vector<LoggedTransaction>> PostgresReader::LogWhole(Revision after, int limit) {
  return Read<std::vector<LoggedTransaction>>(PageEnd(after, limit), [&] { return reads_->LogWhole(after, limit); });
}

absl::StatusOr<std::string> PostgresReader::LeafHashes(Revision after, int limit) {
  return Read<std::string>(PageEnd(after, limit), [&] { return reads_->LeafHashes(after, limit); });
}

}  // namespace oversight::ledger
