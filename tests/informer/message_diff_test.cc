#include "common/rpc/message_diff.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "absl/strings/str_cat.h"
#include "google/protobuf/field_mask.pb.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/text_format.h"
#include "google/protobuf/util/message_differencer.h"
#include "oversight/concerns/v1/concern.pb.h"
#include "oversight/concerns/v1/recommendation.pb.h"
#include "oversight/forces/v1/force.pb.h"
#include "oversight/forces/v1/inspection.pb.h"
#include "oversight/ledger/v1/transaction.pb.h"
#include "tests/informer/random_message.h"

namespace oversight::rpc {
namespace {

using concerns::v1::Concern;
using concerns::v1::Recommendation;
using forces::v1::Force;
using forces::v1::Inspection;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

template <class T>
T Text(const std::string& text) {
  T message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
  return message;
}

std::vector<std::string> Told(const MessageDiff& diff) {
  std::vector<std::string> told;
  for (const FieldChange& change : diff.changes) {
    told.push_back(absl::StrCat(change.path, ": ", change.before, " -> ", change.after));
  }
  return told;
}
template <class T>
std::vector<std::string> Told(const std::string& before, const std::string& after) {
  const T a = Text<T>(before), b = Text<T>(after);
  return Told(Diff(&a, &b));
}

TEST(MessageDiff, SaysScalarsInWords) {
  EXPECT_THAT(Told<Concern>("title: 'A' state: CONCERN_STATE_DRAFT accelerated: true revision: 4",
                            "title: 'B' state: CONCERN_STATE_ISSUED finding: 'new' revision: 5"),
              ElementsAre("revision: 4 -> 5", "state: CONCERN_STATE_DRAFT -> CONCERN_STATE_ISSUED", "title: A -> B",
                          "finding:  -> new", "accelerated: true -> "));
  EXPECT_THAT(Told<ledger::v1::TreeHead>("root_hash: '\\x01\\xff'", "root_hash: '\\xab' tree_size: 7"),
              ElementsAre("tree_size:  -> 7", "root_hash: 01ff -> ab"));
  Concern a, b;
  b.set_state(static_cast<concerns::v1::ConcernState>(99));
  EXPECT_THAT(Told(Diff(&a, &b)), ElementsAre("state:  -> 99")) << "of a later version";
}

TEST(MessageDiff, GoesIntoParts) {
  EXPECT_THAT(Told<Concern>("source { kind: SOURCE_KIND_INSPECTION title: 'PEEL' }",
                            "source { kind: SOURCE_KIND_REVISIT title: 'PEEL' } closure { reason: 'Done.' }"),
              ElementsAre("source.kind: SOURCE_KIND_INSPECTION -> SOURCE_KIND_REVISIT", "closure.reason:  -> Done."));
  EXPECT_THAT(
      Told<Recommendation>("due_rule { within { count: 28 unit: DUE_UNIT_DAYS } }", "due_rule { immediately: true }"),
      ElementsAre("due_rule.immediately:  -> true", "due_rule.within.count: 28 -> ",
                  "due_rule.within.unit: DUE_UNIT_DAYS -> "));
  EXPECT_THAT(Told<Concern>("", "source {}"), ElementsAre("source:  -> {}")) << "there, and nothing in it";
  EXPECT_THAT(Told<Concern>("source {}", ""), ElementsAre("source: {} -> "));
}

TEST(MessageDiff, SaysDatesAndTimesAsOneValue) {
  EXPECT_THAT(
      Told<Recommendation>("due_date { year: 2024 month: 2 day: 24 }", "due_date { year: 2024 month: 5 day: 24 }"),
      ElementsAre("due_date: 2024-02-24 -> 2024-05-24"));
  EXPECT_THAT(Told<Concern>("found_date { year: 2024 part_of_year: PART_OF_YEAR_EARLY }", ""),
              ElementsAre("found_date: 2024-01/2024-04 -> "));
  EXPECT_THAT(Told<Concern>("handling { assess_time { seconds: 1700820000 } }",
                            "handling { assess_time { seconds: 1700820001 nanos: 500000000 } }"),
              ElementsAre("handling.assess_time: 2023-11-24T10:00:00Z -> 2023-11-24T10:00:01.500Z"));
  // Words that leave out what differs, or that there are none of.
  EXPECT_THAT(Told<Concern>("found_date { year: 2023 published_text: 'in 2023' }", "found_date { year: 2023 }"),
              ElementsAre("found_date.published_text: in 2023 -> "));
  EXPECT_THAT(Told<Concern>("found_date { year: 2023 }", "found_date { year: 2023 day: 31 }"),
              ElementsAre("found_date.day:  -> 31"));
}

TEST(MessageDiff, MatchesElementsByWhatTellsThemApart) {
  const std::string before =
      "report { graded_areas { title: 'Crime' grade: GRADE_GOOD } graded_areas { title: 'Leadership' grade: GRADE_GOOD "
      "}"
      " graded_areas { title: 'Vetting' grade: GRADE_GOOD } }";
  EXPECT_THAT(Told<Inspection>(before,
                               "report { graded_areas { title: 'New' grade: GRADE_GOOD }"
                               " graded_areas { title: 'Vetting' grade: GRADE_GOOD }"
                               " graded_areas { title: 'Crime' grade: GRADE_INADEQUATE } }"),
              ElementsAre("report.graded_areas[New].title:  -> New", "report.graded_areas[New].grade:  -> GRADE_GOOD",
                          "report.graded_areas[Crime].grade: GRADE_GOOD -> GRADE_INADEQUATE",
                          "report.graded_areas[Leadership].title: Leadership -> ",
                          "report.graded_areas[Leadership].grade: GRADE_GOOD -> "));
  EXPECT_THAT(Told<Inspection>("report { graded_areas { title: 'A' } graded_areas { title: 'B' } }",
                               "report { graded_areas { title: 'B' } graded_areas { title: 'A' } }"),
              ElementsAre("report.graded_areas: A, B -> B, A"));
  // Twice the same title tells nothing apart.
  EXPECT_THAT(Told<Inspection>("report { graded_areas { title: 'A' } graded_areas { title: 'A' group: 'x' } }",
                               "report { graded_areas { title: 'A' } graded_areas { title: 'A' group: 'y' } }"),
              ElementsAre("report.graded_areas[1].group: x -> y"));
}

TEST(MessageDiff, MatchesTheRestInOrderBetweenWhatIsEqual) {
  EXPECT_THAT(Told<Force>("aliases: ['a', 'b', 'c', 'd']", "aliases: ['a', 'x', 'c', 'd']"),
              ElementsAre("aliases[1]: b -> x"));
  EXPECT_THAT(Told<Force>("aliases: ['b', 'c']", "aliases: ['a', 'b', 'c']"), ElementsAre("aliases[0]:  -> a"));
  EXPECT_THAT(Told<Force>("aliases: ['a', 'b', 'c']", "aliases: ['a', 'c']"), ElementsAre("aliases[1]: b -> "));
  EXPECT_THAT(Told<Force>("aliases: ['a', 'a']", "aliases: ['a']"), ElementsAre("aliases[1]: a -> "));
  EXPECT_THAT(
      Told<Force>("former_names { display_name: 'Old' }",
                  "former_names { display_name: 'Old' } former_names { display_name: 'Older' to_date { year: 2020 } }"),
      ElementsAre("former_names[1].display_name:  -> Older", "former_names[1].to_date:  -> 2020"));
}

TEST(MessageDiff, MatchesMapsByKey) {
  EXPECT_THAT(Told<google::protobuf::Struct>(
                  "fields { key: 'a' value { string_value: 'x' } } fields { key: 'b' value { number_value: 2 } }",
                  "fields { key: 'b' value { number_value: 2.5 } } fields { key: 'c' value { bool_value: true } }"),
              ElementsAre("fields[\"a\"].string_value: x -> ", "fields[\"b\"].number_value: 2 -> 2.5",
                          "fields[\"c\"].bool_value:  -> true"));
}

TEST(MessageDiff, OfNoneAtAll) {
  const Concern concern = Text<Concern>("name: 'forces/kent/concerns/1' title: 'A'");
  EXPECT_THAT(Told(Diff(nullptr, &concern)), ElementsAre("name:  -> forces/kent/concerns/1", "title:  -> A"));
  EXPECT_THAT(Told(Diff(&concern, nullptr)), ElementsAre("name: forces/kent/concerns/1 -> ", "title: A -> "));
  EXPECT_THAT(Told(Diff(nullptr, nullptr)), IsEmpty());
  EXPECT_THAT(Told(Diff(nullptr, &concern, {.ignore = {"name"}})), ElementsAre("title:  -> A"));
}

TEST(MessageDiff, IsBounded) {
  Concern a, b;
  a.set_finding(std::string(1000, 'x'));
  for (int i = 0; i < 1001; ++i) b.mutable_finding()->append("ŵ");
  const MessageDiff diff = Diff(&a, &b);
  ASSERT_EQ(diff.changes.size(), 1u);
  EXPECT_EQ(diff.changes[0].before, a.finding());
  EXPECT_EQ(diff.changes[0].after.size(), 2 * 1000 + 3u) << "whole letters, and the mark";
  EXPECT_EQ(diff.changes[0].after.substr(2000), "…");
  EXPECT_FALSE(diff.cut);

  google::protobuf::FieldMask none, many;
  for (int i = 0; i < 300; ++i) many.add_paths(absl::StrCat(i));
  EXPECT_EQ(Diff(&none, &many).changes.size(), 200u);
  EXPECT_TRUE(Diff(&none, &many).cut);
  EXPECT_FALSE(Diff(&none, &many, {.max_changes = 300}).cut);
  google::protobuf::Struct keys;
  (*keys.mutable_fields())[std::string(5000, 'k')].set_bool_value(true);
  EXPECT_LT(Diff(nullptr, &keys).changes.at(0).path.size(), 200u);
}

template <class T>
void TellsWhetherThereIsADifference() {
  std::mt19937_64 random(7);
  const DiffOptions unbounded{.max_changes = 1000000};
  int different = 0;
  for (int i = 0; i < 500; ++i) {
    T a, b;
    test::FillAtRandom(&a, random);
    if (i % 3 == 0) test::FillAtRandom(&b, random);
    if (i % 3 == 1) b = a;
    if (i % 3 == 2) {
      b = a;
      T other;
      test::FillAtRandom(&other, random);
      b.MergeFrom(other);
    }
    const bool equal = google::protobuf::util::MessageDifferencer::Equals(a, b);
    different += equal ? 0 : 1;
    ASSERT_EQ(Diff(&a, &b, unbounded).changes.empty(), equal) << a.ShortDebugString() << "\n" << b.ShortDebugString();
    ASSERT_TRUE(Diff(&a, &a, unbounded).changes.empty());
    // Turned round, it says the same the other way.
    const MessageDiff there = Diff(&a, &b, unbounded), back = Diff(&b, &a, unbounded);
    ASSERT_EQ(there.changes.size(), back.changes.size());
  }
  EXPECT_GT(different, 200);
}

TEST(MessageDiff, IsEmptyOnlyForEqualMessages) {
  TellsWhetherThereIsADifference<Concern>();
  TellsWhetherThereIsADifference<Recommendation>();
  TellsWhetherThereIsADifference<Force>();
  TellsWhetherThereIsADifference<Inspection>();
}

}  // namespace
}  // namespace oversight::rpc
