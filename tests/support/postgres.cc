#include "tests/support/postgres.h"

#include <libpq-fe.h>
#include <pwd.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
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

std::unique_ptr<Postgres> Postgres::New(std::vector<std::string> settings) {
  return std::unique_ptr<Postgres>(new Postgres(std::move(settings)));
}

Postgres::Postgres(std::vector<std::string> settings) : settings_(std::move(settings)) {
  if (geteuid() == 0) {
    const passwd* user = getpwnam("postgres");
    if (user == nullptr || chown((dir_ / "").c_str(), user->pw_uid, user->pw_gid) != 0) Die("no user postgres");
  }
  // What initdb itself writes need not survive a power cut.
  const Ran made = Run(AsServer({kPrograms + "initdb", "-D", dir_ / "data", "-U", "oversight", "-A", "trust", "-E",
                                 "UTF8", "--locale=C", "--no-sync", "--no-instructions"}));
  if (made.code != 0) Die("initdb failed: " + made.err);
  Start();
}

Postgres::~Postgres() { StopImmediately(); }

void Postgres::StopImmediately() {
  if (!process_) return;
  process_->Signal(SIGQUIT);
  if (process_->Wait() < 0) Die("it does not stop");
  process_.reset();
}

void Postgres::Start() {
  std::vector<std::string> command = {kPrograms + "postgres", "-D", dir_ / "data", "-k", dir_ / ""};
  for (const char* setting : {"listen_addresses=", "max_connections=200", "fsync=on", "shared_buffers=32MB"}) {
    command.insert(command.end(), {"-c", setting});
  }
  for (const std::string& setting : settings_) command.insert(command.end(), {"-c", setting});  // The later one wins.
  process_ = std::make_unique<Process>(AsServer(std::move(command)), dir_ / "log");
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

void Postgres::Execute(const std::string& url, const std::string& sql) {
  PGconn* connection = PQconnectdb(url.c_str());
  PGresult* result = PQexec(connection, sql.c_str());
  const auto status = PQresultStatus(result);
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) Die(sql + ": " + PQerrorMessage(connection));
  PQclear(result);
  PQfinish(connection);
}

}  // namespace oversight::testing
