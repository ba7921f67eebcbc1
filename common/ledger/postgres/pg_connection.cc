#include "common/ledger/postgres/pg_connection.h"

#include <poll.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/ledger/failpoint.h"
#include "common/ledger/postgres/pg_status.h"
#include "common/rpc/errors.h"

namespace oversight::ledger {
namespace {

// Of pg_type.h, which is not among the client's headers. They are fixed for good.
constexpr Oid kInt8 = 20, kBytea = 17, kText = 25, kInt8Array = 1016, kByteaArray = 1001;

void AppendInt32(std::string& out, int64_t value) {
  char bytes[4];
  for (int i = 0; i < 4; ++i) bytes[i] = static_cast<char>(static_cast<uint32_t>(value) >> (24 - 8 * i));
  out.append(bytes, sizeof(bytes));
}
void AppendInt64(std::string& out, int64_t value) {
  char bytes[8];
  for (int i = 0; i < 8; ++i) bytes[i] = static_cast<char>(static_cast<uint64_t>(value) >> (56 - 8 * i));
  out.append(bytes, sizeof(bytes));
}
// The head of a one-dimensional array in PostgreSQL's binary format.
std::string ArrayOf(Oid element, size_t count, bool has_null) {
  std::string out;
  AppendInt32(out, count == 0 ? 0 : 1);
  AppendInt32(out, has_null ? 1 : 0);
  AppendInt32(out, element);
  if (count == 0) return out;
  AppendInt32(out, static_cast<int64_t>(count));
  AppendInt32(out, 1);
  return out;
}

void IgnoreNotices(void*, const PGresult*) {}

}  // namespace

PgParams& PgParams::Int(int64_t value) {
  types_.push_back(kInt8);
  AppendInt64(values_.emplace_back(), value);
  return *this;
}
PgParams& PgParams::Bytes(std::string_view value) {
  types_.push_back(kBytea);
  values_.emplace_back(value);
  return *this;
}
PgParams& PgParams::Text(std::string_view value) {
  types_.push_back(kText);
  values_.emplace_back(value);
  return *this;
}
PgParams& PgParams::Ints(const std::vector<int64_t>& values) {
  std::string out = ArrayOf(kInt8, values.size(), false);
  for (const int64_t value : values) {
    AppendInt32(out, 8);
    AppendInt64(out, value);
  }
  types_.push_back(kInt8Array);
  values_.push_back(std::move(out));
  return *this;
}
PgParams& PgParams::MaybeInts(const std::vector<std::optional<int64_t>>& values) {
  std::string out = ArrayOf(kInt8, values.size(), true);
  for (const auto& value : values) {
    AppendInt32(out, value ? 8 : -1);
    if (value) AppendInt64(out, *value);
  }
  types_.push_back(kInt8Array);
  values_.push_back(std::move(out));
  return *this;
}
PgParams& PgParams::BytesEach(const std::vector<std::string_view>& values) {
  std::string out = ArrayOf(kBytea, values.size(), false);
  for (const std::string_view value : values) {
    AppendInt32(out, static_cast<int64_t>(value.size()));
    out.append(value);
  }
  types_.push_back(kByteaArray);
  values_.push_back(std::move(out));
  return *this;
}
PgParams& PgParams::MaybeBytesEach(const std::vector<std::optional<std::string_view>>& values) {
  std::string out = ArrayOf(kBytea, values.size(), true);
  for (const auto& value : values) {
    AppendInt32(out, value ? static_cast<int64_t>(value->size()) : -1);
    if (value) out.append(*value);
  }
  types_.push_back(kByteaArray);
  values_.push_back(std::move(out));
  return *this;
}

int64_t PgRows::Int(int row, int column) const {
  uint64_t value = 0;
  for (const char c : View(row, column)) value = value << 8 | static_cast<unsigned char>(c);
  return static_cast<int64_t>(value);
}

absl::StatusOr<std::unique_ptr<PgConnection>> PgConnection::Open(const std::string& url) {
  // What the url says comes later and wins.
  const char* keys[] = {"application_name",    "connect_timeout",  "keepalives_idle",
                        "keepalives_interval", "keepalives_count", "tcp_user_timeout",
                        "client_encoding",     "dbname",           nullptr};
  const char* values[] = {"oversight", "5", "5", "2", "3", "10000", "UTF8", url.c_str(), nullptr};
  std::unique_ptr<PgConnection> connection(new PgConnection(PQconnectdbParams(keys, values, /*expand_dbname=*/1)));
  if (PQstatus(connection->handle()) != CONNECTION_OK) {
    return FromPostgres(nullptr, connection->handle(), "connecting");
  }
  PQsetNoticeReceiver(connection->handle(), IgnoreNotices, nullptr);
  return connection;
}

bool PgConnection::Alive() {
  // An idle server says little: a notice, or why it goes, and then the end. Each look takes in one of these.
  for (int look = 0; look < 4 && PQstatus(connection_) == CONNECTION_OK; ++look) {
    pollfd socket{PQsocket(connection_), POLLIN, 0};
    if (poll(&socket, 1, 0) == 0) return true;
    if (PQconsumeInput(connection_) != 1) return false;
  }
  return PQstatus(connection_) == CONNECTION_OK;
}

absl::Status PgConnection::Execute(const std::string& sql, std::string* code) {
  const PgRows result(PQexec(connection_, sql.c_str()));
  return FromPostgres(result.get(), connection_, sql.substr(0, 80).c_str(), code);
}

absl::StatusOr<std::string> PgConnection::Prepared(const PgStatement& statement, const PgParams& params) {
  const auto it = prepared_.find(&statement);
  if (it != prepared_.end()) return it->second;
  std::string name = absl::StrCat("s", prepared_.size());
  const PgRows result(PQprepare(connection_, name.c_str(), statement.sql.c_str(),
                                static_cast<int>(params.types().size()), params.types().data()));
  OVERSIGHT_RETURN_IF_ERROR(FromPostgres(result.get(), connection_, statement.sql.c_str()));
  prepared_.emplace(&statement, name);
  return name;
}

namespace {

// The parameters as libpq takes them.
struct Raw {
  explicit Raw(const PgParams& params) {
    for (const std::string& value : params.values()) {
      values.push_back(value.data());
      lengths.push_back(static_cast<int>(value.size()));
      formats.push_back(1);
    }
  }
  int count() const { return static_cast<int>(values.size()); }
  std::vector<const char*> values;
  std::vector<int> lengths, formats;
};

}  // namespace

absl::StatusOr<PgRows> PgConnection::Query(const PgStatement& statement, const PgParams& params) {
  OVERSIGHT_ASSIGN_OR_RETURN(const std::string name, Prepared(statement, params));
  const Raw raw(params);
  PgRows result(PQexecPrepared(connection_, name.c_str(), raw.count(), raw.values.data(), raw.lengths.data(),
                               raw.formats.data(), /*resultFormat=*/1));
  OVERSIGHT_RETURN_IF_ERROR(FromPostgres(result.get(), connection_, statement.sql.c_str()));
  return result;
}

absl::StatusOr<std::vector<PgRows>> PgConnection::Pipeline(const std::vector<Step>& steps, std::string* code) {
  code->clear();
  std::vector<std::string> names;
  for (const Step& step : steps) {
    OVERSIGHT_ASSIGN_OR_RETURN(names.emplace_back(), Prepared(*step.statement, step.params));
  }
  const auto lost = [&] { return FromPostgres(nullptr, connection_, "a pipeline"); };
  if (PQenterPipelineMode(connection_) != 1) return lost();
  for (size_t i = 0; i < steps.size(); ++i) {
    const Raw raw(steps[i].params);
    if (PQsendQueryPrepared(connection_, names[i].c_str(), raw.count(), raw.values.data(), raw.lengths.data(),
                            raw.formats.data(), /*resultFormat=*/1) != 1) {
      return lost();
    }
  }
  if (PQpipelineSync(connection_) != 1) return lost();
  Pass(Failpoint::kPipelineSent);

  absl::Status status;
  std::vector<PgRows> all;
  for (const Step& step : steps) {
    PgRows result(PQgetResult(connection_));
    if (result.get() == nullptr) return lost();
    if (status.ok()) status = FromPostgres(result.get(), connection_, step.statement->sql.c_str(), code);
    all.push_back(std::move(result));
    // A null ends the answer of each step. After a lost connection there may be further errors, and then no end.
    while (PGresult* more = PQgetResult(connection_)) {
      PQclear(more);
      if (PQstatus(connection_) != CONNECTION_OK) return status.ok() ? lost() : status;
    }
  }
  const PgRows sync(PQgetResult(connection_));
  if (sync.get() == nullptr || PQresultStatus(sync.get()) != PGRES_PIPELINE_SYNC) {
    code->clear();
    return lost();
  }
  if (PQexitPipelineMode(connection_) != 1) return lost();
  if (!status.ok()) return status;
  return all;
}

}  // namespace oversight::ledger
