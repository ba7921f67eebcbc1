// One store and all who use it: the deployment, writers and watchers. A cycle is: the writers work, something is made
// to crash, what is down is started again, the writers work on, everybody rests, and everything is checked. Not
// thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "tests/crash/checks.h"
#include "tests/crash/deployment.h"
#include "tests/crash/heads.h"
#include "tests/crash/watcher.h"
#include "tests/crash/writers.h"

namespace oversight::crash {

// What is made to crash, and how.
struct Blow {
  enum class Kind {
    kReplica,    // kill -9 of one replica, at a random point
    kFailpoint,  // a replica kills itself at a named point
    kStartUp,    // kill -9 of one replica, and again while it starts
    kEverybody,  // kill -9 of all replicas at once
    kServer,     // the database server stops at once, as by pg_ctl stop -m immediate
  };
  std::string name;
  Kind kind = Kind::kReplica;
  std::string failpoint;
};
// All there are for a store on SQLite, or on PostgreSQL.
std::vector<Blow> Blows(bool postgres);

// What a scene counted.
struct Counts {
  int64_t acknowledged = 0;  // writes
  int64_t from_record = 0;   // of these, acknowledged only when they were sent again
  int64_t given_up = 0;      // writes that nobody asked about again
  int64_t replayed = 0;      // writes sent again, to see that they have one outcome
  int64_t transactions = 0;  // in the log
};

class Scene {
 public:
  // `server`: as for Deployment.
  Scene(const Register& forces, testing::Postgres* server, int clients, uint64_t seed);

  // Starts everything on the new store.
  absl::Status Begin();
  // One cycle. What it finds wrong; findings also of what should not happen, such as a replica that does not start.
  Findings Cycle(const Blow& blow);
  Counts counts();
  std::string LogFile(int replica) const { return deployment_.LogFile(replica); }

 private:
  absl::Status Strike(const Blow& blow);
  absl::Status RestartWhatIsDown();
  absl::Status Writing(int64_t more);
  Findings Check();
  void SendAgain(Findings& findings);
  void SendOneAgain(Sent& sent, Findings& findings);
  absl::StatusOr<Reply> Ask(Sent& sent);
  void CheckReads(const Log& log, int replica, Findings& findings);
  int64_t Dice(int64_t sides) { return static_cast<int64_t>(random_() % static_cast<uint64_t>(sides)); }

  testing::Postgres* const server_;
  const int clients_;
  const uint64_t seed_;
  std::mt19937_64 random_;
  Deployment deployment_;
  std::vector<Write> prepared_;
  std::unique_ptr<Writers> writers_;
  std::vector<std::unique_ptr<Watcher>> watchers_;
  Heads heads_;
  Log before_;
  int64_t replayed_ = 0;
};

}  // namespace oversight::crash
