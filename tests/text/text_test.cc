#include "common/text/text.h"

#include <fstream>

#include "common/text/file.h"
#include "tests/support/temp_dir.h"

#include "common/text/segments.h"
#include "gtest/gtest.h"

namespace oversight {
namespace {

TEST(Utf8Length, KnowsWholeCharacters) {
  EXPECT_EQ(Utf8Length("x"), 1u);
  EXPECT_EQ(Utf8Length("ŵ"), 2u);
  EXPECT_EQ(Utf8Length("€uro"), 3u);
  EXPECT_EQ(Utf8Length("👮"), 4u);
  EXPECT_EQ(Utf8Length("\xF4\x8F\xBF\xBF"), 4u);
}

TEST(Utf8Length, IsNothingForWhatIsNotUtf8) {
  for (const char* bad : {"", "\x80", "\xC3", "\xC0\xAF", "\xC1\xBF", "\xE0\x80\xAF", "\xE2\x28\xA1", "\xED\xA0\x80",
                          "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF", "\xE2\x82", "\xE9 caf"}) {
    EXPECT_EQ(Utf8Length(bad), 0u) << bad;
  }
}

TEST(Tidy, PutsWhiteSpaceInOrder) {
  EXPECT_EQ(Tidy("  West \t\r\n Midlands  "), "West Midlands");
  EXPECT_EQ(Tidy(" \n "), "");
  EXPECT_EQ(Tidy(""), "");
}

TEST(FoldCase, MindsNoCaseInEnglishAndWelsh) {
  EXPECT_EQ(FoldCase("WEST Midlands & Co"), "west midlands & co");
  EXPECT_EQ(FoldCase("ŴŶÂÎÔÛŸÊ"), "ŵŷâîôûÿê");
  EXPECT_EQ(FoldCase("ŽŹĽŃ"), "žźľń");
}

TEST(FoldCase, LeavesTheRest) {
  for (const char* same : {"×÷ß", "ıĸŉſ", "İ", "€👮Ж", "caf\xE9", "\xC5", "\x80\x80"}) {
    EXPECT_EQ(FoldCase(same), same);
  }
}

// Every character of the folded stretch maps to itself or to a small letter that stays: folding twice changes nothing.
TEST(FoldCase, IsIdempotent) {
  for (unsigned c = 0x80; c < 0x800; ++c) {
    const std::string text = {static_cast<char>(0xC0 | (c >> 6)), static_cast<char>(0x80 | (c & 0x3F))};
    EXPECT_EQ(FoldCase(FoldCase(text)), FoldCase(text)) << c;
    EXPECT_EQ(Utf8Length(FoldCase(text)), 2u) << c;
  }
}

TEST(FirstSegments, AreTheBeginningOfAName) {
  EXPECT_EQ(FirstSegments("forces/kent/concerns/1", 2), "forces/kent");
  EXPECT_EQ(FirstSegments("forces/kent/concerns/1", 4), "forces/kent/concerns/1");
  EXPECT_EQ(FirstSegments("forces/kent", 4), "forces/kent");
  EXPECT_EQ(FirstSegments("/kent", 1), "");
  EXPECT_EQ(FirstSegments("", 2), "");
}

TEST(HasControlCharacter, FindsThem) {
  EXPECT_FALSE(HasControlCharacter("Heddlu Dyfed-Powys ŵ"));
  EXPECT_TRUE(HasControlCharacter(std::string("a\0b", 3)));
  EXPECT_TRUE(HasControlCharacter("a\x7F"));
  EXPECT_TRUE(HasControlCharacter("a\x1B[1m"));
}

TEST(IsWebAddress, GoesOnAfterTheScheme) {
  for (const char* good : {"https://hmicfrs.justiceinspectorates.gov.uk/a", "http://x", "https://ŵ.example/a?b#c"}) {
    EXPECT_TRUE(IsWebAddress(good)) << good;
  }
  for (const char* bad :
       {"", "https://", "http://", "ftp://x", "hmicfrs.gov.uk", "https://a b", "https://a\n", " https://a"}) {
    EXPECT_FALSE(IsWebAddress(bad)) << bad;
  }
}

TEST(ReadWholeFile, HasEveryByteOrNothing) {
  const testing::TempDir folder;
  const std::string bytes = std::string(200'000, 'x') + std::string("\0\r\n\xff", 4);
  std::ofstream(folder / "file", std::ios::binary) << bytes;
  std::ofstream(folder / "empty");
  EXPECT_EQ(ReadWholeFile(folder / "file"), bytes);
  EXPECT_EQ(ReadWholeFile(folder / "empty"), "");
  EXPECT_EQ(ReadWholeFile(folder / "none"), std::nullopt);
  EXPECT_EQ(ReadWholeFile(folder / "."), std::nullopt) << "a folder";
}

}  // namespace
}  // namespace oversight
