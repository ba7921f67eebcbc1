// Names of the contract as people write them, and what they may have meant.
#include "gateway/cli/words.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "oversight/concerns/v1/concern.pb.h"
#include "oversight/forces/v1/inspection.pb.h"

namespace oversight::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::IsNull;

TEST(Words, NamesAreWrittenInKebabCase) {
  EXPECT_EQ(Kebab("GetForceOnDate"), "get-force-on-date");
  EXPECT_EQ(Kebab("display_name"), "display-name");
  EXPECT_EQ(Kebab("ListHTTPPorts"), "list-http-ports");
  EXPECT_EQ(Kebab("sha256"), "sha256");
  EXPECT_EQ(Spaced("display_name_from_date"), "display name from date");
}

TEST(Words, ChoicesAreTakenInEveryFormOfTheirName) {
  const auto& states = *forces::v1::InspectionState_descriptor();
  EXPECT_EQ(Words(states, forces::v1::INSPECTION_STATE_IN_FIELDWORK), "in fieldwork");
  EXPECT_EQ(Words(states, forces::v1::INSPECTION_STATE_UNSPECIFIED), "");
  EXPECT_EQ(Words(states, 99), "unknown (99)");
  EXPECT_THAT(Choices(states), ElementsAre("planned", "in-fieldwork", "report-awaited", "published", "cancelled"));
  for (const char* text : {"in-fieldwork", "In fieldwork", "IN_FIELDWORK", "INSPECTION_STATE_IN_FIELDWORK"}) {
    ASSERT_NE(ValueOf(states, text), nullptr) << text;
    EXPECT_EQ(ValueOf(states, text)->number(), forces::v1::INSPECTION_STATE_IN_FIELDWORK) << text;
  }
  for (const char* text : {"", "fieldwork", "unspecified", "2"}) EXPECT_THAT(ValueOf(states, text), IsNull()) << text;
}

TEST(Words, JoinsAsPeopleDo) {
  EXPECT_EQ(JoinAnd({}), "");
  EXPECT_EQ(JoinAnd({"a"}), "a");
  EXPECT_EQ(JoinAnd({"a", "b", "c"}, "or"), "a, b or c");
}

TEST(Words, SentencesAreSplitAtTheFirst) {
  using Two = std::pair<std::string, std::string>;
  EXPECT_EQ(SplitSentence("One, e.g. this. Two. Three."), Two("One, e.g. this.", "Two. Three."));
  EXPECT_EQ(SplitSentence("One.\n\nTwo."), Two("One.", "Two."));
  EXPECT_EQ(SplitSentence("One"), Two("One", ""));
}

TEST(Words, GuessesWhatWasMeant) {
  const std::vector<std::string> known = {"rename-force", "merge-force", "source.title", "title"};
  EXPECT_EQ(Nearest("renam-force", known), "rename-force");
  EXPECT_EQ(Nearest("titel", known), "title");
  EXPECT_EQ(Nearest("source-title", known), "source.title");
  EXPECT_EQ(Nearest("force-merge", known), "merge-force");
  EXPECT_EQ(Nearest("nothing-alike", known), "");
  EXPECT_EQ(Nearest("", known), "");
}

TEST(Visible, ShowsWhatTerminalsObey) {
  EXPECT_EQ(Visible("Heddlu ŵ\n\tsecond line"), "Heddlu ŵ\n\tsecond line");
  EXPECT_EQ(OneLine("Heddlu ŵ\n\tsecond line"), "Heddlu ŵ  second line");
  EXPECT_EQ(Visible("a\x1b[1m\r\x7f"), "a␛[1m␍␡");
  EXPECT_EQ(Visible("a\xc2\x9b"
                    "b"),
            "a\uFFFDb");  // CSI as one character.
  EXPECT_EQ(Visible("a\xe2\x80\xae"
                    "b"),
            "a\uFFFDb");  // From right to left.
  EXPECT_EQ(OneLine("a\xe2\x80\xa8"
                    "b"),
            "a b");  // A line separator.
  EXPECT_EQ(Visible("€ … ⁉ 👮"), "€ … ⁉ 👮");
}

}  // namespace
}  // namespace oversight::cli
