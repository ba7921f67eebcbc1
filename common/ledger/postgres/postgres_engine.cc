#include "common/ledger/postgres/postgres_engine.h"

#include <libpq-fe.h>
#include <spdlog/spdlog.h>

#include <charconv>
#include <mutex>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/ledger/migrations.h"
#include "common/ledger/postgres/pg_connection.h"
#include "common/ledger/postgres/postgres_listener.h"
#include "common/ledger/postgres/postgres_reader.h"
#include "common/ledger/postgres/postgres_writer.h"
#include "common/ledger/random_id.h"
#include "common/ledger/status.h"
#include "common/rpc/errors.h"

namespace oversight::ledger {
namespace {

// "oversight" in hexadecimal, as far as it fits.
constexpr const char* kMigrationLock = "8026397652340761460";

absl::StatusOr<std::optional<std::string>> Meta(PgConnection& connection, const std::string& key) {
  static const PgStatement kSelect{"SELECT value FROM meta WHERE key = $1"};
  OVERSIGHT_ASSIGN_OR_RETURN(const PgRows rows, connection.Query(kSelect, PgParams().Text(key)));
  if (rows.size() == 0) return std::optional<std::string>();
  return std::optional<std::string>(rows.Text(0, 0));
}

absl::Status SetMeta(PgConnection& connection, const std::string& key, const std::string& value) {
  static const PgStatement kPut{
      "INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value"};
  return connection.Query(kPut, PgParams().Text(key).Text(value)).status();
}

// Runs `body` in a database transaction, which happens whole or not at all.
template <class F>
absl::Status InTransaction(PgConnection& connection, F body) {
  OVERSIGHT_RETURN_IF_ERROR(connection.Execute("BEGIN"));
  absl::Status status = body();
  if (status.ok()) status = connection.Execute("COMMIT");
  if (!status.ok() && connection.in_transaction()) connection.Execute("ROLLBACK").IgnoreError();
  return status;
}

class PostgresEngine final : public Engine {
 public:
  PostgresEngine(const std::string& url, absl::Duration patience) : address_{.url = url, .patience = patience} {}

  absl::StatusOr<int> Schema() override {
    OVERSIGHT_ASSIGN_OR_RETURN(const std::unique_ptr<PgConnection> connection, PgConnection::Open(address_));
    return SchemaOf(*connection);
  }

  absl::StatusOr<SchemaChange> Migrate() override {
    OVERSIGHT_ASSIGN_OR_RETURN(const std::unique_ptr<PgConnection> connection, PgConnection::Open(address_));
    // Another replica may be at it, and a migration may take its time.
    connection->WaitForEver();
    OVERSIGHT_ASSIGN_OR_RETURN(const SchemaChange change, MigrateSchema(*connection));
    OVERSIGHT_ASSIGN_OR_RETURN(const std::optional<std::string> restoring, Meta(*connection, kRestoring));
    if (restoring) return RestoreUnfinished();
    // Its own channel for each store, also for two that were restored from one: NOTIFY reaches the whole database.
    OVERSIGHT_ASSIGN_OR_RETURN(const StoreIdentity identity, IdentityOf(*connection));
    const std::string channel = absl::StrCat("oversight_", identity.incarnation);
    // A standby refuses it, and may be promoted.
    const bool notifies = connection->standby() || connection->Execute(absl::StrCat("LISTEN ", channel)).ok();
    if (!notifies) spdlog::info("the database has no LISTEN; other replicas' commits are looked for by time");
    std::lock_guard lock(mu_);
    channel_ = notifies ? channel : "";
    return change;
  }

  absl::StatusOr<StoreIdentity> Identity() override {
    OVERSIGHT_ASSIGN_OR_RETURN(const std::unique_ptr<PgConnection> connection, PgConnection::Open(address_));
    return IdentityOf(*connection);
  }

  absl::Status BeginRestore(const std::string& store_id) override {
    static const PgStatement kLockHead{"SELECT revision FROM head WHERE id = 1 FOR UPDATE"};
    static const PgStatement kUsed{
        "SELECT count(*) FROM (SELECT 1 FROM transactions LIMIT 1) AS t UNION ALL"
        " SELECT count(*) FROM (SELECT 1 FROM requests LIMIT 1) AS r"};
    OVERSIGHT_ASSIGN_OR_RETURN(const std::unique_ptr<PgConnection> connection, PgConnection::Open(address_));
    // What an unfinished restore left may be much, and another one may be clearing it.
    connection->WaitForEver();
    OVERSIGHT_RETURN_IF_ERROR(MigrateSchema(*connection).status());
    OVERSIGHT_ASSIGN_OR_RETURN(const std::string mark, RandomId());
    OVERSIGHT_ASSIGN_OR_RETURN(const std::string incarnation, RandomId());
    OVERSIGHT_RETURN_IF_ERROR(InTransaction(*connection, [&]() -> absl::Status {
      OVERSIGHT_RETURN_IF_ERROR(connection->Query(kLockHead).status());
      OVERSIGHT_ASSIGN_OR_RETURN(const std::optional<std::string> restoring, Meta(*connection, kRestoring));
      if (!restoring) {
        OVERSIGHT_ASSIGN_OR_RETURN(const PgRows used, connection->Query(kUsed));
        if (used.Int(0, 0) + used.Int(1, 0) > 0) return StoreNotEmpty();
      }
      for (const char* table : {"transactions", "changes", "resources", "terms", "requests"}) {
        OVERSIGHT_RETURN_IF_ERROR(connection->Execute(absl::StrCat("DELETE FROM ", table)));
      }
      OVERSIGHT_RETURN_IF_ERROR(connection->Execute("UPDATE head SET revision = 0 WHERE id = 1"));
      OVERSIGHT_RETURN_IF_ERROR(SetMeta(*connection, kRestoring, mark));
      OVERSIGHT_RETURN_IF_ERROR(SetMeta(*connection, "incarnation", incarnation));
      return SetMeta(*connection, "store_id", store_id);
    }));
    address_.news->BeginAnew();
    std::lock_guard lock(mu_);
    restoring_ = mark;
    return absl::OkStatus();
  }

  absl::Status FinishRestore() override {
    static const PgStatement kRemove{"DELETE FROM meta WHERE key = $1 AND value = $2 RETURNING key"};
    OVERSIGHT_ASSIGN_OR_RETURN(const std::unique_ptr<PgConnection> connection, PgConnection::Open(address_));
    std::lock_guard lock(mu_);
    OVERSIGHT_ASSIGN_OR_RETURN(const PgRows removed,
                               connection->Query(kRemove, PgParams().Text(kRestoring).Text(restoring_)));
    return removed.size() == 1 ? absl::OkStatus() : RestoreOvertaken();
  }

  absl::StatusOr<std::unique_ptr<Reader>> OpenReader() override {
    auto reader = std::make_unique<PostgresReader>(address_);
    OVERSIGHT_RETURN_IF_ERROR(reader->Connect());
    return reader;
  }

  absl::StatusOr<std::unique_ptr<Writer>> OpenWriter() override {
    // The one before may have left a commit of which nobody knows what became.
    const bool confirm = std::exchange(opened_writer_, true);
    return OpenPostgresWriter(address_, channel(), confirm);
  }

  bool shared() const override { return true; }
  void Listen(std::function<void(absl::StatusOr<Revision>)> heard) override {
    listener_ = std::make_unique<PostgresListener>(address_, channel(), std::move(heard));
  }
  void Close() override { listener_.reset(); }

 private:
  std::string channel() {
    std::lock_guard lock(mu_);
    return channel_;
  }

  // In meta, while a restore is under way or after one that was not finished: which one.
  static constexpr char kRestoring[] = "restoring";

  static absl::StatusOr<StoreIdentity> IdentityOf(PgConnection& connection) {
    OVERSIGHT_ASSIGN_OR_RETURN(const std::optional<std::string> id, Meta(connection, "store_id"));
    if (!id) return StoreCorrupt();
    OVERSIGHT_ASSIGN_OR_RETURN(const std::optional<std::string> incarnation, Meta(connection, "incarnation"));
    return StoreIdentity{*id, incarnation.value_or(*id)};
  }

  // Several replicas may start at once. The lock goes with the connection; where there are no such locks, the second
  // one fails to create what is there already, and is started again.
  static absl::StatusOr<SchemaChange> MigrateSchema(PgConnection& connection) {
    connection.Execute(absl::StrCat("SELECT pg_advisory_lock(", kMigrationLock, ")")).IgnoreError();
    OVERSIGHT_ASSIGN_OR_RETURN(const int found, SchemaOf(connection));
    const int known = PostgresMigrations().back().number;
    if (found > known) {
      return StoreRefused(absl::StrCat("The store was written by a newer version of this program (schema ", found,
                                       "; this one knows up to ", known, "). Nothing was changed."));
    }
    for (const Migration& migration : PostgresMigrations()) {
      if (migration.number > found) OVERSIGHT_RETURN_IF_ERROR(Apply(connection, migration));
    }
    connection.Execute(absl::StrCat("SELECT pg_advisory_unlock(", kMigrationLock, ")")).IgnoreError();
    return SchemaChange{found, known};
  }

  static absl::StatusOr<int> SchemaOf(PgConnection& connection) {
    static const PgStatement kTables{
        "SELECT count(*) FROM information_schema.tables WHERE table_schema = current_schema()"
        " AND table_name IN ('meta', 'head', 'transactions', 'changes', 'resources', 'terms', 'requests')"};
    static const PgStatement kMeta{
        "SELECT count(*) FROM information_schema.tables WHERE table_schema = current_schema() AND table_name = 'meta'"};
    OVERSIGHT_ASSIGN_OR_RETURN(const PgRows tables, connection.Query(kTables));
    if (tables.Int(0, 0) == 0) return 0;
    OVERSIGHT_ASSIGN_OR_RETURN(const PgRows meta, connection.Query(kMeta));
    std::optional<std::string> text;
    if (meta.Int(0, 0) == 1) {
      OVERSIGHT_ASSIGN_OR_RETURN(text, Meta(connection, "schema"));
    }
    int schema = 0;
    if (!text || std::from_chars(text->data(), text->data() + text->size(), schema).ec != std::errc()) {
      return StoreRefused(
          "The database has tables of the same names, but is not a store of this program. Nothing was changed.");
    }
    return schema;
  }

  static absl::Status Apply(PgConnection& connection, const Migration& migration) {
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

  const PgAddress address_;
  bool opened_writer_ = false;  // of the thread that writes
  std::mutex mu_;
  std::string channel_;    // guarded by mu_; empty: there is no NOTIFY
  std::string restoring_;  // guarded by mu_
  std::unique_ptr<PostgresListener> listener_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Engine>> MakePostgresEngine(const std::string& url, absl::Duration patience) {
  const auto refuse = [](const std::string& why) {
    return Error(absl::StatusCode::kInvalidArgument, common::v1::ERROR_REASON_INVALID_FIELDS, why)
        .Violation("store", "must be postgres://USER@HOST:PORT/DATABASE without a password");
  };
  char* words = nullptr;
  const std::unique_ptr<PQconninfoOption, void (*)(PQconninfoOption*)> options(PQconninfoParse(url.c_str(), &words),
                                                                               PQconninfoFree);
  PQfreemem(words);  // They would tell the password.
  if (options == nullptr) return refuse("The address of the PostgreSQL store cannot be read.");
  for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option) {
    const std::string keyword = option->keyword;
    if ((keyword == "password" || keyword == "sslpassword") && option->val != nullptr) {
      return refuse(
          "Flags are seen by everyone on the machine and stand in the log, so the address of the store must not have a"
          " password in it. Use PGPASSWORD or PGPASSFILE.");
    }
  }
  return std::make_unique<PostgresEngine>(url, patience);
}

}  // namespace oversight::ledger
