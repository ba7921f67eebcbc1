// What the conformance suite needs to run against an engine. A new engine adds a file that instantiates the suite, and
// touches no test. Not thread-safe.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/ledger/engine.h"

namespace oversight::ledger {

// One empty store and the engines that open it, one after another.
class TestStore {
 public:
  virtual ~TestStore() = default;
  virtual std::unique_ptr<Engine> NewEngine() = 0;
  // Whether several engines may have it open at a time.
  virtual bool shared() const { return false; }
  // Makes the store look as if a later version of the program had written it.
  virtual void PretendNewerSchema() = 0;
};

struct EngineParam {
  std::string name;
  std::function<std::unique_ptr<TestStore>()> new_store;
};

inline std::string EngineName(const ::testing::TestParamInfo<EngineParam>& info) { return info.param.name; }

// Every engine the suite runs against.
std::vector<EngineParam> Engines();

}  // namespace oversight::ledger
