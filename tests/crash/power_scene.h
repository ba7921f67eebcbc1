// The ledger on a SQLite store, in this process, that loses power again and again: clients write, the power goes at a
// random write, sync, truncation or removal of a file, also while the store is made, opened or recovered; what was not
// synced is lost, or part of it; the store is opened again and everything is checked. A FaultyVfs is the process's file
// system while this lives, so open no other database then. Not thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "common/ledger/ledger.h"
#include "common/time/clock.h"
#include "tests/crash/checks.h"
#include "tests/support/faulty_vfs.h"
#include "tests/support/temp_dir.h"
#include "tests/support/unsynced.h"

namespace oversight::crash {

class PowerScene {
 public:
  explicit PowerScene(uint64_t seed);

  // The disk answers syncs that it does not do: cycles must find losses then.
  void Lie() { disk_.Lie(); }
  Findings Cycle();

  int64_t acknowledged() const;
  int64_t sent_again() const { return sent_again_; }
  int64_t unanswered() const;
  // How often the power went again before the store was put in order.
  int64_t cut_in_recovery() const { return cut_in_recovery_; }

 private:
  // A write that can be sent again.
  struct Sent {
    Write write;
    std::vector<ledger::Change> changes;
  };
  absl::StatusOr<std::unique_ptr<ledger::Ledger>> Open();
  Sent Make(std::mt19937_64& random, int client);
  // Sends it; true when there was an answer.
  static bool Send(ledger::Ledger& ledger, Sent& sent);
  void WriteUntilPowerGoes(ledger::Ledger& ledger);
  // Puts what the power left over into the files.
  void PowerBack();
  Findings Check();
  uint64_t Dice(uint64_t sides) { return random_() % sides; }

  std::mt19937_64 random_;
  const testing::TempDir folder_;
  const std::string path_;
  testing::UnsyncedWrites disk_;
  testing::FaultyVfs vfs_;
  const SystemClock clock_;
  std::vector<std::unique_ptr<Sent>> sent_;
  Log before_;
  int64_t made_ = 0, sent_again_ = 0, cut_in_recovery_ = 0;
};

}  // namespace oversight::crash
