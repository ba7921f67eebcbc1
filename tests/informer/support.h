// What the watch and informer tests share: forces to store, and a ledger in a folder of its own.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/ledger/ledger.h"
#include "common/ledger/store.h"
#include "common/rpc/resources.h"
#include "common/time/clock.h"
#include "gtest/gtest.h"
#include "oversight/forces/v1/force.pb.h"
#include "tests/support/awaited.h"
#include "tests/support/ledger_calls.h"
#include "tests/support/temp_dir.h"

namespace oversight::testing {

inline ledger::Change PutForce(const std::string& id, const std::string& region) {
  forces::v1::Force force;
  force.set_name("forces/" + id);
  force.set_region(region);
  return Put(force.name(), rpc::ToPayload(force), {}, forces::v1::Force::descriptor()->full_name());
}
inline ledger::Change DeleteForce(const std::string& id) {
  ledger::Change change = PutForce(id, "gone");
  change.operation = ledger::Change::Operation::kDelete;
  return change;
}
inline ledger::Revision Store(ledger::Ledger& ledger, std::vector<ledger::Change> changes) {
  const auto committed = CommitNow(ledger, Storing(std::move(changes)));
  EXPECT_TRUE(committed.ok()) << committed.status();
  return committed.ok() ? committed->revision : -1;
}

struct OwnLedger {
  explicit OwnLedger(ledger::Options options = {}) {
    auto engine = ledger::EngineFor("sqlite:" + (folder / "store.db"));
    auto opened = ledger::Ledger::Open(*std::move(engine), clock, options);
    EXPECT_TRUE(opened.ok()) << opened.status();
    ledger = *std::move(opened);
  }
  TempDir folder;
  SystemClock clock;
  std::unique_ptr<ledger::Ledger> ledger;
  ledger::Ledger* operator->() { return ledger.get(); }
  ledger::Ledger& operator*() { return *ledger; }
};

}  // namespace oversight::testing
