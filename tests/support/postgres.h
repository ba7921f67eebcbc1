// A private PostgreSQL for one test binary: its own cluster in a temporary folder, reached by a unix socket alone, with
// fsync on and page checksums as in production. It is stopped and removed when the binary ends, however it ends. It can
// be stopped, frozen and followed by a standby. For the main thread.
#pragma once

#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/support/process.h"
#include "tests/support/temp_dir.h"

namespace oversight::testing {

class Postgres {
 public:
  // The one of this binary, made when it is first asked for; null, after one line that says so, where PostgreSQL is not
  // installed.
  static Postgres* Get();
  // For a test that stops and starts its own. `settings` such as "max_connections=300" win over ours; `environment`
  // holds NAME=value for the server.
  static std::unique_ptr<Postgres> New(std::vector<std::string> settings = {},
                                       std::vector<std::string> environment = {});
  static bool Installed();
  ~Postgres();

  // Makes a standby that follows this one and serves reads. It must go before this one does.
  std::unique_ptr<Postgres> NewStandby(std::vector<std::string> settings = {});
  // Of a standby: makes it a server of its own.
  void Promote();

  // The address of an empty store: a fresh schema.
  std::string NewStore();
  // The same store by other ways: through a gate at this port of 127.0.0.1, and at the first of several hosts, which
  // libpq tries in turn.
  static std::string ThroughPort(const std::string& url, int port);
  static std::string AtHosts(const std::string& url, const std::vector<const Postgres*>& servers);
  // Where its unix socket is, and where its files are.
  std::string socket() const { return dir_ / ".s.PGSQL.5432"; }
  std::string data(const std::string& path = "") const { return dir_ / ("data/" + path); }

  // Runs SQL on a store, or on the database as one who may change it whatever is set, and expects it to work.
  void Execute(const std::string& url, const std::string& sql) { Ask(url, sql); }
  void Execute(const std::string& sql) { Ask(sql); }
  // The same, and gives the first value.
  std::string Ask(const std::string& url, const std::string& sql);
  std::string Ask(const std::string& sql);

  // As after a crash: backends are thrown out, nothing is flushed. It may have ended by itself.
  void StopImmediately();
  // Backends are thrown out and everything is flushed: the next start replays no log, so files are read as they are.
  void Stop();
  void Start();
  bool running() { return process_ != nullptr && process_->running(); }
  // Stops and goes on: the whole server stands still, with every connection open.
  void Freeze();
  void Thaw();

 private:
  Postgres(std::vector<std::string> settings, std::vector<std::string> environment);
  std::string Url(const std::string& schema) const;
  void StopBy(int signal);
  std::vector<pid_t> Processes();

  const std::vector<std::string> settings_, environment_;
  const TempDir dir_;
  std::unique_ptr<Process> process_;
  bool frozen_ = false;
  int stores_ = 0;
};

}  // namespace oversight::testing
