// A store survives the loss of power wherever it comes, and the test can tell when it would not.
#include "absl/strings/str_join.h"
#include "gtest/gtest.h"
#include "tests/crash/power_scene.h"

namespace oversight::crash {
namespace {

// The seeds are fixed, so that the same choices are made each time; crash_test_driver --engine=power takes others.
TEST(PowerLossTest, NothingAcknowledgedIsLostWhereverThePowerGoes) {
  int64_t acknowledged = 0, cut_in_recovery = 0;
  for (const uint64_t seed : {1, 2, 3, 4}) {
    PowerScene scene(seed);
    for (int cycle = 0; cycle < 10; ++cycle) {
      const Findings findings = scene.Cycle();
      ASSERT_TRUE(findings.none()) << "seed " << seed << ", cycle " << cycle << ": "
                                   << absl::StrJoin(findings.messages, "\n");
    }
    acknowledged += scene.acknowledged();
    cut_in_recovery += scene.cut_in_recovery();
  }
  // Both happened: otherwise nothing was tried.
  EXPECT_GT(acknowledged, 100);
  EXPECT_GT(cut_in_recovery, 0);
}

TEST(PowerLossTest, ADiskThatLiesAboutSyncsIsFoundOut) {
  Findings findings;
  for (uint64_t seed = 1; seed <= 5; ++seed) {
    PowerScene scene(seed);
    scene.Lie();
    for (int cycle = 0; cycle < 2; ++cycle) findings.Add(scene.Cycle());
  }
  EXPECT_GT(findings.losses, 0);
}

}  // namespace
}  // namespace oversight::crash
