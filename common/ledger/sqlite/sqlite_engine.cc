#include "common/ledger/sqlite/sqlite_engine.h"

#include <spdlog/spdlog.h>

#include <atomic>
#include <charconv>
#include <filesystem>
#include <mutex>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/ledger/migrations.h"
#include "common/ledger/random_id.h"
#include "common/ledger/sqlite/connection.h"
#include "common/ledger/sqlite/file_lock.h"
#include "common/ledger/sqlite/sqlite_reads.h"
#include "common/ledger/sqlite/sqlite_writer.h"
#include "common/ledger/status.h"
#include "common/rpc/errors.h"

namespace oversight::ledger {
namespace {

class SqliteReader final : public Reader {
 public:
  SqliteReader(std::unique_ptr<Connection> connection, std::unique_ptr<SqliteReads> reads)
      : connection_(std::move(connection)), reads_(std::move(reads)) {}

  absl::StatusOr<Head> GetHead() override { return reads_->GetHead(); }
  absl::StatusOr<Head> HeadAt(absl::Time time) override { return reads_->HeadAt(time); }
  absl::StatusOr<absl::Time> TimeOf(Revision revision) override { return reads_->TimeOf(revision); }
  absl::StatusOr<std::optional<Version>> Get(const std::string& name, Revision revision) override {
    return reads_->Get(name, revision);
  }
  absl::StatusOr<ListResult> List(const ListQuery& query, VersionCache* cache) override {
    const Revision revision = query.as_of.revision.value_or(0);
    OVERSIGHT_ASSIGN_OR_RETURN(ListResult result, reads_->List(query, revision, cache));
    result.read_revision = revision;
    return result;
  }
  absl::StatusOr<HistoryResult> History(const HistoryQuery& query) override { return reads_->History(query); }
  absl::StatusOr<std::vector<Transaction>> Log(Revision after, int limit) override { return reads_->Log(after, limit); }
  absl::StatusOr<std::vector<LoggedTransaction>> LogWhole(Revision after, int limit) override {
    return reads_->LogWhole(after, limit);
  }
  absl::StatusOr<std::string> LeafHashes(Revision after, int limit) override {
    return reads_->LeafHashes(after, limit);
  }

 private:
  const std::unique_ptr<Connection> connection_;
  const std::unique_ptr<SqliteReads> reads_;
};

absl::StatusOr<std::optional<std::string>> Meta(Connection& connection, const std::string& key) {
  OVERSIGHT_ASSIGN_OR_RETURN(Statement select, Statement::Prepare(connection, "SELECT value FROM meta WHERE key = ?"));
  Rows rows = select(key);
  OVERSIGHT_ASSIGN_OR_RETURN(const bool row, rows.Next());
  if (!row) return std::optional<std::string>();
  return std::optional<std::string>(rows.Text(0));
}

absl::Status SetMeta(Connection& connection, std::string_view key, std::string_view value) {
  OVERSIGHT_ASSIGN_OR_RETURN(Statement put, Statement::Prepare(connection,
                                                               "INSERT INTO meta VALUES (?, ?) ON CONFLICT (key)"
                                                               " DO UPDATE SET value = excluded.value"));
  return put.Run(key, value);
}

// Runs `body` in a database transaction, which happens whole or not at all.
template <class F>
absl::Status InTransaction(Connection& connection, F body) {
  OVERSIGHT_RETURN_IF_ERROR(connection.Execute("BEGIN IMMEDIATE"));
  absl::Status status = body();
  if (status.ok()) status = connection.Execute("COMMIT");
  if (!status.ok() && sqlite3_get_autocommit(connection.handle()) == 0) connection.Execute("ROLLBACK").IgnoreError();
  return status;
}

absl::StatusOr<int64_t> CountOf(Connection& connection, const char* sql) {
  OVERSIGHT_ASSIGN_OR_RETURN(Statement select, Statement::Prepare(connection, sql));
  Rows rows = select();
  OVERSIGHT_RETURN_IF_ERROR(rows.Next().status());
  return rows.Int(0);
}

class SqliteEngine final : public Engine {
 public:
  explicit SqliteEngine(const std::string& path) : path_(path) {}

  absl::StatusOr<int> Schema() override {
    std::error_code error;
    if (!std::filesystem::exists(path_, error)) return 0;
    OVERSIGHT_ASSIGN_OR_RETURN(const std::unique_ptr<Connection> connection,
                               Connection::Open(path_, {.read_only = true}));
    return SchemaOf(*connection);
  }

  absl::StatusOr<SchemaChange> Migrate() override {
    std::lock_guard guard(mu_);
    OVERSIGHT_RETURN_IF_ERROR(Lock());
    OVERSIGHT_ASSIGN_OR_RETURN(const std::unique_ptr<Connection> connection, Connection::Open(path_, {}));
    OVERSIGHT_ASSIGN_OR_RETURN(const SchemaChange change, MigrateSchema(*connection));
    OVERSIGHT_ASSIGN_OR_RETURN(const std::optional<std::string> restoring, Meta(*connection, kRestoring));
    if (restoring) return RestoreUnfinished();
    return change;
  }

  absl::StatusOr<StoreIdentity> Identity() override {
    OVERSIGHT_ASSIGN_OR_RETURN(const std::unique_ptr<Connection> connection,
                               Connection::Open(path_, {.read_only = true}));
    OVERSIGHT_ASSIGN_OR_RETURN(const std::optional<std::string> id, Meta(*connection, "store_id"));
    if (!id) return StoreCorrupt();
    OVERSIGHT_ASSIGN_OR_RETURN(const std::optional<std::string> incarnation, Meta(*connection, "incarnation"));
    return StoreIdentity{*id, incarnation.value_or(*id)};
  }

  absl::Status BeginRestore(const std::string& store_id) override {
    std::lock_guard guard(mu_);
    OVERSIGHT_RETURN_IF_ERROR(Lock());
    OVERSIGHT_ASSIGN_OR_RETURN(const std::unique_ptr<Connection> connection, Connection::Open(path_, {}));
    OVERSIGHT_RETURN_IF_ERROR(MigrateSchema(*connection).status());
    OVERSIGHT_ASSIGN_OR_RETURN(const std::string mark, RandomId());
    OVERSIGHT_ASSIGN_OR_RETURN(const std::string incarnation, RandomId());
    OVERSIGHT_RETURN_IF_ERROR(InTransaction(*connection, [&]() -> absl::Status {
      OVERSIGHT_ASSIGN_OR_RETURN(const std::optional<std::string> restoring, Meta(*connection, kRestoring));
      if (!restoring) {
        OVERSIGHT_ASSIGN_OR_RETURN(
            const int64_t used,
            CountOf(*connection, "SELECT EXISTS (SELECT 1 FROM transactions) OR EXISTS (SELECT 1 FROM requests)"));
        if (used != 0) return StoreNotEmpty();
      }
      OVERSIGHT_RETURN_IF_ERROR(
          connection->Execute("DELETE FROM transactions; DELETE FROM changes; DELETE FROM resources;"
                              "DELETE FROM terms; DELETE FROM requests"));
      OVERSIGHT_RETURN_IF_ERROR(SetMeta(*connection, kRestoring, mark));
      OVERSIGHT_RETURN_IF_ERROR(SetMeta(*connection, "incarnation", incarnation));
      return SetMeta(*connection, "store_id", store_id);
    }));
    restoring_ = mark;
    return absl::OkStatus();
  }

  absl::Status FinishRestore() override {
    std::lock_guard guard(mu_);
    OVERSIGHT_ASSIGN_OR_RETURN(const std::unique_ptr<Connection> connection, Connection::Open(path_, {}));
    OVERSIGHT_ASSIGN_OR_RETURN(Statement remove,
                               Statement::Prepare(*connection, "DELETE FROM meta WHERE key = ? AND value = ?"));
    OVERSIGHT_RETURN_IF_ERROR(remove.Run(std::string_view(kRestoring), restoring_));
    return sqlite3_changes(connection->handle()) == 1 ? absl::OkStatus() : RestoreOvertaken();
  }

  absl::StatusOr<std::unique_ptr<Reader>> OpenReader() override {
    OVERSIGHT_ASSIGN_OR_RETURN(std::unique_ptr<Connection> connection, Connection::Open(path_, {.read_only = true}));
    OVERSIGHT_ASSIGN_OR_RETURN(std::unique_ptr<SqliteReads> reads, SqliteReads::Prepare(*connection));
    return std::make_unique<SqliteReader>(std::move(connection), std::move(reads));
  }

  absl::StatusOr<std::unique_ptr<Writer>> OpenWriter() override {
    {
      std::lock_guard guard(mu_);
      OVERSIGHT_RETURN_IF_ERROR(Lock());
    }
    OVERSIGHT_ASSIGN_OR_RETURN(std::unique_ptr<Connection> connection, Connection::Open(path_, {.cache_kib = 65536}));
    return OpenSqliteWriter(std::move(connection), log_unclean_);
  }

  void Close() override {
    std::lock_guard guard(mu_);
    lock_.Release();
  }

 private:
  // In meta, while a restore is under way or after one that was not finished: which one.
  static constexpr char kRestoring[] = "restoring";

  absl::StatusOr<SchemaChange> MigrateSchema(Connection& connection) const {
    OVERSIGHT_ASSIGN_OR_RETURN(const int found, SchemaOf(connection));
    const int known = SqliteMigrations().back().number;
    if (found > known) {
      return StoreRefused(absl::StrCat("The store ", path_, " was written by a newer version of this program (schema ",
                                       found, "; this one knows up to ", known, "). Nothing was changed."));
    }
    // Kept in the file, so no other connection needs to set it.
    OVERSIGHT_RETURN_IF_ERROR(connection.Execute("PRAGMA journal_mode = WAL"));
    for (const Migration& migration : SqliteMigrations()) {
      if (migration.number > found) OVERSIGHT_RETURN_IF_ERROR(Apply(connection, migration));
    }
    return SchemaChange{found, known};
  }

  absl::Status Lock() {
    // By the real path: two links to one folder must meet in one lock.
    std::error_code error;
    const std::filesystem::path real = std::filesystem::weakly_canonical(path_, error);
    return lock_.Acquire((error ? std::filesystem::path(path_) : real).string() + ".lock");
  }

  static absl::StatusOr<int> SchemaOf(Connection& connection) {
    OVERSIGHT_ASSIGN_OR_RETURN(const int64_t tables, CountOf(connection, "SELECT count(*) FROM sqlite_schema"));
    if (tables == 0) return 0;
    OVERSIGHT_ASSIGN_OR_RETURN(
        const int64_t meta,
        CountOf(connection, "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'meta'"));
    std::optional<std::string> text;
    if (meta == 1) {
      OVERSIGHT_ASSIGN_OR_RETURN(text, Meta(connection, "schema"));
    }
    int schema = 0;
    if (!text || std::from_chars(text->data(), text->data() + text->size(), schema).ec != std::errc()) {
      return StoreRefused("The file is a SQLite database, but not a store of this program. Nothing was changed.");
    }
    return schema;
  }

  static absl::Status Apply(Connection& connection, const Migration& migration) {
    spdlog::info("applying migration {}", migration.name);
    return InTransaction(connection, [&]() -> absl::Status {
      OVERSIGHT_RETURN_IF_ERROR(connection.Execute(migration.sql));
      if (migration.number == 1) {
        OVERSIGHT_ASSIGN_OR_RETURN(const std::string id, RandomId());
        OVERSIGHT_RETURN_IF_ERROR(SetMeta(connection, "store_id", id));
      }
      return SetMeta(connection, "schema", absl::StrCat(migration.number));
    });
  }

  const std::string path_;
  std::mutex mu_;
  FileLock lock_;                        // guarded by mu_
  std::string restoring_;                // guarded by mu_
  std::atomic<bool> log_unclean_{true};  // who was here last may have been killed before it was clean
};

}  // namespace

std::unique_ptr<Engine> MakeSqliteEngine(const std::string& path) { return std::make_unique<SqliteEngine>(path); }

}  // namespace oversight::ledger
