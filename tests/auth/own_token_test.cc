#include "common/auth/token/own_token.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "common/auth/token/token.h"
#include "tests/support/awaited.h"
#include "tests/support/temp_dir.h"

namespace oversight::auth {
namespace {

using ::oversight::testing::Eventually;
using ::oversight::testing::TempDir;
using ::testing::HasSubstr;
using ::testing::Not;

class OwnTokenTest : public ::testing::Test {
 protected:
  void Write(const std::string& text) const {
    std::ofstream(folder_ / "new") << text;
    std::filesystem::rename(folder_ / "new", file_);
  }
  const TempDir folder_;
  const std::string file_ = folder_ / "token";
};

TEST_F(OwnTokenTest, IsReadAnewWhenItsFileChanges) {
  Write("first.token\n");
  const auto token = OwnToken::FromFile(file_);
  ASSERT_TRUE(token.ok()) << token.status();
  EXPECT_EQ((*token)->Authorization(), "Bearer first.token");
  Write("second.token");
  EXPECT_TRUE(Eventually([&] { return (*token)->Authorization() == "Bearer second.token"; }));
}

TEST_F(OwnTokenTest, TheOneKnownStaysWhileTheFileHoldsNone) {
  Write("first.token");
  const auto token = OwnToken::FromFile(file_);
  ASSERT_TRUE(token.ok());
  Write("");
  Write("no token at all");
  std::filesystem::remove(file_);
  EXPECT_EQ((*token)->Authorization(), "Bearer first.token");
  Write("second.token");  // Whatever it met on the way, it goes on looking.
  EXPECT_TRUE(Eventually([&] { return (*token)->Authorization() == "Bearer second.token"; }));
}

TEST_F(OwnTokenTest, WhatIsNoTokenIsRefusedWithoutBeingRepeated) {
  EXPECT_EQ(OwnToken::FromFile(file_).status().code(), absl::StatusCode::kNotFound);
  for (const std::string& text : {std::string(), std::string("two words"), std::string("a\nb"),
                                  std::string("caf\xc3\xa9"), std::string(kMaxTokenBytes + 1, 'a')}) {
    Write(text);
    const absl::Status status = OwnToken::FromFile(file_).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << text;
    if (!text.empty()) EXPECT_THAT(std::string(status.message()), Not(HasSubstr(text)));
  }
}

}  // namespace
}  // namespace oversight::auth
