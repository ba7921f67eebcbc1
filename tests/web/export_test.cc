// Lists in the formats that people take away: tables, calendars, feeds; and the reading of a list page by page.
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "common/text/csv.h"
#include "common/time/partial_date.h"
#include "common/time/timestamp.h"
#include "gateway/export/atom.h"
#include "gateway/export/calendar.h"
#include "gateway/export/rows.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "oversight/concerns/v1/concerns_service.pb.h"
#include "oversight/concerns/v1/overview_service.pb.h"
#include "oversight/forces/v1/forces_service.pb.h"
#include "oversight/monitoring/v1/announcements_service.pb.h"
#include "oversight/monitoring/v1/attention_service.pb.h"
#include "oversight/monitoring/v1/meetings_service.pb.h"
#include "oversight/monitoring/v1/register_service.pb.h"

namespace oversight::gateway {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

// A file of a list: the writer's begin, a row for each item, its end.
std::string FileOf(std::unique_ptr<RowWriter> writer, const google::protobuf::Message& answer) {
  std::string text = writer->Begin();
  for (const auto* list : ListsOf(*answer.GetDescriptor())) {
    for (int i = 0; i < answer.GetReflection()->FieldSize(answer, list); ++i) {
      text += writer->Row(answer.GetReflection()->GetRepeatedMessage(answer, list, i), *list);
    }
  }
  return text + writer->End();
}
std::string CsvOf(const google::protobuf::Message& answer) {
  return FileOf(MakeCsvWriter(ListsOf(*answer.GetDescriptor())), answer);
}

// Cells by the name of their column, of each row.
std::vector<std::map<std::string, std::string>> Cells(const std::string& csv) {
  const CsvFile file = ReadCsv(csv);
  EXPECT_THAT(file.faults, IsEmpty());
  std::vector<std::map<std::string, std::string>> rows;
  for (size_t i = 1; i < file.records.size(); ++i) {
    EXPECT_EQ(file.records[i].fields.size(), file.records[0].fields.size());
    rows.emplace_back();
    for (size_t c = 0; c < file.records[0].fields.size(); ++c) {
      rows.back()[file.records[0].fields[c]] = file.records[i].fields[c];
    }
  }
  return rows;
}

TEST(Csv, HasAColumnForEachFieldWithItsValueInWords) {
  concerns::v1::ListConcernsResponse answer;
  auto& concern = *answer.add_concerns();
  concern.set_name("forces/kent/concerns/1");
  concern.set_etag("\"7\"");
  concern.set_kind(concerns::v1::CONCERN_KIND_CAUSE_OF_CONCERN);
  concern.set_title("A, \"quoted\"\ntitle");
  concern.mutable_source()->set_title("Inspection");
  concern.mutable_found_date()->set_year(2023);
  concern.mutable_found_date()->set_month(9);
  concern.add_supersedes("forces/kent/concerns/2");
  concern.add_supersedes("forces/kent/concerns/3");
  SetTime(absl::FromUnixSeconds(1700820000), concern.mutable_create_time());
  const auto rows = Cells(CsvOf(answer));
  ASSERT_EQ(rows.size(), 1u);
  const auto& row = rows[0];
  EXPECT_EQ(row.at("name"), "forces/kent/concerns/1");
  EXPECT_EQ(row.at("kind"), "cause of concern");
  EXPECT_EQ(row.at("title"), "A, \"quoted\"\ntitle");
  EXPECT_EQ(row.at("source.title"), "Inspection");
  EXPECT_EQ(row.at("found_date"), "2023-09") << "as much of a date as is known";
  EXPECT_EQ(row.at("create_time"), "2023-11-24T10:00:00Z");
  EXPECT_EQ(row.at("supersedes"), "forces/kent/concerns/2; forces/kent/concerns/3");
  EXPECT_EQ(row.at("accelerated"), "no");
  EXPECT_EQ(row.at("closure.close_date"), "");
  EXPECT_EQ(row.count("etag"), 0u);
}

TEST(Csv, NoCellIsAFormula) {
  for (const char* text : {"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"}) {
    EXPECT_EQ(SafeCell(text), absl::StrCat("'", text));
    concerns::v1::ListConcernsResponse answer;
    answer.add_concerns()->set_title(text);
    answer.mutable_concerns(0)->add_supersedes(text);
    const auto row = Cells(CsvOf(answer)).at(0);
    EXPECT_EQ(row.at("title"), absl::StrCat("'", text));
    EXPECT_EQ(row.at("supersedes"), absl::StrCat("'", text));
  }
  for (const char* text : {"", "a", " =1", "1", "'=1"}) EXPECT_EQ(SafeCell(text), text);
}

TEST(Csv, ANumberStaysANumberAndOneThatIsNotKnownIsNotNought) {
  concerns::v1::ListDueResponse answer;
  answer.add_items()->set_days_left(-3);
  const auto row = Cells(CsvOf(answer)).at(0);
  EXPECT_EQ(row.at("days_left"), "-3");
  EXPECT_EQ(row.at("working_days_left"), "");
}

TEST(Csv, OfSeveralListsEachRowSaysWhichItIsOf) {
  monitoring::v1::GetRegisterResponse answer;
  answer.add_current()->set_force("forces/kent");
  answer.add_previous()->set_force("forces/essex");
  const auto rows = Cells(CsvOf(answer));
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].at("list"), "current");
  EXPECT_EQ(rows[0].at("force"), "forces/kent");
  EXPECT_EQ(rows[1].at("list"), "previous");
  EXPECT_EQ(rows[1].at("force"), "forces/essex");
  EXPECT_EQ(FileOf(MakeJsonLinesWriter(ListsOf(*answer.GetDescriptor())), answer),
            "{\"current\":{\"force\":\"forces/kent\"}}\n{\"previous\":{\"force\":\"forces/essex\"}}\n");
}

TEST(JsonLines, AreTheItemsAsTheApiHasThem) {
  forces::v1::ListForcesResponse answer;
  answer.add_forces()->set_display_name("Kent\nPolice");
  answer.add_forces()->set_display_name("Essex");
  EXPECT_EQ(FileOf(MakeJsonLinesWriter(ListsOf(*answer.GetDescriptor())), answer),
            "{\"displayName\":\"Kent\\nPolice\"}\n{\"displayName\":\"Essex\"}\n");
  EXPECT_THAT(ListsOf(*forces::v1::GetForceResponse::descriptor()), IsEmpty()) << "one thing is no list";
}

TEST(Calendar, LinesAreFoldedAndEscaped) {
  EXPECT_EQ(CalendarLine("SUMMARY", "a;b,c\\d\ne\rf"), "SUMMARY:a\\;b\\,c\\\\d\\nef\r\n");
  for (size_t before = 58; before < 66; ++before) {  // The fold comes at every place of a character of two octets.
    const std::string words = absl::StrCat(std::string(before, 'x'), "éééé", std::string(200, 'y'));
    std::string unfolded;
    for (absl::string_view line : absl::StrSplit(CalendarLine("DESCRIPTION", words), "\r\n", absl::SkipEmpty())) {
      EXPECT_LE(line.size(), 75u);
      if (unfolded.empty()) {
        unfolded = std::string(line);
        continue;
      }
      EXPECT_EQ(line.substr(0, 1), " ");
      EXPECT_NE(static_cast<unsigned char>(line[1]) & 0xc0, 0x80) << "a character is never torn";
      absl::StrAppend(&unfolded, line.substr(1));
    }
    EXPECT_EQ(unfolded, "DESCRIPTION:" + words);
  }
}

TEST(Calendar, HasAWholeDayForEachDateThatIsOne) {
  concerns::v1::ListDueResponse answer;
  auto& item = *answer.add_items();
  item.set_name("forces/west-midlands/concerns/1/recommendations/2");
  item.set_force("forces/west-midlands");
  item.set_text("Do it.");
  *item.mutable_due_date() = ToPartialDate(absl::CivilDay(2024, 12, 31));
  answer.add_items()->mutable_due_date()->set_year(2024);
  answer.add_items();
  const std::string text = FileOf(MakeCalendarWriter("Due"), answer);
  EXPECT_TRUE(absl::StartsWith(text, "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:"));
  EXPECT_TRUE(absl::EndsWith(text, "END:VEVENT\r\nEND:VCALENDAR\r\n"));
  EXPECT_THAT(text, HasSubstr("UID:forces/west-midlands/concerns/1/recommendations/2#due\r\n"));
  EXPECT_THAT(text, HasSubstr("DTSTART;VALUE=DATE:20241231\r\nDTEND;VALUE=DATE:20250101\r\n"));
  EXPECT_THAT(text, HasSubstr("SUMMARY:Due\\, west midlands: Do it.\r\n"));
  EXPECT_THAT(text, HasSubstr("X-WR-CALDESC:2 without a whole day left out.\r\n")) << "no day is made up";
  EXPECT_EQ(std::vector<std::string>(absl::StrSplit(text, "BEGIN:VEVENT")).size(), 2u);
  EXPECT_EQ(text, FileOf(MakeCalendarWriter("Due"), answer)) << "the same when it is read again";
}

TEST(Calendar, TheNextMeetingIsAnotherEventOnceOneWasHeld) {
  monitoring::v1::MeetingCadence cadence;
  cadence.set_force("forces/kent");
  *cadence.mutable_due_date() = ToPartialDate(absl::CivilDay(2024, 3, 1));
  const auto first = EventOf(cadence);
  cadence.set_last_meeting("forces/kent/meetings/1");
  const auto second = EventOf(cadence);
  *cadence.mutable_due_date() = ToPartialDate(absl::CivilDay(2024, 3, 8));
  ASSERT_TRUE(first.has_value() && second.has_value());
  EXPECT_NE(first->uid, second->uid);
  EXPECT_EQ(EventOf(cadence)->uid, second->uid) << "moved, not doubled";
}

TEST(Calendar, WhatNeedsAttentionIsToldByDatesAndNotByDaysThatGrowOld) {
  monitoring::v1::AttentionItem item;
  item.set_kind(monitoring::v1::ATTENTION_KIND_RECOMMENDATION_DUE);
  item.set_force("forces/kent");
  item.set_resource("forces/kent/concerns/1/recommendations/1");
  item.set_text("Recommendation 1 is overdue by 917 days.");
  item.set_days_late(917);
  *item.mutable_due_date() = ToPartialDate(absl::CivilDay(2024, 5, 24));
  const auto event = EventOf(item);
  ASSERT_TRUE(event.has_value());
  EXPECT_EQ(event->summary, "kent: recommendation due");
  EXPECT_EQ(event->description, "Was due on 24 May 2024\nforces/kent/concerns/1/recommendations/1");
}

TEST(Calendar, TakesWhatHasDaysAlone) {
  EXPECT_TRUE(HasEvents(*monitoring::v1::Meeting::descriptor()));
  EXPECT_FALSE(HasEvents(*forces::v1::Force::descriptor()));
  EXPECT_FALSE(EventOf(forces::v1::Force()).has_value());
}

TEST(Atom, HasWhatIsOutNewestFirst) {
  monitoring::v1::ListAnnouncementsResponse answer;
  for (int i = 1; i <= 3; ++i) {
    auto& announcement = *answer.add_announcements();
    announcement.set_name(absl::StrCat("forces/kent/announcements/", i));
    auto& headline = *announcement.add_statements();
    headline.set_part(monitoring::v1::STATEMENT_PART_HEADLINE);
    headline.set_text(absl::StrCat("Headline <", i, "> & \"more\"\x01\xEF\xBF\xBF"));
    if (i < 3) SetTime(absl::FromUnixSeconds(1700820000 + i), announcement.mutable_published_time());
  }
  const std::string text = FileOf(MakeAtomWriter("/v1/forces/kent/announcements.atom", "Oversight: kent, announcements",
                                                 "/forces/kent/announcements"),
                                  answer);
  EXPECT_THAT(text, HasSubstr("<title>Headline &lt;2&gt; &amp; &quot;more&quot;</title>"));
  EXPECT_LT(text.find("announcements/2"), text.find("announcements/1"));
  EXPECT_THAT(text, Not(HasSubstr("announcements/3"))) << "not out";
  EXPECT_THAT(text, HasSubstr("<updated>2023-11-24T10:00:02Z</updated>\n<entry>"));
}

TEST(Atom, HoldsTheNewestHundred) {
  monitoring::v1::ListAnnouncementsResponse answer;
  for (int i = 0; i < 450; ++i) {
    auto& announcement = *answer.add_announcements();
    announcement.set_name(absl::StrCat("forces/kent/announcements/", i));
    SetTime(absl::FromUnixSeconds(1700820000 + i), announcement.mutable_published_time());
  }
  const std::string text = FileOf(MakeAtomWriter("/x", "X", "/x"), answer);
  EXPECT_EQ(std::vector<std::string>(absl::StrSplit(text, "<entry>")).size(), 101u);
  EXPECT_THAT(text, HasSubstr("announcements/449<"));
  EXPECT_THAT(text, Not(HasSubstr("announcements/349<")));
}

}  // namespace
}  // namespace oversight::gateway
