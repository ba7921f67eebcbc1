// A private PostgreSQL for one test binary: its own cluster in a temporary folder, reached by a unix socket alone, with
// fsync on as in production. It is stopped and removed when the binary ends, however it ends. For the main thread.
#pragma once

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
  // For a test that stops and starts its own. `settings` such as "max_connections=300" win over ours.
  static std::unique_ptr<Postgres> New(std::vector<std::string> settings = {});
  static bool Installed();
  ~Postgres();

  // The address of an empty store: a fresh schema.
  std::string NewStore();
  // Runs SQL and expects it to work.
  void Execute(const std::string& url, const std::string& sql);

  // As after a crash: backends are thrown out, nothing is flushed.
  void StopImmediately();
  void Start();

 private:
  explicit Postgres(std::vector<std::string> settings);
  std::string Url(const std::string& schema) const;

  const std::vector<std::string> settings_;
  const TempDir dir_;
  std::unique_ptr<Process> process_;
  int stores_ = 0;
};

}  // namespace oversight::testing
