#include "common/ledger/postgres/postgres_engine.h"

#include <libpq-fe.h>
#include <openssl/rand.h>
#include <spdlog/spdlog.h>

#include <charconv>
#include <mutex>
#include <optional>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/ledger/migrations.h"
#include "common/ledger/postgres/pg_connection.h"
#include "common/ledger/postgres/postgres_listener.h"
#include "common/ledger/postgres/postgres_reader.h"
#include "common/ledger/postgres/postgres_writer.h"
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

class PostgresEngine final : public Engine {
 public:
  PostgresEngine(const std::string& url, absl::Duration patience) : address_{.url = url, .patience = patience} {}

  absl::StatusOr<SchemaChange> Migrate() override {
    OVERSIGHT_ASSIGN_OR_RETURN(const std::unique_ptr<PgConnection> connection, PgConnection::Open(address_));
    // Another replica may be at it, and a migration may take its time.
    connection->WaitForEver();
    OVERSIGHT_ASSIGN_OR_RETURN(const SchemaChange change, MigrateLocked(*connection));
    // Its own channel for each store: NOTIFY reaches the whole database.
    OVERSIGHT_ASSIGN_OR_RETURN(const std::optional<std::string> id, Meta(*connection, "store_id"));
    if (!id) return StoreCorrupt();
    const std::string channel = absl::StrCat("oversight_", *id);
    // A standby refuses it, and may be promoted.
    const bool notifies = connection->standby() || connection->Execute(absl::StrCat("LISTEN ", channel)).ok();
    if (!notifies) spdlog::info("the database has no LISTEN; other replicas' commits are looked for by time");
    std::lock_guard lock(mu_);
    channel_ = notifies ? channel : "";
    return change;
  }

  absl::StatusOr<std::string> StoreId() override {
    OVERSIGHT_ASSIGN_OR_RETURN(const std::unique_ptr<PgConnection> connection, PgConnection::Open(address_));
    OVERSIGHT_ASSIGN_OR_RETURN(const std::optional<std::string> id, Meta(*connection, "store_id"));
    if (!id) return StoreCorrupt();
    return *id;
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

  // Several replicas may start at once. The lock goes with the connection; where there are no such locks, the second
  // one fails to create what is there already, and is started again.
  static absl::StatusOr<SchemaChange> MigrateLocked(PgConnection& connection) {
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
    static const PgStatement kPut{
        "INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value"};
    spdlog::info("applying migration {}", migration.name);
    OVERSIGHT_RETURN_IF_ERROR(connection.Execute("BEGIN"));
    const absl::Status status = [&]() -> absl::Status {
      OVERSIGHT_RETURN_IF_ERROR(connection.Execute(migration.sql));
      if (migration.number == 1) {
        unsigned char bytes[16];
        if (RAND_bytes(bytes, sizeof(bytes)) != 1) return Fault("No random bytes for the store id.");
        const std::string id = absl::BytesToHexString(absl::string_view(reinterpret_cast<char*>(bytes), sizeof(bytes)));
        OVERSIGHT_RETURN_IF_ERROR(connection.Query(kPut, PgParams().Text("store_id").Text(id)).status());
      }
      const std::string number = absl::StrCat(migration.number);
      OVERSIGHT_RETURN_IF_ERROR(connection.Query(kPut, PgParams().Text("schema").Text(number)).status());
      return connection.Execute("COMMIT");
    }();
    if (!status.ok() && connection.in_transaction()) connection.Execute("ROLLBACK").IgnoreError();
    return status;
  }

  const PgAddress address_;
  bool opened_writer_ = false;  // of the thread that writes
  std::mutex mu_;
  std::string channel_;  // guarded by mu_; empty: there is no NOTIFY
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
