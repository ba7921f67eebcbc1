#include "common/ledger/store.h"

#include "absl/strings/str_cat.h"
#include "common/ledger/postgres/postgres_engine.h"
#include "common/ledger/sqlite/sqlite_engine.h"
#include "common/rpc/errors.h"

namespace oversight::ledger {

absl::StatusOr<std::unique_ptr<Engine>> EngineFor(const std::string& store, absl::Duration patience) {
  static const std::string kSqlite = "sqlite:";
  if (store.compare(0, kSqlite.size(), kSqlite) == 0 && store.size() > kSqlite.size()) {
    return MakeSqliteEngine(store.substr(kSqlite.size()));
  }
  for (const char* scheme : {"postgres://", "postgresql://"}) {
    if (store.rfind(scheme, 0) == 0) return MakePostgresEngine(store, patience);
  }
  return Error(absl::StatusCode::kInvalidArgument, common::v1::ERROR_REASON_INVALID_FIELDS,
               absl::StrCat("\"", store, "\" is not a store. Write sqlite:PATH or postgres://HOST/DATABASE."))
      .Violation("store", "must be sqlite:PATH or postgres://HOST/DATABASE");
}

}  // namespace oversight::ledger
