#include "tests/support/store_damage.h"

#include <sqlite3.h>

#include <cstdio>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "tests/support/postgres.h"

namespace oversight::testing {
namespace {

// flip(value, mask): the value with its middle byte changed, of the type that it had.
void FlipInSqlite(sqlite3_context* context, int, sqlite3_value** arguments) {
  const bool text = sqlite3_value_type(arguments[0]) == SQLITE_TEXT;
  const auto* data = static_cast<const char*>(sqlite3_value_blob(arguments[0]));
  std::string value(data, static_cast<size_t>(sqlite3_value_bytes(arguments[0])));
  value[value.size() / 2] = static_cast<char>(value[value.size() / 2] ^ sqlite3_value_int(arguments[1]));
  if (text) {
    sqlite3_result_text(context, value.data(), static_cast<int>(value.size()), SQLITE_TRANSIENT);
  } else {
    sqlite3_result_blob(context, value.data(), static_cast<int>(value.size()), SQLITE_TRANSIENT);
  }
}

}  // namespace

void StoreDamage::Flip(const std::string& table, const std::string& column, const std::string& where, int mask) const {
  const std::string value = sqlite() ? absl::StrCat("flip(", column, ", ", mask, ")")
                                     : absl::StrCat("set_byte(", column, ", length(", column, ") / 2, get_byte(",
                                                    column, ", length(", column, ") / 2) # ", mask, ")");
  Execute(absl::StrCat("UPDATE ", table, " SET ", column, " = ", value, " WHERE ", where));
}

void StoreDamage::Execute(const std::string& sql) const {
  if (!sqlite()) return Postgres::Get()->Execute(store_, sql);
  sqlite3* db = nullptr;
  if (sqlite3_open(store_.substr(7).c_str(), &db) != SQLITE_OK || sqlite3_busy_timeout(db, 10000) != SQLITE_OK ||
      sqlite3_create_function(db, "flip", 2, SQLITE_UTF8, nullptr, FlipInSqlite, nullptr, nullptr) != SQLITE_OK ||
      sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK || sqlite3_changes(db) == 0) {
    std::fprintf(stderr, "%s: %s\n", sql.c_str(), sqlite3_errmsg(db));
    std::abort();
  }
  sqlite3_close(db);
}

}  // namespace oversight::testing
