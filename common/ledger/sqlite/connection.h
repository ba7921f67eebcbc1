// A SQLite connection, its prepared statements and the rows they give: what keeps the C interface out of the queries.
// One thread at a time.
//
//   Rows rows = select(name, revision);
//   while (true) {
//     OVERSIGHT_ASSIGN_OR_RETURN(const bool row, rows.Next());
//     if (!row) break;
//     Use(rows.Text(0), rows.Int(1));
//   }
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace oversight::ledger {

class Connection {
 public:
  struct Settings {
    bool read_only = false;
    int cache_kib = 16384;
  };
  static absl::StatusOr<std::unique_ptr<Connection>> Open(const std::string& path, const Settings& settings);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // How long a statement waits for what another connection holds.
  static constexpr int kBusyMs = 5000;
  void SetBusyTimeout(int milliseconds) { sqlite3_busy_timeout(db_, milliseconds); }
  // Runs statements that give no rows.
  absl::Status Execute(const char* sql);
  sqlite3* handle() const { return db_; }

 private:
  explicit Connection(sqlite3* db) : db_(db) {}
  sqlite3* db_;
};

// A parameter that is bytes, not text. The bytes must outlive the rows.
struct Bytes {
  std::string_view bytes;
};

// One run of a statement. Ends it when it goes.
class Rows {
 public:
  explicit Rows(sqlite3_stmt* statement) : statement_(statement) {}
  Rows(Rows&& other) noexcept : statement_(other.statement_) { other.statement_ = nullptr; }
  Rows& operator=(Rows&&) = delete;
  ~Rows() {
    if (statement_ != nullptr) sqlite3_reset(statement_);
  }

  absl::StatusOr<bool> Next();
  int64_t Int(int column) const { return sqlite3_column_int64(statement_, column); }
  bool IsNull(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }
  // Text or bytes.
  std::string_view View(int column) const {
    const void* data = sqlite3_column_blob(statement_, column);
    return {static_cast<const char*>(data), static_cast<size_t>(sqlite3_column_bytes(statement_, column))};
  }
  std::string Text(int column) const { return std::string(View(column)); }

 private:
  sqlite3_stmt* statement_;
};

// A prepared statement. Parameters are bound in order; texts must outlive the rows.
class Statement {
 public:
  static absl::StatusOr<Statement> Prepare(Connection& connection, const std::string& sql);
  Statement() = default;

  template <class... Args>
  Rows operator()(const Args&... args) {
    int index = 0;
    (Bind(++index, args), ...);
    return Rows(statement_.get());
  }
  // Runs a statement that gives no rows.
  template <class... Args>
  absl::Status Run(const Args&... args) {
    return (*this)(args...).Next().status();
  }
  // Binds one more parameter before the first row is asked for.
  template <class T>
  void BindAt(int index, const T& value) {
    Bind(index, value);
  }

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* s) const { sqlite3_finalize(s); }
  };
  void Bind(int index, int64_t value) { sqlite3_bind_int64(statement_.get(), index, value); }
  void Bind(int index, int value) { sqlite3_bind_int64(statement_.get(), index, value); }
  void Bind(int index, std::string_view text) {
    sqlite3_bind_text64(statement_.get(), index, text.data() == nullptr ? "" : text.data(), text.size(), SQLITE_STATIC,
                        SQLITE_UTF8);
  }
  void Bind(int index, const Bytes& value) {
    sqlite3_bind_blob64(statement_.get(), index, value.bytes.data() == nullptr ? "" : value.bytes.data(),
                        value.bytes.size(), SQLITE_STATIC);
  }
  template <class T>
  void Bind(int index, const std::optional<T>& value) {
    if (value) {
      Bind(index, *value);
    } else {
      sqlite3_bind_null(statement_.get(), index);
    }
  }

  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

}  // namespace oversight::ledger
