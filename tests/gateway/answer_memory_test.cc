// Which answers may be given again: to whom, for how long, and until when.
#include "gateway/http/answer_memory.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace oversight::gateway {
namespace {

std::shared_ptr<const HttpAnswer> Saying(const std::string& body) {
  auto answer = std::make_shared<HttpAnswer>();
  answer->body = body;
  return answer;
}

class AnswerMemoryTest : public testing::Test {
 protected:
  void Keep(const std::string& key, const std::string& body) {
    const auto making = memory_.MakeOrWait(key, [](const auto&) { ADD_FAILURE() << "waits"; });
    ASSERT_NE(making, nullptr);
    making->Finish(now_, Saying(body));
  }

  int64_t version_ = 7;
  AnswerMemory memory_{[this] { return version_; }};
  absl::Time now_ = absl::FromUnixSeconds(1'700'000'000);
  const std::string key_ = AnswerMemory::KeyOf("/v1/nationalDashboard", {{"authorization", "Bearer one"}});
};

TEST_F(AnswerMemoryTest, TheSameAnswerComesAgainWhileNothingChanges) {
  EXPECT_EQ(memory_.Find(key_, now_), nullptr);
  Keep(key_, "forces");
  ASSERT_NE(memory_.Find(key_, now_), nullptr);
  EXPECT_EQ(memory_.Find(key_, now_)->body, "forces");
  ++version_;
  EXPECT_EQ(memory_.Find(key_, now_), nullptr);
}

TEST_F(AnswerMemoryTest, AnAnswerThatWasMadeDuringAChangeIsNotKnown) {
  const auto making = memory_.MakeOrWait(key_, nullptr);
  ++version_;
  making->Finish(now_, Saying("old"));
  EXPECT_EQ(memory_.Find(key_, now_), nullptr);
}

TEST_F(AnswerMemoryTest, ItLastsASecondAtMost) {
  Keep(key_, "forces");
  EXPECT_NE(memory_.Find(key_, now_ + absl::Milliseconds(999)), nullptr);
  EXPECT_EQ(memory_.Find(key_, now_ + absl::Seconds(1)), nullptr);
}

TEST_F(AnswerMemoryTest, NobodyGetsAnothersAnswer) {
  EXPECT_NE(key_, AnswerMemory::KeyOf("/v1/nationalDashboard", {{"authorization", "Bearer two"}}));
  EXPECT_NE(key_, AnswerMemory::KeyOf("/v1/nationalDashboard", {}));
  EXPECT_NE(key_, AnswerMemory::KeyOf("/v1/forces/kent:dashboard", {{"authorization", "Bearer one"}}));
  EXPECT_NE(AnswerMemory::KeyOf("/v1/nationalDashboard", {{"oversight-principal", "Bearer one"}}), key_);
  EXPECT_EQ(AnswerMemory::KeyOf("/v1/nationalDashboard", {{"authorization", "Bearer one"}, {"x-request-id", "7"}}),
            key_)
      << "what is another each time does not matter";
  EXPECT_EQ(key_.find("one"), std::string::npos);
}

TEST_F(AnswerMemoryTest, OneMakesItForAllWhoComeMeanwhile) {
  const auto making = memory_.MakeOrWait(key_, nullptr);
  ASSERT_NE(making, nullptr);
  std::vector<std::string> got;
  const auto take = [&](const auto& answer) { got.push_back(answer == nullptr ? "none" : answer->body); };
  EXPECT_EQ(memory_.MakeOrWait(key_, take), nullptr);
  EXPECT_EQ(memory_.MakeOrWait(key_, take), nullptr);
  making->Finish(now_, Saying("forces"));
  EXPECT_EQ(got, std::vector<std::string>({"forces", "forces"}));
}

TEST_F(AnswerMemoryTest, WhenItCannotBeMadeTheOthersAreToldToTryThemselves) {
  const auto making = memory_.MakeOrWait(key_, nullptr);
  int none = 0;
  EXPECT_EQ(memory_.MakeOrWait(key_, [&](const auto& answer) { none += answer == nullptr; }), nullptr);
  making->Finish(now_, nullptr);
  EXPECT_EQ(none, 1);
  EXPECT_EQ(memory_.Find(key_, now_), nullptr);
}

TEST_F(AnswerMemoryTest, WhoComesAfterAChangeWaitsForNothingFromBeforeIt) {
  const auto before = memory_.MakeOrWait(key_, nullptr);
  ++version_;
  const auto after = memory_.MakeOrWait(key_, nullptr);
  ASSERT_NE(after, nullptr);
  before->Finish(now_, Saying("old"));
  std::string got;
  EXPECT_EQ(memory_.MakeOrWait(key_, [&](const auto& answer) { got = answer->body; }), nullptr);
  after->Finish(now_, Saying("new"));
  EXPECT_EQ(got, "new");
}

TEST_F(AnswerMemoryTest, WhatItKeepsIsBounded) {
  const std::string large(1 << 20, 'x');
  for (int i = 0; i < 40; ++i) {
    Keep(AnswerMemory::KeyOf(std::to_string(i), {}), large);
  }
  int kept = 0;
  for (int i = 0; i < 40; ++i) kept += memory_.Find(AnswerMemory::KeyOf(std::to_string(i), {}), now_) != nullptr;
  EXPECT_GT(kept, 0);
  EXPECT_LE(kept, 32);
}

}  // namespace
}  // namespace oversight::gateway
