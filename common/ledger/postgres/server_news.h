// What the connections of this process to one store learn of its servers for each other. Thread-safe.
#pragma once

#include <atomic>

#include "common/ledger/types.h"

namespace oversight::ledger {

class ServerNews {
 public:
  // The last revision that this process knows of, and so may have told its callers of: a server that has less must not
  // answer for the store.
  Revision told() const { return told_.load(); }
  void Told(Revision revision) {
    Revision now = told_.load();
    while (now < revision && !told_.compare_exchange_weak(now, revision)) continue;
  }
  // The store was emptied, to be filled from the beginning.
  void BeginAnew() { told_.store(0); }
  // How often a server was given up because it said nothing. Other connections of before are likely to lead to the same
  // one: better a new one than to wait for it once more.
  int given_up() const { return given_up_.load(); }
  void GivenUp() { given_up_.fetch_add(1); }

 private:
  std::atomic<Revision> told_{0};
  std::atomic<int> given_up_{0};
};

}  // namespace oversight::ledger
