// What the gateway keeps in browsers: nobody reads, changes or makes it, and keys are replaced while it runs.
#include "gateway/sign_in/cookie_box.h"

#include <fstream>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/awaited.h"
#include "tests/support/temp_dir.h"

namespace oversight::gateway {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string Key(char fill) { return absl::Base64Escape(std::string(32, fill)); }

class CookieBoxTest : public ::testing::Test {
 protected:
  std::string FileOf(const std::string& name, const std::string& text) {
    const std::string path = folder_ / name;
    std::ofstream(path + ".new", std::ios::trunc) << text;
    std::rename((path + ".new").c_str(), path.c_str());
    return path;
  }
  std::unique_ptr<CookieBox> Box(const std::string& name, const std::string& text) {
    auto box = CookieBox::FromFile(FileOf(name, text));
    EXPECT_TRUE(box.ok()) << box.status();
    return *std::move(box);
  }
  const testing::TempDir folder_;
};

TEST_F(CookieBoxTest, OpensWhatItSealedForThatPurposeAlone) {
  const auto box = Box("keys", Key('a'));
  const std::string sealed = box->Seal("session", "a token");
  EXPECT_EQ(box->Open("session", sealed), "a token");
  EXPECT_EQ(box->Open("flow", sealed), std::nullopt);
  EXPECT_NE(sealed, box->Seal("session", "a token")) << "two of the same must not be known for the same";
  EXPECT_THAT(sealed, ::testing::MatchesRegex("[A-Za-z0-9_-]+"));
  EXPECT_EQ(box->Open("session", box->Seal("session", "")), "");
}

TEST_F(CookieBoxTest, WhatWasChangedDoesNotOpen) {
  const auto box = Box("keys", Key('a'));
  std::string bytes;
  ASSERT_TRUE(absl::WebSafeBase64Unescape(box->Seal("session", "a token"), &bytes));
  for (size_t i = 0; i < bytes.size(); ++i) {
    std::string other = bytes;
    other[i] = static_cast<char>(other[i] ^ 1);
    EXPECT_EQ(box->Open("session", absl::WebSafeBase64Escape(other)), std::nullopt) << "byte " << i;
    EXPECT_EQ(box->Open("session", absl::WebSafeBase64Escape(bytes.substr(0, i))), std::nullopt) << "cut at " << i;
  }
  for (const char* junk : {"", "!", "AAAA", "not base64 at all"}) EXPECT_EQ(box->Open("session", junk), std::nullopt);
  EXPECT_EQ(Box("other", Key('b'))->Open("session", box->Seal("session", "a token")), std::nullopt);
}

TEST_F(CookieBoxTest, ANewKeyIsPutInFrontAndTheOldOneTakenAwayLater) {
  const auto box = Box("keys", Key('a') + "\n");
  const std::string before = box->Seal("session", "before");
  const auto next = Box("next", Key('b'));
  FileOf("keys", Key('b') + "\n" + Key('a') + "\n");
  ASSERT_TRUE(box->Reread().ok());
  EXPECT_TRUE(next->Open("session", box->Seal("session", "x")).has_value()) << "the first key seals";
  EXPECT_EQ(box->Open("session", before), "before") << "nobody is signed out";
  FileOf("keys", Key('b') + "\n\n");
  ASSERT_TRUE(box->Reread().ok());
  EXPECT_EQ(box->Open("session", before), std::nullopt);
  EXPECT_TRUE(box->Open("session", next->Seal("session", "x")).has_value());
}

TEST_F(CookieBoxTest, LooksAtItsFileByItself) {
  const auto box = Box("keys", Key('a'));
  const auto next = Box("next", Key('b'));
  FileOf("keys", Key('b'));
  EXPECT_TRUE(testing::Eventually([&] { return next->Open("session", box->Seal("session", "x")).has_value(); }));
}

TEST_F(CookieBoxTest, AFileThatCannotBeUsedLeavesTheKeysKnown) {
  const auto box = Box("keys", Key('a'));
  const std::string sealed = box->Seal("session", "x");
  FileOf("keys", "hunter2");
  EXPECT_FALSE(box->Reread().ok());
  EXPECT_EQ(box->Open("session", sealed), "x");
  EXPECT_EQ(box->Open("session", box->Seal("session", "y")), "y");
}

TEST_F(CookieBoxTest, KeysThatAreNoneAreRefusedWithoutTellingThem) {
  EXPECT_EQ(CookieBox::ReadKeys(folder_ / "none").status().code(), absl::StatusCode::kNotFound);
  std::string nine;
  for (char c = 'a'; c < 'j'; ++c) absl::StrAppend(&nine, Key(c), "\n");
  for (const std::string& bad : {std::string(), std::string("\n\n"), std::string("hunter2"), Key('a').substr(4),
                                 Key('a') + "\nhunter2\n", nine, std::string(5000, '\n') + Key('a')}) {
    const auto keys = CookieBox::ReadKeys(FileOf("bad", bad));
    EXPECT_EQ(keys.status().code(), absl::StatusCode::kInvalidArgument) << bad;
    EXPECT_THAT(std::string(keys.status().message()), HasSubstr("openssl rand -base64 32"));
    EXPECT_THAT(std::string(keys.status().message()), Not(HasSubstr("hunter2")));
  }
  const auto good = CookieBox::ReadKeys(FileOf("good", " " + Key('a') + "\r\n\n" + Key('b')));
  ASSERT_TRUE(good.ok()) << good.status();
  EXPECT_EQ(good->size(), 2U);
}

}  // namespace
}  // namespace oversight::gateway
