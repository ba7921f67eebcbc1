// The service under test as real processes on a store of its own: one on a SQLite file, or two replicas on a private
// PostgreSQL, with a forces-service beside it that is left alone. Each replica can be killed and started again, and so
// can the server of the database. Not thread-safe.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "tests/crash/checks.h"
#include "tests/crash/target.h"
#include "tests/support/postgres.h"
#include "tests/support/server_process.h"
#include "tests/support/temp_dir.h"

namespace oversight::crash {

// A forces-service with the register of data/forces.csv in it, which concerns-service asks whether a force exists.
class Register {
 public:
  static absl::StatusOr<std::unique_ptr<Register>> Start();
  const std::string& address() const { return server_->address(); }

 private:
  const testing::TempDir folder_;
  std::unique_ptr<testing::ServerProcess> server_;
};

class Deployment {
 public:
  // On a new store: a SQLite file, or a schema of `server` when that is not null.
  Deployment(const Register& forces, testing::Postgres* server);

  int replicas() const { return static_cast<int>(processes_.size()); }
  Target& target() { return target_; }
  const std::string& store() const { return store_; }

  // Starts a replica that is down and waits until it serves.
  absl::Status Start(int replica, const std::vector<std::string>& environment = {});
  // Starts it and does not wait: nobody is told of it.
  void Begin(int replica, const std::vector<std::string>& environment = {});
  bool Running(int replica);
  // SIGKILL.
  void Kill(int replica);
  // SIGTERM; an error when it does not stop in good time or says that something went wrong.
  absl::Status Stop(int replica);
  // Waits until it has died of SIGKILL by its own hand.
  absl::Status WaitUntilDead(int replica);

  // What the database says of its own files, where it can be asked.
  absl::Status CheckFiles();
  // Where the output of a replica is kept while this lives.
  std::string LogFile(int replica) const;

 private:
  const testing::TempDir folder_;
  const std::string forces_;
  const std::string store_;
  Target target_;
  std::vector<std::unique_ptr<testing::ServerProcess>> processes_;
};

}  // namespace oversight::crash
