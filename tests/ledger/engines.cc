// The engines of the conformance suite.
#include <sqlite3.h>

#include "common/ledger/postgres/postgres_engine.h"
#include "common/ledger/sqlite/sqlite_engine.h"
#include "tests/ledger/engine_factory.h"
#include "tests/support/postgres.h"
#include "tests/support/temp_dir.h"

namespace oversight::ledger {
namespace {

class SqliteStore final : public TestStore {
 public:
  std::unique_ptr<Engine> NewEngine() override { return MakeSqliteEngine(dir_ / "store.db"); }
  void PretendNewerSchema() override {
    sqlite3* db = nullptr;
    ASSERT_EQ(sqlite3_open((dir_ / "store.db").c_str(), &db), SQLITE_OK);
    ASSERT_EQ(sqlite3_exec(db, "UPDATE meta SET value = '9999' WHERE key = 'schema'", nullptr, nullptr, nullptr),
              SQLITE_OK);
    sqlite3_close(db);
  }

 private:
  testing::TempDir dir_;
};

class PostgresStore final : public TestStore {
 public:
  std::unique_ptr<Engine> NewEngine() override { return *MakePostgresEngine(url_); }
  bool shared() const override { return true; }
  void PretendNewerSchema() override {
    testing::Postgres::Get()->Execute(url_, "UPDATE meta SET value = '9999' WHERE key = 'schema'");
  }

 private:
  const std::string url_ = testing::Postgres::Get()->NewStore();
};

}  // namespace

std::vector<EngineParam> Engines() {
  std::vector<EngineParam> engines = {
      {"Sqlite", [] { return std::unique_ptr<TestStore>(std::make_unique<SqliteStore>()); }}};
  if (testing::Postgres::Get() != nullptr) {
    engines.push_back({"Postgres", [] { return std::unique_ptr<TestStore>(std::make_unique<PostgresStore>()); }});
  }
  return engines;
}

}  // namespace oversight::ledger
