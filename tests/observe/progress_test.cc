#include "common/observe/progress.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

namespace oversight::observe {
namespace {

class ProgressTest : public ::testing::Test {
 protected:
  void Start(bool terminal) {
    progress_ =
        std::make_unique<Progress>("forces", "transactions",
                                   Progress::Surroundings{[this](const std::string& text) { written_.push_back(text); },
                                                          [this] { return now_; }, terminal});
  }
  absl::Time now_ = absl::FromUnixSeconds(1000);
  std::vector<std::string> written_;
  std::unique_ptr<Progress> progress_;
};

TEST_F(ProgressTest, SaysALineEveryTenSeconds) {
  Start(false);
  progress_->Show(100, 1100);
  now_ += absl::Seconds(9);
  progress_->Show(200, 1100);
  EXPECT_TRUE(written_.empty());
  now_ += absl::Seconds(1);
  progress_->Show(600, 1100);
  now_ += absl::Seconds(1);
  progress_->Show(700, 1100);
  progress_.reset();
  EXPECT_EQ(written_, std::vector<std::string>{"forces: 600 of 1100 transactions (54 %), 50 a second, 10s left\n"});
}

TEST_F(ProgressTest, WritesOverTheLineOnATerminal) {
  Start(true);
  progress_->Show(0, 0);
  now_ += absl::Seconds(1);
  progress_->Show(10, 0);
  now_ += absl::Seconds(1);
  progress_->Show(4, 0);
  progress_.reset();
  EXPECT_EQ(written_,
            (std::vector<std::string>{"\rforces: 10 transactions, 10 a second",
                                      "\rforces: 4 transactions, 2 a second  ", "\r" + std::string(34, ' ') + "\r"}));
}

}  // namespace
}  // namespace oversight::observe
