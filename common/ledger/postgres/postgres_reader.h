// Reads on one connection, whichever server that leads to. A read that finds its connection gone is done again on a new
// one, once: it has changed nothing. A standby is read from as far as it has got; a server that lost what was told is
// not. One thread at a time.
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/ledger/engine.h"
#include "common/ledger/postgres/pg_connection.h"
#include "common/ledger/postgres/postgres_reads.h"

namespace oversight::ledger {

class PostgresReader final : public Reader {
 public:
  explicit PostgresReader(PgAddress address) : address_(std::move(address)) {}
  absl::Status Connect();

  bool current() const override { return !connection_->standby(); }
  absl::StatusOr<Head> GetHead() override;
  absl::StatusOr<Head> HeadAt(absl::Time time) override;
  absl::StatusOr<absl::Time> TimeOf(Revision revision) override;
  absl::StatusOr<std::optional<Version>> Get(const std::string& name, Revision revision) override;
  absl::StatusOr<ListResult> List(const ListQuery& query, VersionCache* cache) override;
  absl::StatusOr<HistoryResult> History(const HistoryQuery& query) override;
  absl::StatusOr<std::vector<Transaction>> Log(Revision after, int limit) override;
  absl::StatusOr<std::vector<LoggedTransaction>> LogWhole(Revision after, int limit) override;
  absl::StatusOr<std::string> LeafHashes(Revision after, int limit) override;

 private:
  // Reads from a server that has everything up to `needs`.
  template <class T, class F>
  absl::StatusOr<T> Read(Revision needs, F read);
  absl::Status Check(Revision needs);
  // What a page of the log from after `after` must not miss.
  Revision PageEnd(Revision after, int limit) const { return std::min(address_.news->told(), after + limit); }

  const PgAddress address_;
  std::unique_ptr<PgConnection> connection_;
  std::optional<PostgresReads> reads_;
  bool trusted_ = false;  // a primary that has lost nothing
  Revision has_ = 0;      // a standby had this much
};

}  // namespace oversight::ledger
