// The failpoints: what a spec may say, and that a point ends the process at the count it was armed with and not before.
#include "common/ledger/failpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

namespace oversight::ledger {
namespace {

using ::testing::HasSubstr;
using ::testing::KilledBySignal;

class FailpointTest : public ::testing::Test {
 protected:
  void TearDown() override { EXPECT_TRUE(ArmFailpoints("").ok()); }
};
using FailpointDeathTest = FailpointTest;

TEST_F(FailpointTest, AreOffUntilArmed) {
  for (int i = 0; i < 1000; ++i) Pass(Failpoint::kBeforeCommit);
  EXPECT_FALSE(internal::failpoints_armed);
  ASSERT_TRUE(ArmFailpoints("ledger.after_commit=kill@2").ok());
  EXPECT_TRUE(internal::failpoints_armed);
  // Only the one that was named, and not before its time.
  Pass(Failpoint::kAfterCommit);
  for (int i = 0; i < 1000; ++i) Pass(Failpoint::kBeforeCommit);
  ASSERT_TRUE(ArmFailpoints("").ok());
  EXPECT_FALSE(internal::failpoints_armed);
  Pass(Failpoint::kAfterCommit);
}

TEST_F(FailpointDeathTest, EndTheProcessAtTheCountAndNotBefore) {
  const auto pass = [](const char* spec, Failpoint point, int times) {
    if (!ArmFailpoints(spec).ok()) _exit(3);
    for (int i = 0; i < times; ++i) Pass(point);
    _exit(0);
  };
  EXPECT_EXIT(pass("ledger.mid_batch=kill@1", Failpoint::kMidBatch, 1), KilledBySignal(SIGKILL), "");
  EXPECT_EXIT(pass("ledger.before_commit=kill@3", Failpoint::kBeforeCommit, 2), ::testing::ExitedWithCode(0), "");
  EXPECT_EXIT(pass("ledger.before_commit=kill@3", Failpoint::kBeforeCommit, 3), KilledBySignal(SIGKILL), "");
  EXPECT_EXIT(pass("ledger.mid_batch=kill@9,ledger.pipeline_sent=kill@2", Failpoint::kPipelineSent, 2),
              KilledBySignal(SIGKILL), "");
  EXPECT_EXIT(pass("ledger.after_commit=kill@2", Failpoint::kAfterCommit, 2), KilledBySignal(SIGKILL), "");
}

TEST_F(FailpointTest, AFaultySpecArmsNothingAndSaysWhatThereIs) {
  for (const char* spec : {"ledger.nowhere=kill@1", "ledger.before_commit", "ledger.before_commit=kill",
                           "ledger.before_commit=kill@0", "ledger.before_commit=kill@-1", "ledger.before_commit=kill@x",
                           "ledger.before_commit=stop@1", "ledger.before_commit=kill@1,", "=", ","}) {
    const absl::Status status = ArmFailpoints(spec);
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << spec;
    EXPECT_FALSE(internal::failpoints_armed) << spec;
  }
  EXPECT_THAT(std::string(ArmFailpoints("ledger.nowhere=kill@1").message()),
              AllOf(HasSubstr("ledger.nowhere"), HasSubstr("ledger.before_commit")));
}

}  // namespace
}  // namespace oversight::ledger
