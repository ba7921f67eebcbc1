#include "common/ledger/postgres/pg_connection.h"

#include <poll.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/ledger/failpoint.h"
#include "common/ledger/postgres/pg_status.h"
#include "common/ledger/status.h"
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

// Looked again this often, whatever poll says: an encrypting library may hold bytes that poll knows nothing of.
constexpr absl::Duration kLook = absl::Milliseconds(500);

bool NamesSeveralHosts(const std::string& url) {
  const std::unique_ptr<PQconninfoOption, void (*)(PQconninfoOption*)> options(PQconninfoParse(url.c_str(), nullptr),
                                                                               PQconninfoFree);
  if (options == nullptr) return false;
  for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option) {
    const std::string_view keyword = option->keyword;
    if ((keyword == "host" || keyword == "hostaddr") && option->val != nullptr &&
        std::string_view(option->val).find(',') != std::string_view::npos) {
      return true;
    }
  }
  return false;
}

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

std::unique_ptr<PgConnection> PgConnection::Try(const PgAddress& address, const char* session) {
  const std::string timeout = absl::StrCat(
      std::clamp<int64_t>(absl::ToInt64Seconds(address.patience / 2), 2, 5));  // libpq knows no shorter one
  // What the url says comes later and wins.
  const char* keys[] = {"application_name", "connect_timeout",
                        "keepalives_idle",  "keepalives_interval",
                        "keepalives_count", "tcp_user_timeout",
                        "client_encoding",  "target_session_attrs",
                        "dbname",           nullptr};
  const char* values[] = {"oversight", timeout.c_str(),     "5",    "2", "3", "10000", "UTF8",
                          session,     address.url.c_str(), nullptr};
  return std::unique_ptr<PgConnection>(new PgConnection(PQconnectdbParams(keys, values, /*expand_dbname=*/1), address));
}

absl::StatusOr<std::unique_ptr<PgConnection>> PgConnection::Open(const PgAddress& address) {
  // A standby knows less than was told to callers: it is for when there is nothing else.
  std::unique_ptr<PgConnection> connection;
  if (NamesSeveralHosts(address.url)) connection = Try(address, "primary");
  if (connection == nullptr || PQstatus(connection->handle()) != CONNECTION_OK) connection = Try(address, "any");
  if (PQstatus(connection->handle()) != CONNECTION_OK) {
    return FromPostgres(nullptr, connection->handle(), "connecting");
  }
  PQsetNoticeReceiver(connection->handle(), Notice, connection.get());
  if (PQsetnonblocking(connection->handle(), 1) != 0) return FromPostgres(nullptr, connection->handle(), "connecting");
  // What nobody waits for any more must not stay in the server. A database that does not know it may refuse it.
  connection->Execute("SET client_connection_check_interval = '5s'").IgnoreError();
  return connection;
}

void PgConnection::Notice(void* self, const PGresult* notice) {
  const char* severity = PQresultErrorField(notice, PG_DIAG_SEVERITY_NONLOCALIZED);
  if (severity == nullptr || std::string_view(severity) != "WARNING") return;
  static_cast<PgConnection*>(self)->warned_ = true;
  spdlog::warn("PostgreSQL: {}", PQresultErrorMessage(notice));
}

bool PgConnection::standby() const {
  // Kept up to date by the server. Older ones, and others, do not tell.
  const char* value = PQparameterStatus(connection_, "in_hot_standby");
  return value != nullptr && std::string_view(value) == "on";
}

bool PgConnection::Wait(bool writing) {
  const absl::Time limit = absl::Now() + silence_;
  while (true) {
    pollfd socket{PQsocket(connection_), static_cast<int16_t>(writing ? POLLIN | POLLOUT : POLLIN), 0};
    const absl::Duration left = std::min(limit - absl::Now(), kLook);
    const int ready = poll(&socket, 1, static_cast<int>(std::max<int64_t>(absl::ToInt64Milliseconds(left), 0)));
    if (PQconsumeInput(connection_) != 1) return false;
    if (ready > 0 || (!writing && PQisBusy(connection_) == 0)) return true;
    if (absl::Now() < limit) continue;
    given_up_ = true;
    news_->GivenUp();
    spdlog::error("PostgreSQL: the server has said nothing for {} s; the connection is given up",
                  absl::ToInt64Seconds(silence_));
    return false;
  }
}

bool PgConnection::Flush() {
  while (!Lost()) {
    const int left = PQflush(connection_);
    if (left == 0) return true;
    // Also while it is sent there may be answers, and a server that cannot get rid of them stops taking in.
    if (left < 0 || !Wait(/*writing=*/true)) return false;
  }
  return false;
}

PgRows PgConnection::Result() {
  // On a connection that is lost, PQgetResult says so and waits for nothing.
  while (!given_up_ && PQisBusy(connection_) != 0 && Wait(/*writing=*/false)) continue;
  return PgRows(given_up_ ? nullptr : PQgetResult(connection_));
}

PgRows PgConnection::Answer(bool sent) {
  PgRows last(nullptr);
  if (!sent || !Flush()) return last;
  while (true) {
    PgRows next = Result();
    if (next.get() == nullptr) return last;
    last = std::move(next);
  }
}

bool PgConnection::Alive() {
  if (news_->given_up() != given_up_before_) return false;
  // An idle server says little: a notice, or why it goes, and then the end. Each look takes in one of these.
  for (int look = 0; look < 4 && !Lost(); ++look) {
    pollfd socket{PQsocket(connection_), POLLIN, 0};
    if (poll(&socket, 1, 0) == 0) return true;
    if (PQconsumeInput(connection_) != 1) return false;
  }
  return !Lost();
}

absl::Status PgConnection::FailureOf(const PgRows& result, const std::string& what, std::string* code) const {
  if (!given_up_) return FromPostgres(result.get(), connection_, what.c_str(), code);
  if (code != nullptr) code->clear();
  return StoreUnavailable();
}

absl::Status PgConnection::Execute(const std::string& sql, std::string* code) {
  const PgRows result = Answer(!Lost() && PQsendQuery(connection_, sql.c_str()) == 1);
  return FailureOf(result, sql.substr(0, 80), code);
}

absl::StatusOr<std::string> PgConnection::Prepared(const PgStatement& statement, const PgParams& params) {
  const auto it = prepared_.find(&statement);
  if (it != prepared_.end()) return it->second;
  std::string name = absl::StrCat("s", prepared_.size());
  const PgRows result =
      Answer(!Lost() && PQsendPrepare(connection_, name.c_str(), statement.sql.c_str(),
                                      static_cast<int>(params.types().size()), params.types().data()) == 1);
  OVERSIGHT_RETURN_IF_ERROR(FailureOf(result, statement.sql));
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
  PgRows result = Answer(PQsendQueryPrepared(connection_, name.c_str(), raw.count(), raw.values.data(),
                                             raw.lengths.data(), raw.formats.data(), /*resultFormat=*/1) == 1);
  OVERSIGHT_RETURN_IF_ERROR(FailureOf(result, statement.sql));
  return result;
}

absl::StatusOr<std::vector<PgRows>> PgConnection::Pipeline(const std::vector<Step>& steps, std::string* code) {
  code->clear();
  std::vector<std::string> names;
  for (const Step& step : steps) {
    OVERSIGHT_ASSIGN_OR_RETURN(names.emplace_back(), Prepared(*step.statement, step.params));
  }
  const auto lost = [&] {
    code->clear();
    return FailureOf(PgRows(nullptr), "a pipeline");
  };
  if (PQenterPipelineMode(connection_) != 1) return lost();
  for (size_t i = 0; i < steps.size(); ++i) {
    const Raw raw(steps[i].params);
    if (PQsendQueryPrepared(connection_, names[i].c_str(), raw.count(), raw.values.data(), raw.lengths.data(),
                            raw.formats.data(), /*resultFormat=*/1) != 1) {
      return lost();
    }
  }
  if (PQpipelineSync(connection_) != 1 || !Flush()) return lost();
  Pass(Failpoint::kPipelineSent);

  absl::Status status;
  std::vector<PgRows> all;
  for (const Step& step : steps) {
    PgRows result = Result();
    if (result.get() == nullptr) return lost();
    if (status.ok()) status = FailureOf(result, step.statement->sql, code);
    all.push_back(std::move(result));
    // A null ends the answer of each step. After a lost connection there may be further errors, and then no end.
    while (true) {
      const PgRows more = Result();
      if (more.get() == nullptr) break;
      if (Lost()) return status.ok() ? lost() : status;
    }
    if (given_up_) return lost();
  }
  const PgRows sync = Result();
  if (sync.get() == nullptr || PQresultStatus(sync.get()) != PGRES_PIPELINE_SYNC) return lost();
  if (PQexitPipelineMode(connection_) != 1) return lost();
  if (!status.ok()) return status;
  return all;
}

}  // namespace oversight::ledger
