// The fixture of the conformance suites: one empty store of the engine under test, opened and reopened at will, and a
// way to hold the writer still so that what is queued meanwhile is known. For one test thread.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include <future>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/ledger/ledger.h"
#include "common/rpc/errors.h"
#include "tests/ledger/engine_factory.h"
#include "tests/support/faulty_engine.h"
#include "tests/support/ledger_calls.h"

namespace oversight::ledger {

// A command that waits inside decide until told to go on: while it waits, the writer does nothing else.
class Hold {
 public:
  explicit Hold(Ledger& ledger, absl::StatusOr<Decision> decision = Decision{}) {
    Command command = testing::Deciding([entered = entered_, go = go_.get_future().share(), decision](View&) {
      entered->set_value();
      go.wait();
      return decision;
    });
    ledger.Commit(std::move(command), done_.callback());
    entered_->get_future().wait();
  }
  ~Hold() { Release(); }
  void Release() {
    if (!released_) go_.set_value();
    released_ = true;
  }
  absl::StatusOr<Committed> Take() { return done_.Take(); }

 private:
  std::shared_ptr<std::promise<void>> entered_ = std::make_shared<std::promise<void>>();
  std::promise<void> go_;
  bool released_ = false;
  testing::Awaited<Committed> done_;
};

class LedgerTest : public ::testing::TestWithParam<EngineParam> {
 protected:
  void SetUp() override {
    spdlog::set_level(spdlog::level::off);
    store_ = GetParam().new_store();
    Open();
  }
  void TearDown() override { ledger_.reset(); }

  void Open() {
    ledger_.reset();
    auto opened = TryOpen();
    ASSERT_TRUE(opened.ok()) << opened.status();
    ledger_ = *std::move(opened);
  }
  absl::StatusOr<std::unique_ptr<Ledger>> TryOpen() {
    return Ledger::Open(std::make_unique<testing::FaultyEngine>(store_->NewEngine(), faults_), clock_, options_);
  }

  // Stores changes and expects that to work.
  Committed Store(std::vector<Change> changes, const std::string& request_id = "") {
    auto committed = testing::CommitNow(*ledger_, testing::Storing(std::move(changes), request_id));
    EXPECT_TRUE(committed.ok()) << committed.status();
    return committed.ok() ? *committed : Committed{};
  }
  // The payload of a resource, or "none".
  std::string Payload(const std::string& name, const AsOf& as_of = {}) {
    auto got = testing::GetNow(*ledger_, name, as_of);
    EXPECT_TRUE(got.ok()) << got.status();
    if (!got.ok()) return "error";
    return got->version ? got->version->payload : "none";
  }
  // The names of all things that have the terms, in list order.
  std::vector<std::string> Names(std::vector<Term> all_of, const AsOf& as_of = {}) {
    auto list =
        testing::ListNow(*ledger_, {.kind = "test.Thing", .all_of = std::move(all_of), .limit = 1000, .as_of = as_of});
    EXPECT_TRUE(list.ok()) << list.status();
    std::vector<std::string> names;
    if (list.ok()) {
      for (const Version& version : list->items) names.push_back(version.name);
    }
    return names;
  }

  std::unique_ptr<TestStore> store_;
  std::shared_ptr<testing::Faults> faults_ = std::make_shared<testing::Faults>();
  FakeClock clock_{absl::FromUnixSeconds(1700000000)};
  Options options_;
  std::unique_ptr<Ledger> ledger_;
};

}  // namespace oversight::ledger
