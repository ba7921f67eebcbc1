// One that keeps every tree head it was given, as an outside witness does, and sees that the log was only ever added
// to: also by the heads it was given just before a crash. For one thread.
#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "common/ledger/merkle.h"
#include "tests/crash/checks.h"
#include "tests/crash/target.h"

namespace oversight::crash {

class Heads {
 public:
  Heads(Target& target, uint64_t seed) : target_(target), random_(seed) {}

  // Asks a replica for the head it has now; nothing when it does not answer.
  void Take(int replica);
  // Asks a replica for the head of all of `log`, for proofs that it holds the heads taken before, and for proofs that
  // some transactions are in it.
  Findings Check(const Log& log, int replica);

 private:
  struct Head {
    int64_t size = 0;
    ledger::Hash root{};
  };
  void CheckConsistency(LedgerStub& stub, const Head& old, const Head& now, Findings& findings);
  void CheckInclusion(LedgerStub& stub, const Log& log, const Head& now, Findings& findings);

  Target& target_;
  std::mt19937_64 random_;
  std::vector<Head> taken_;
};

}  // namespace oversight::crash
