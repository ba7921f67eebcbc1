// What people see of messages.
#include "gateway/cli/show.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gateway/cli/contract.h"
#include "gateway/cli/force_page.h"
#include "gateway/cli/table.h"
#include "gmock/gmock.h"
#include "google/protobuf/descriptor.pb.h"
#include "google/protobuf/dynamic_message.h"
#include "google/protobuf/text_format.h"
#include "google/protobuf/util/json_util.h"
#include "gtest/gtest.h"

namespace oversight::cli {
namespace {

using google::protobuf::Message;
using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

std::unique_ptr<Message> Read(const std::string& type, const std::string& json) {
  auto message = NewMessage(*Contract().FindMessageTypeByName(type));
  const auto status = google::protobuf::util::JsonStringToMessage(json, message.get());
  EXPECT_TRUE(status.ok()) << std::string(status.message());
  return message;
}

constexpr char kConcern[] = R"({"name":"forces/kent/concerns/1","etag":"\"4\"","revision":"4",
  "createTime":"2024-03-01T10:00:00Z","kind":"CONCERN_KIND_CAUSE_OF_CONCERN","state":"CONCERN_STATE_ISSUED",
  "title":"Investigations","finding":"The force does not carry out effective investigations which lead to results.",
  "source":{"kind":"SOURCE_KIND_INSPECTION","title":"PEEL"},"foundDate":{"year":2024,"partOfYear":"PART_OF_YEAR_EARLY"}})";

TEST(Lines, AreAlignedInWordsWithTheStampsLast) {
  EXPECT_EQ(Lines(*Read("oversight.concerns.v1.Concern", kConcern), 60),
            "name:        forces/kent/concerns/1\n"
            "kind:        cause of concern\n"
            "state:       issued\n"
            "title:       Investigations\n"
            "finding:     The force does not carry out effective\n"
            "             investigations which lead to results.\n"
            "source:\n"
            "  kind:  inspection\n"
            "  title: PEEL\n"
            "found date:  early 2024\n"
            "accelerated: no\n"
            "etag:        \"4\"\n"
            "revision:    4\n"
            "create time: 01 Mar 2024 10:00:00 UTC\n");
}

// Their names are hashes: who read what, and when, is what is asked.
TEST(Items, ReadsAreToldByWhoReadWhatAndWhen) {
  const auto read = [](const std::string& reader) {
    return Read(
        "oversight.monitoring.v1.EmbargoedRead",
        absl::StrCat(R"({"name":"embargoedReads/20261128-3c1ca9b0312806945aaa79072f5887dd","reader":"principals/)",
                     reader, R"(","readerDisplayName":"Press","roles":["ROLE_PRESS_OFFICE"],)",
                     R"("resource":"forces/kent/decisions/1","resourceRevision":"4","force":"forces/kent",)",
                     R"("method":"oversight.monitoring.v1.MonitoringService/GetDecision",)",
                     R"("readTime":"2026-11-28T00:13:39Z","reporter":"principals/monitoring-service"})"));
  };
  const auto press = read("press-officer"), lead = read("liaison-lead");
  const std::string table = ItemsTable({press.get(), lead.get()}, 80);
  EXPECT_THAT(table, AllOf(HasSubstr("READER"), HasSubstr("RESOURCE"), HasSubstr("READ TIME"),
                           HasSubstr("principals/press-officer"), HasSubstr("principals/liaison-lead"),
                           HasSubstr("forces/kent/decisions/1"), Not(HasSubstr("3c1ca9b0"))));
}

TEST(Lines, RepeatedMessagesAreATableOrOneAfterTheOther) {
  const std::string report = Lines(*Read("oversight.forces.v1.InspectionReport",
                                         R"({"title":"R","gradedAreas":[{"title":"Crime","grade":"GRADE_GOOD"},
                                             {"title":"Custody","grade":"GRADE_INADEQUATE","theme":"themes/custody"}]})"),
                                   80);
  EXPECT_THAT(report, HasSubstr("graded areas:\n"
                                "  TITLE    GRADE       THEME\n"
                                "  Crime    good\n"
                                "  Custody  inadequate  themes/custody\n"));
  // What has parts is told whole, without the stamps.
  const std::string on_date =
      Lines(*Read("oversight.forces.v1.ForceOnDate",
                  R"({"officeHolders":[{"officeHolder":{"name":"forces/kent/officeHolders/1","etag":"\"1\"",
                      "displayName":"A Person"}}]})"),
            80);
  EXPECT_EQ(on_date,
            "office holders:\n"
            "  - office holder:\n"
            "      name:         forces/kent/officeHolders/1\n"
            "      display name: A Person\n"
            "      acting:       no\n"
            "    certain: no\n");
}

TEST(Lines, TextsOfSeveralLinesKeepThem) {
  EXPECT_EQ(Lines(*Read("oversight.forces.v1.NameOnDate", R"({"displayName":"one\ntwo"})"), 80),
            "display name: one\n"
            "              two\n"
            "certain:      no\n");
}

TEST(ItemsTable, ShowsWhatMattersMost) {
  const auto one = Read("oversight.concerns.v1.Concern", kConcern);
  const std::string table = ItemsTable({one.get()}, 120);
  EXPECT_EQ(table,
            "NAME                    KIND              STATE   SOURCE  FOUND DATE  TITLE\n"
            "forces/kent/concerns/1  cause of concern  issued  PEEL    early 2024  Investigations\n");
  EXPECT_EQ(ItemsTable({}, 120), "None.\n");
}

TEST(ItemsTable, FitsEveryWidthAndKeepsNames) {
  std::vector<std::unique_ptr<Message>> concerns;
  std::vector<const Message*> items;
  for (int i = 1; i <= 5; ++i) {
    concerns.push_back(Read("oversight.concerns.v1.Concern",
                            absl::StrCat(R"({"name":"forces/kent/concerns/)", i, R"(","state":"CONCERN_STATE_DRAFT",
                              "kind":"CONCERN_KIND_CAUSE_OF_CONCERN","foundDate":{"year":)",
                                         2019 + i, R"(},
                              "title":"A title of some length that says what the concern is about, number )",
                                         i, "\"}")));
    items.push_back(concerns.back().get());
  }
  for (size_t width : {60, 72, 80, 100, 120, 200}) {
    const std::string table = ItemsTable(items, width);
    for (const std::string& line : std::vector<std::string>(absl::StrSplit(table, '\n'))) {
      EXPECT_LE(DisplayWidth(line), width) << table;
    }
    EXPECT_THAT(table, AllOf(HasSubstr("forces/kent/concerns/5"), HasSubstr("TITLE"), HasSubstr("number")));
  }
  // What is the same in every row gives way first.
  EXPECT_THAT(ItemsTable(items, 64), AllOf(HasSubstr("FOUND DATE"), HasSubstr("STATE"), Not(HasSubstr("KIND"))));
  EXPECT_THAT(ItemsTable(items, 60), AllOf(HasSubstr("STATE"), Not(HasSubstr("FOUND DATE"))));
  EXPECT_THAT(ItemsTable(items, 200), AllOf(HasSubstr("KIND"), HasSubstr("STATE")));
}

// What a list of what is due is read for stays on the narrowest screen.
TEST(ItemsTable, KeepsByWhenAndHowBadOnNarrowScreens) {
  const auto due = Read("oversight.concerns.v1.DueItem",
                        R"({"kind":"DUE_KIND_RECOMMENDATION","name":"forces/kent/concerns/1/recommendations/1",
                            "force":"forces/kent","concern":"forces/kent/concerns/1","concernTitle":"Investigations",
                            "theme":"themes/investigations","text":"Make sure that every investigation is supervised
                            throughout, and that its plan is written down.",
                            "dueDate":{"year":2024,"month":9,"day":24},"overdue":true,"daysLeft":-12})");
  const auto inconsistency = Read("oversight.concerns.v1.Inconsistency",
                                  R"({"rule":"due-before-issue","severity":"SEVERITY_WARNING",
                                      "name":"forces/west-midlands/concerns/1/recommendations/1",
                                      "force":"forces/west-midlands","sentence":"It is due before its concern was issued,
                                      which cannot be.","remedy":"Withdraw it."})");
  for (const size_t width : {40, 60, 80, 120}) {
    EXPECT_THAT(ItemsTable({due.get()}, width),
                AllOf(HasSubstr("DUE DATE"), HasSubstr("24 September 2024"), HasSubstr("DAYS LEFT"), HasSubstr("-12"),
                      HasSubstr("forces/kent/concerns/1/recommendations/1"), HasSubstr("supervised")));
    EXPECT_THAT(ItemsTable({inconsistency.get()}, width), AllOf(HasSubstr("SEVERITY"), HasSubstr("warning"),
                                                                HasSubstr("recommendations/1"), HasSubstr("issued,")));
  }
}

TEST(ItemsTable, ATextIsShownWhereThereIsNoTitle) {
  const auto recommendation = Read("oversight.concerns.v1.Recommendation",
                                   R"({"name":"forces/kent/concerns/1/recommendations/1","text":"Make sure that every
                                       investigation has a recorded plan and is supervised throughout.",
                                       "dueDate":{"year":2024,"month":3,"day":31}})");
  EXPECT_THAT(ItemsTable({recommendation.get()}, 100),
              AllOf(HasSubstr("NAME"), HasSubstr("DUE DATE"), HasSubstr("TEXT"), HasSubstr("31 March 2024")));
}

TEST(Timeline, SaysWhoDidWhatAndWhatChanged) {
  const auto issued = Read("oversight.concerns.v1.ConcernVersion",
                           R"({"change":{"revision":"4","recordedTime":"2024-03-02T10:00:00Z",
                               "actor":"principals/hm-inspector","verb":"IssueConcern","reason":"It is time"},
                               "concern":{"name":"forces/kent/concerns/1","etag":"\"4\"","revision":"4","title":"New",
                               "state":"CONCERN_STATE_ISSUED","source":{"kind":"SOURCE_KIND_REVISIT"}}})");
  const auto drafted = Read("oversight.concerns.v1.ConcernVersion",
                            R"({"change":{"revision":"1","recordedTime":"2024-03-01T10:00:00Z",
                                "actor":"principals/liaison-lead","verb":"CreateConcern"},
                                "concern":{"name":"forces/kent/concerns/1","etag":"\"1\"","revision":"1","title":"Old",
                                "state":"CONCERN_STATE_DRAFT","theme":"themes/workforce"}})");
  EXPECT_EQ(Timeline({issued.get(), drafted.get()}, 10, 100),
            "02 Mar 2024 10:00:00 UTC  IssueConcern by hm-inspector (revision 4)\n"
            "  reason:      It is time\n"
            "  state:       draft -> issued\n"
            "  title:       Old -> New\n"
            "  source kind: revisit\n"
            "  theme:       themes/workforce -> nothing\n"
            "01 Mar 2024 10:00:00 UTC  CreateConcern by liaison-lead (revision 1)\n");
  // What is not there any more changed nothing.
  const auto removed =
      Read("oversight.concerns.v1.ConcernVersion", R"({"change":{"revision":"2","verb":"UpdateConcern"}})");
  EXPECT_THAT(Timeline({issued.get(), removed.get(), drafted.get()}, 10, 100),
              AllOf(HasSubstr("UpdateConcern"), Not(HasSubstr("state:")), Not(HasSubstr("nothing"))));
  // The one behind the last shown says what that changed, and is not told itself.
  const std::string first = Timeline({issued.get(), drafted.get()}, 1, 100);
  EXPECT_THAT(first, AllOf(HasSubstr("draft -> issued"), Not(HasSubstr("CreateConcern"))));
}

// Shapes that the contract does not have yet.
class StrangeTypes {
 public:
  StrangeTypes() {
    google::protobuf::FileDescriptorProto file;
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(R"(
      name: "strange.proto" syntax: "proto3"
      message_type { name: "Change"
        field { name: "revision" number: 1 type: TYPE_INT64 label: LABEL_OPTIONAL }
        field { name: "actor" number: 3 type: TYPE_STRING label: LABEL_OPTIONAL }
        field { name: "verb" number: 4 type: TYPE_STRING label: LABEL_OPTIONAL }
        field { name: "redaction" number: 8 type: TYPE_STRING label: LABEL_OPTIONAL } }
      message_type { name: "Part"
        field { name: "name" number: 1 type: TYPE_STRING label: LABEL_OPTIONAL }
        field { name: "sentence" number: 2 type: TYPE_STRING label: LABEL_OPTIONAL }
        field { name: "remedy" number: 3 type: TYPE_STRING label: LABEL_OPTIONAL } }
      message_type { name: "Act"
        field { name: "change" number: 1 type_name: "Change" label: LABEL_OPTIONAL }
        field { name: "parts" number: 2 type_name: "Part" label: LABEL_REPEATED } })",
                                                              &file));
    file_ = pool_.BuildFile(file);
  }
  std::unique_ptr<Message> Make(const std::string& type, const std::string& json) {
    std::unique_ptr<Message> message(factory_.GetPrototype(file_->FindMessageTypeByName(type))->New());
    EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(json, message.get()).ok()) << json;
    return message;
  }

 private:
  google::protobuf::DescriptorPool pool_;
  // Its own: the one of the contract would remember types that are gone with the pool.
  google::protobuf::DynamicMessageFactory factory_;
  const google::protobuf::FileDescriptor* file_ = nullptr;
};

TEST(Timeline, TellsWhatElseAVersionTells) {
  StrangeTypes types;
  const auto act = types.Make("Act", R"({"change":{"revision":"7","actor":"principals/a","verb":"Do",
      "redaction":"redactions/1"},"parts":[{"name":"x/1","sentence":"Old"}]})");
  EXPECT_EQ(Timeline({act.get()}, 10, 80),
            "01 Jan 1970 00:00:00 UTC  Do by a (revision 7)\n"
            "  redaction: redactions/1\n"
            "  parts:\n"
            "    NAME  SENTENCE\n"
            "    x/1   Old\n");
}

TEST(ItemsTable, TextsOfWhichNoneIsATitleAreShownAsThereIsRoom) {
  StrangeTypes types;
  const auto item = types.Make(
      "Part", R"({"name":"x/1","sentence":"A sentence that is long enough to be no name but a text to be read through.",
                  "remedy":"A remedy that is long enough to be no name but a text to be read through."})");
  EXPECT_THAT(ItemsTable({item.get()}, 120), AllOf(HasSubstr("SENTENCE"), HasSubstr("REMEDY")));
  EXPECT_THAT(ItemsTable({item.get()}, 45), AllOf(HasSubstr("SENTENCE"), Not(HasSubstr("REMEDY"))));
}

TEST(CountsText, WhatIsNotKnownIsNotSaidToBeNothing) {
  gateway::v1::ForceDashboard dashboard;
  dashboard.mutable_counts()->set_open_causes_of_concern(2);
  const auto text = [&] { return CountsText(dashboard.counts(), dashboard.sections()); };
  EXPECT_THAT(text(), StartsWith("open: 2 causes of concern (0 accelerated), "));
  auto& section = *dashboard.add_sections();
  section.set_service("concerns-service");
  section.set_state(gateway::v1::SECTION_STATE_STALE);
  EXPECT_THAT(text(), StartsWith("open: 2 causes of concern"));
  section.set_state(gateway::v1::SECTION_STATE_UNAVAILABLE);
  EXPECT_EQ(text(), "open: not known");
  // What is derived from the record is another part.
  section.set_part("overview");
  EXPECT_THAT(text(), StartsWith("open: 2 causes of concern"));
}

TEST(ItemsTable, PartsWithoutANameAreCounted) {
  StrangeTypes types;
  const auto act = types.Make("Act", R"({"parts":[{},{}]})");
  EXPECT_EQ(ItemsTable({act.get()}, 80), "PARTS\n2\n");
}

TEST(Answer, ShowsWhatItIsAboutWithoutTheHeader) {
  EXPECT_EQ(
      Answer(*Read("oversight.gateway.v1.GetForceDashboardResponse", R"({"dashboard":{"today":{"year":2024}}})"), 80),
      "today: 2024\n");
  const std::string counted = Answer(*Read("oversight.forces.v1.ImportForcesResponse",
                                           R"({"header":{"revision":"3","replayed":true},"createdCount":2})"),
                                     80);
  EXPECT_EQ(counted, "created count: 2\n");
  EXPECT_EQ(Answer(*Read("oversight.forces.v1.ImportForcesResponse", "{}"), 80), "Done.\n");
  EXPECT_TRUE(WasReplayed(*Read("oversight.forces.v1.ImportForcesResponse", R"({"header":{"replayed":true}})")));
  EXPECT_FALSE(WasReplayed(*Read("oversight.forces.v1.ImportForcesResponse", "{}")));
}

TEST(Listed, FindsTheItemsAlsoInAListThatIsAMessage) {
  EXPECT_EQ(ListedIn(*Read("oversight.forces.v1.ListForcesResponse", R"({"forces":[{},{}]})")).items().size(), 2u);
  EXPECT_EQ(
      ListedIn(*Read("oversight.concerns.v1.ListThemesResponse", R"({"themeList":{"themes":[{}]}})")).items().size(),
      1u);
  EXPECT_EQ(ListedIn(*Read("oversight.forces.v1.GetForceResponse", "{}")).field, nullptr);
  EXPECT_EQ(ListedIn(*Read("oversight.forces.v1.PublishReportResponse", "{}")).field, nullptr);
}

// Whatever a service answers can be shown.
TEST(EveryAnswer, CanBeShownEmptyAndFull) {
  for (const auto* service : Services()) {
    for (int i = 0; i < service->method_count(); ++i) {
      SCOPED_TRACE(service->method(i)->full_name());
      const auto response = NewMessage(*service->method(i)->output_type());
      EXPECT_FALSE(Answer(*response, 80).empty());
      // One of everything, four deep.
      const std::function<void(Message*, int)> fill = [&](Message* message, int depth) {
        const auto& reflection = *message->GetReflection();
        for (int f = 0; f < message->GetDescriptor()->field_count(); ++f) {
          const auto* field = message->GetDescriptor()->field(f);
          if (field->cpp_type() == google::protobuf::FieldDescriptor::CPPTYPE_MESSAGE && depth < 4) {
            fill(field->is_repeated() ? reflection.AddMessage(message, field)
                                      : reflection.MutableMessage(message, field),
                 depth + 1);
          } else if (field->cpp_type() == google::protobuf::FieldDescriptor::CPPTYPE_STRING) {
            field->is_repeated() ? reflection.AddString(message, field, "some text")
                                 : reflection.SetString(message, field, "some text");
          } else if (field->cpp_type() == google::protobuf::FieldDescriptor::CPPTYPE_INT32 && !field->is_repeated()) {
            reflection.SetInt32(message, field, 7777);
          }
        }
      };
      fill(response.get(), 0);
      EXPECT_THAT(Answer(*response, 60), AnyOf(HasSubstr("some text"), HasSubstr("7777")));
    }
  }
}

TEST(Table, BreaksWhatMayBeBroken) {
  EXPECT_THAT(WrapText("one two three", 7), ElementsAre("one two", "three"));
  EXPECT_THAT(WrapText("", 7), ElementsAre(""));
  Table table({Column("A"), Column("WHY", true, 0)});
  table.Add({"x", "one two three four five six seven"});
  EXPECT_EQ(table.Fit(25), "A  WHY\nx  one two three four\n   five six seven\n");
  EXPECT_FALSE(table.empty());
}

// What matters most stays on the narrowest screen; texts make room for it.
TEST(Table, TextsGoBelowBeforeWhatMattersMostGoes) {
  Table table({Column("NAME", false, 0), Column("DUE", false, 2), Column("WHAT", true, 2), Column("THEME", false, 20)});
  table.Add({"forces/kent/concerns/1", "24 May 2024", "Make sure that every investigation has a plan.", "t"});
  table.Add({"forces/kent/concerns/2", "25 May 2024", "Publish it.", "t"});
  EXPECT_EQ(table.Fit(40),
            "NAME                    DUE\n"
            "forces/kent/concerns/1  24 May 2024\n"
            "    Make sure that every investigation\n"
            "    has a plan.\n"
            "forces/kent/concerns/2  25 May 2024\n"
            "    Publish it.\n");
  EXPECT_THAT(table.Fit(60), HasSubstr("NAME                    DUE          WHAT\n"));
}

TEST(Table, ACellCannotForgeALine) {
  Table table({Column("NAME", false, 0), Column("TITLE", true, 1)});
  table.Add({"a/1", "Crime\nb/2   Closed\x1b[2J\r\xe2\x80\xae"});
  for (const std::string& text : {table.Text(), table.Fit(60)}) {
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 2) << text;
    EXPECT_THAT(text, HasSubstr("Crime b/2"));
    EXPECT_EQ(text.find_first_of("\x1b\r"), std::string::npos);
    EXPECT_EQ(text.find("\xe2\x80\xae"), std::string::npos);
  }
}

TEST(Table, LeavesOutWhatMattersLeastAndWhatIsEmpty) {
  Table table({Column("NAME"), Column("EMPTY"), Column("FIRST", false, 10), Column("SECOND", false, 20)});
  table.Add({"forces/kent", "", "aaaaaaaa", "bbbbbbbb"});
  EXPECT_EQ(table.Fit(80), "NAME         FIRST     SECOND\nforces/kent  aaaaaaaa  bbbbbbbb\n");
  EXPECT_TRUE(table.AllFit(80));
  EXPECT_EQ(table.Fit(25), "NAME         FIRST\nforces/kent  aaaaaaaa\n");
  EXPECT_FALSE(table.AllFit(25));
  EXPECT_EQ(table.Fit(5), "NAME\nforces/kent\n");
}

}  // namespace
}  // namespace oversight::cli
