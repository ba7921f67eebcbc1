#include "tests/support/postgres.h"

#include <libpq-fe.h>
#include <pwd.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/support/awaited.h"

namespace oversight::testing {
namespace {

const std::string kPrograms = "/usr/lib/postgresql/15/bin/";

// PostgreSQL refuses to run as root. setpriv becomes the program, so signals reach it, and it dies with the tests.
std::vector<std::string> AsServer(std::vector<std::string> command) {
  std::vector<std::string> all = {"/usr/bin/setpriv", "--pdeathsig", "QUIT"};
  if (geteuid() == 0) {
    for (const char* part : {"--reuid=postgres", "--regid=postgres", "--clear-groups"}) all.push_back(part);
  }
  all.insert(all.end(), command.begin(), command.end());
  return all;
}

[[noreturn]] void Die(const std::string& what) {
  std::fprintf(stderr, "the private PostgreSQL: %s\n", what.c_str());
  std::abort();
}

}  // namespace

bool Postgres::Installed() { return std::filesystem::exists(kPrograms + "initdb"); }

Postgres* Postgres::Get() {
  static const std::unique_ptr<Postgres> server = [] {
    if (!Installed()) {
      std::fprintf(stderr, "PostgreSQL 15 is not installed (%sinitdb is missing): its tests are skipped.\n",
                   kPrograms.c_str());
    }
    return Installed() ? New() : nullptr;
  }();
  return server.get();
}

std::unique_ptr<Postgres> Postgres::New(std::vector<std::string> settings, std::vector<std::string> environment) {
  std::unique_ptr<Postgres> server(new Postgres(std::move(settings), std::move(environment)));
  // What initdb itself writes need not survive a power cut.
  const Ran made = Run(AsServer({kPrograms + "initdb", "-D", server->data(), "-U", "oversight", "-A", "trust", "-E",
                                 "UTF8", "--locale=C", "--data-checksums", "--no-sync", "--no-instructions"}));
  if (made.code != 0) Die("initdb failed: " + made.err);
  server->Start();
  return server;
}

std::unique_ptr<Postgres> Postgres::NewStandby(std::vector<std::string> settings) {
  std::unique_ptr<Postgres> standby(new Postgres(std::move(settings), {}));
  const Ran made = Run(AsServer({kPrograms + "pg_basebackup", "-D", standby->data(), "-h", dir_ / "", "-U", "oversight",
                                 "--checkpoint=fast", "--wal-method=stream", "--write-recovery-conf", "--no-sync"}));
  if (made.code != 0) Die("pg_basebackup failed: " + made.err);
  standby->Start();
  return standby;
}

Postgres::Postgres(std::vector<std::string> settings, std::vector<std::string> environment)
    : settings_(std::move(settings)), environment_(std::move(environment)) {
  if (geteuid() != 0) return;
  const passwd* user = getpwnam("postgres");
  if (user == nullptr || chown((dir_ / "").c_str(), user->pw_uid, user->pw_gid) != 0) Die("no user postgres");
}

Postgres::~Postgres() { StopImmediately(); }

void Postgres::StopImmediately() { StopBy(SIGQUIT); }

void Postgres::Stop() { StopBy(SIGINT); }

void Postgres::StopBy(int signal) {
  if (!process_) return;
  Thaw();
  process_->Signal(signal);
  if (process_->Wait() < 0) Die("it does not stop");
  process_.reset();
}

void Postgres::Promote() { Execute("SELECT pg_promote(wait => true)"); }

std::vector<pid_t> Postgres::Processes() {
  std::vector<pid_t> all = {process_->pid()};
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    std::ifstream file(entry.path() / "stat");
    std::string stat;
    // 17 (postgres) S 16 ...
    if (!std::getline(file, stat) || stat.rfind(") ") == std::string::npos) continue;
    pid_t pid = 0, parent = 0;
    char state = 0;
    std::istringstream(stat) >> pid;
    std::istringstream(stat.substr(stat.rfind(") ") + 2)) >> state >> parent;
    if (parent == process_->pid()) all.push_back(pid);
  }
  return all;
}

void Postgres::Freeze() {
  // The one that makes the others first.
  for (const pid_t pid : Processes()) kill(pid, SIGSTOP);
  frozen_ = true;
}

void Postgres::Thaw() {
  if (!std::exchange(frozen_, false)) return;
  for (const pid_t pid : Processes()) kill(pid, SIGCONT);
}

void Postgres::Start() {
  std::vector<std::string> command = {kPrograms + "postgres", "-D", dir_ / "data", "-k", dir_ / ""};
  for (const char* setting : {"listen_addresses=", "max_connections=200", "fsync=on", "shared_buffers=32MB"}) {
    command.insert(command.end(), {"-c", setting});
  }
  for (const std::string& setting : settings_) command.insert(command.end(), {"-c", setting});  // The later one wins.
  process_ = std::make_unique<Process>(AsServer(std::move(command)), dir_ / "log", environment_);
  const auto limit = std::chrono::steady_clock::now() + kPatience;
  while (PQping(Url("public").c_str()) != PQPING_OK) {
    if (!process_->running() || std::chrono::steady_clock::now() > limit) Die("it does not start");
    usleep(5000);  // Between two knocks; nothing is assumed about how long it takes.
  }
}

std::string Postgres::Url(const std::string& schema) const {
  return absl::StrCat("postgres:///postgres?host=", dir_ / "", "&user=oversight&options=-csearch_path%3D", schema);
}

std::string Postgres::NewStore() {
  const std::string schema = absl::StrCat("store_", ++stores_);
  std::string url = Url(schema);
  Execute(url, absl::StrCat("CREATE SCHEMA ", schema));
  return url;
}

std::string Postgres::ThroughPort(const std::string& url, int port) {
  const size_t from = url.find("host="), to = url.find('&', from);
  return absl::StrCat(url.substr(0, from), "host=127.0.0.1&port=", port, url.substr(to));
}

std::string Postgres::AtHosts(const std::string& url, const std::vector<const Postgres*>& servers) {
  std::string hosts;
  for (const Postgres* server : servers) absl::StrAppend(&hosts, hosts.empty() ? "" : ",", server->dir_ / "");
  const size_t from = url.find("host="), to = url.find('&', from);
  return absl::StrCat(url.substr(0, from), "host=", hosts, url.substr(to));
}

std::string Postgres::Ask(const std::string& sql) {
  return Ask(Url("public") + "%20-cdefault_transaction_read_only%3Doff", sql);
}

std::string Postgres::Ask(const std::string& url, const std::string& sql) {
  PGconn* connection = PQconnectdb(url.c_str());
  PGresult* result = PQexec(connection, sql.c_str());
  const auto status = PQresultStatus(result);
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) Die(sql + ": " + PQerrorMessage(connection));
  std::string value = PQntuples(result) > 0 && PQnfields(result) > 0 ? PQgetvalue(result, 0, 0) : "";
  PQclear(result);
  PQfinish(connection);
  return value;
}

}  // namespace oversight::testing
