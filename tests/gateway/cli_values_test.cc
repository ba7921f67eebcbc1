// Values as they are typed, and what is said of those that cannot be.
#include "gateway/cli/values.h"

#include <fstream>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gateway/cli/contract.h"
#include "gateway/cli/value_text.h"
#include "gmock/gmock.h"
#include "google/protobuf/util/json_util.h"
#include "gtest/gtest.h"
#include "tests/support/temp_dir.h"

namespace oversight::cli {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using ::testing::AllOf;
using ::testing::HasSubstr;

// A message of the contract, set by paths such as "concern.source.kind".
class Target {
 public:
  explicit Target(const std::string& type) : message_(NewMessage(*Contract().FindMessageTypeByName(type))) {}

  std::vector<const FieldDescriptor*> Path(const std::string& path) const {
    std::vector<const FieldDescriptor*> fields;
    const auto* type = message_->GetDescriptor();
    for (size_t at = 0; at <= path.size();) {
      const size_t end = std::min(path.find('.', at), path.size());
      fields.push_back(type->FindFieldByName(path.substr(at, end - at)));
      type = fields.back()->message_type();
      at = end + 1;
    }
    return fields;
  }
  // "" when it was taken, else what was said.
  std::string Set(const std::string& path, const std::string& text, const NameContext& names = {}) {
    const absl::Status status = SetValue(message_.get(), Path(path), text, names);
    return status.ok() ? "" : std::string(status.message());
  }
  void Clear(const std::string& path) { ClearValue(message_.get(), Path(path)); }
  std::string Json() const {
    std::string json;
    EXPECT_TRUE(google::protobuf::util::MessageToJsonString(*message_, &json).ok());
    return json;
  }

 private:
  std::unique_ptr<Message> message_;
};

constexpr char kRename[] = "oversight.forces.v1.RenameForceRequest";
constexpr char kCreateForce[] = "oversight.forces.v1.CreateForceRequest";
constexpr char kPropose[] = "oversight.monitoring.v1.CreateProposalRequest";

TEST(Values, Dates) {
  for (const auto& [text, json] : std::vector<std::pair<std::string, std::string>>{
           {"2023", R"({"year":2023})"},
           {"2021-12", R"({"year":2021,"month":12})"},
           {"2023-11-24", R"({"year":2023,"month":11,"day":24})"},
           {"early 2024", R"({"year":2024,"partOfYear":"PART_OF_YEAR_EARLY","publishedText":"early 2024"})"}}) {
    Target target(kRename);
    EXPECT_EQ(target.Set("from_date", text), "");
    EXPECT_EQ(target.Json(), "{\"fromDate\":" + json + "}");
  }
  Target target(kRename);
  EXPECT_THAT(target.Set("from_date", "soon"), AllOf(HasSubstr("\"soon\" is not a date"), HasSubstr("early 2024")));
  EXPECT_EQ(target.Set("from_date", "2024-13"),
            "\"2024-13\" is not a date: its month must be from 1 to 12, or 0 when it is not known");
  EXPECT_THAT(target.Set("from_date", "2023-02-30"), HasSubstr("is not a date: its day"));
  Target exact("oversight.forces.v1.GetForceOnDateRequest");
  EXPECT_EQ(exact.Set("date", "2023-11"), "\"2023-11\" is not a whole day: write it as 2023-11-24");
  EXPECT_EQ(exact.Json(), "{}");
}

TEST(Values, DueRules) {
  EXPECT_TRUE(ParseDue("immediately")->immediately());
  EXPECT_TRUE(ParseDue("Immediately")->immediately());
  EXPECT_EQ(ParseDue("within 3 months")->within().count(), 3);
  EXPECT_EQ(ParseDue("1 month")->within().unit(), common::v1::DUE_UNIT_MONTHS);
  EXPECT_EQ(ParseDue("28 days")->within().unit(), common::v1::DUE_UNIT_DAYS);
  for (const char* text : {"by 2024-09-30", "2024-09-30", "by 30 September 2024"}) {
    ASSERT_TRUE(ParseDue(text).ok()) << text;
    EXPECT_EQ(ParseDue(text)->date().month(), 9) << text;
  }
  for (const char* bad : {"", "0 months", "3651 days", "2024", "by 2024", "soon", "3 fortnights", "within months"}) {
    EXPECT_FALSE(ParseDue(bad).ok()) << bad;
  }
  EXPECT_THAT(std::string(ParseDue("0 days").status().message()), HasSubstr("write 1 to 3650 days"));
  EXPECT_THAT(std::string(ParseDue("soon").status().message()), HasSubstr("\"within 3 months\""));
}

TEST(Values, Choices) {
  Target target("oversight.forces.v1.ListInspectionsRequest");
  EXPECT_EQ(target.Set("state", "in-fieldwork"), "");
  EXPECT_EQ(target.Json(), R"({"state":"INSPECTION_STATE_IN_FIELDWORK"})");
  EXPECT_EQ(target.Set("programme", "pel"),
            "there is no \"pel\"; there are peel, fire-and-rescue, thematic and other (did you mean peel?)");
}

TEST(Values, MomentsTimesAndLengths) {
  Target read("oversight.forces.v1.GetForceRequest");
  EXPECT_EQ(read.Set("read.as_of", "120"), "");
  EXPECT_EQ(read.Json(), R"({"read":{"asOf":{"revision":"120"}}})");
  Target at_time("oversight.forces.v1.GetForceRequest");
  EXPECT_EQ(at_time.Set("read.as_of", "2024-03-01T10:00:00.25+01:00"), "");
  EXPECT_EQ(at_time.Json(), R"({"read":{"asOf":{"recordedTime":"2024-03-01T09:00:00.250Z"}}})");
  for (const char* bad : {"yesterday", "2024-03-01", "infinite-future", "1.5"}) {
    EXPECT_THAT(read.Set("read.as_of", bad), HasSubstr("is no moment")) << bad;
  }
  Target watch("oversight.gateway.v1.WatchDashboardRequest");
  EXPECT_EQ(watch.Set("min_interval", "1m30.5s"), "");
  EXPECT_EQ(watch.Json(), R"({"minInterval":"90.500s"})");
  for (const char* bad : {"ten", "10", "inf"}) EXPECT_NE(watch.Set("min_interval", bad), "") << bad;
}

TEST(Values, NumbersAndYesOrNo) {
  Target list("oversight.forces.v1.ListForcesRequest");
  EXPECT_EQ(list.Set("page_size", "-3"), "");
  EXPECT_EQ(list.Json(), R"({"pageSize":-3})");
  for (const char* bad : {"x", "1.5", "99999999999"}) {
    EXPECT_THAT(list.Set("page_size", bad), HasSubstr("is no whole number")) << bad;
  }
  Target import("oversight.forces.v1.ImportForcesRequest");
  EXPECT_EQ(import.Set("validate_only", "yes"), "");
  EXPECT_EQ(import.Json(), R"({"validateOnly":true})");
  EXPECT_EQ(import.Set("validate_only", "No"), "");
  EXPECT_EQ(import.Json(), "{}");
  EXPECT_THAT(import.Set("validate_only", "perhaps"), HasSubstr("neither yes nor no"));
}

TEST(Values, NamesEtagsAndTexts) {
  Target target(kRename);
  EXPECT_EQ(target.Set("name", "kent"), "");
  EXPECT_EQ(target.Set("etag", "9"), "");
  EXPECT_EQ(target.Set("display_name", "@@home"), "");
  EXPECT_EQ(target.Set("reason", "  \"quoted\" \xc3\xa9\n"), "");
  EXPECT_EQ(target.Json(),
            "{\"name\":\"forces/kent\",\"etag\":\"\\\"9\\\"\",\"displayName\":\"@home\",\"reason\":\"  "
            "\\\"quoted\\\" \xc3\xa9\\n\"}");
  EXPECT_THAT(target.Set("name", "Kent Police"), HasSubstr("forces/{force}"));
}

TEST(Values, TextsAndBytesComeFromFiles) {
  const testing::TempDir folder;
  std::ofstream(folder / "text") << "From a file.\n";
  Target target(kRename);
  EXPECT_EQ(target.Set("reason", "@" + (folder / "text")), "");
  EXPECT_EQ(target.Json(), R"({"reason":"From a file."})");
  EXPECT_THAT(target.Set("reason", "@" + (folder / "none")), HasSubstr("Cannot read"));
  EXPECT_THAT(target.Set("reason", "@"), HasSubstr("names no file"));
  Target import("oversight.forces.v1.ImportForcesRequest");
  EXPECT_EQ(import.Set("csv", "@" + (folder / "text")), "");
  EXPECT_EQ(import.Json(), R"({"csv":"RnJvbSBhIGZpbGUuCg=="})");
  EXPECT_EQ(import.Set("csv", "00ff"), "");
  EXPECT_EQ(import.Json(), R"({"csv":"AP8="})");
  for (const char* bad : {"0ff", "id,name"}) EXPECT_THAT(import.Set("csv", bad), HasSubstr("@FILE")) << bad;
}

// As sha256sum prints them, with and without the name of the file, and as the bytes themselves.
TEST(Values, ADigestIsTakenAsItIsPrinted) {
  const std::string digits(64, 'a');
  const std::string json = absl::StrCat(R"({"sha256":")", absl::Base64Escape(std::string(32, '\xaa')), "\"}");
  const testing::TempDir dir;
  std::ofstream(dir / "digits") << digits << "\n";
  std::ofstream(dir / "printed") << digits << "  plan.pdf\n";
  std::ofstream(dir / "bytes") << std::string(32, '\xaa');
  for (const std::string& text :
       {digits, digits + "  plan.pdf", "@" + (dir / "digits"), "@" + (dir / "printed"), "@" + (dir / "bytes")}) {
    Target content("oversight.concerns.v1.EvidenceContent");
    EXPECT_EQ(content.Set("sha256", text), "") << text;
    EXPECT_EQ(content.Json(), json) << text;
  }
  Target content("oversight.concerns.v1.EvidenceContent");
  EXPECT_THAT(content.Set("sha256", "plan.pdf"),
              HasSubstr("is neither @FILE nor an even number of hexadecimal digits"));
}

TEST(Values, MessagesAsPartsAndAsJson) {
  Target target(kPropose);
  const NameContext beside = {.beside = "forces/kent"};
  EXPECT_EQ(target.Set("proposal.reasons", "text=Not managed; see the report; concern=3", beside), "");
  EXPECT_EQ(target.Set("proposal.reasons", R"({"text":"As JSON","concern":"forces/kent/concerns/4"})"), "");
  EXPECT_EQ(target.Set("proposal.reasons", R"([{"text":"One"},{"text":"Two"}])"), "");
  EXPECT_EQ(target.Set("proposal.next_report", "title=PEEL; expected-date=early 2024"), "");
  EXPECT_EQ(target.Json(),
            R"({"proposal":{"reasons":[{"text":"Not managed; see the report","concern":"forces/kent/concerns/3"},)"
            R"({"text":"As JSON","concern":"forces/kent/concerns/4"},{"text":"One"},{"text":"Two"}],)"
            R"("nextReport":{"title":"PEEL","expectedDate":{"year":2024,"partOfYear":"PART_OF_YEAR_EARLY",)"
            R"("publishedText":"early 2024"}}}})");
}

TEST(Values, MessagesThatCannotBeReadSayWhatTheyHave) {
  Target target(kPropose);
  EXPECT_EQ(target.Set("proposal.reasons", "tekst=x"),
            "\"tekst=x\" has no field \"tekst\"; there are text, concern, evidence, "
            "outside-evidence, outside-evidence.text, outside-evidence.reference and exit-criterion");
  EXPECT_THAT(target.Set("proposal.reasons", "text=x; concren=3"), HasSubstr("no field \"concren\""));
  EXPECT_THAT(target.Set("proposal.reasons", "just words"),
              HasSubstr("neither JSON nor @FILE nor \"field=value; field=value\" with text, concern, evidence, "));
  EXPECT_THAT(target.Set("proposal.reasons", "text=x; concern=none"), HasSubstr("concern: \"none\""));
  EXPECT_THAT(target.Set("proposal.reasons", R"({"tekst":1})"), HasSubstr("not JSON of Reason"));
  EXPECT_EQ(target.Json().find("reasons"), std::string::npos);
}

TEST(Values, RepeatedFieldsGrowAndAreCleared) {
  Target target(kCreateForce);
  EXPECT_EQ(target.Set("force.aliases", "WMP"), "");
  EXPECT_EQ(target.Set("force.aliases", "[W, M]"), "");
  EXPECT_EQ(target.Json(), R"({"force":{"aliases":["WMP","[W, M]"]}})");
  target.Clear("force.aliases");
  EXPECT_EQ(target.Json(), R"({"force":{}})");
  Target untouched(kCreateForce);
  untouched.Clear("force.aliases");
  EXPECT_EQ(untouched.Json(), "{}");
}

// What is read is shown in words again.
TEST(Values, AreShownAsTheyAreSaid) {
  const auto shown = [](const std::string& type, const std::string& field, const std::string& text) {
    const auto message = NewMessage(*Contract().FindMessageTypeByName(type));
    const FieldDescriptor* descriptor = message->GetDescriptor()->FindFieldByName(field);
    EXPECT_TRUE(SetValue(message.get(), {descriptor}, text, {}).ok()) << text;
    return ValueText(*message, *descriptor);
  };
  const std::string recommendation = "oversight.concerns.v1.Recommendation";
  EXPECT_EQ(shown(recommendation, "due_rule", "1 month"), "within 1 month");
  EXPECT_EQ(shown(recommendation, "due_rule", "28 days"), "within 28 days");
  EXPECT_EQ(shown(recommendation, "due_rule", "2024-09-30"), "by 30 September 2024");
  EXPECT_EQ(shown(recommendation, "due_rule", "immediately"), "immediately");
  EXPECT_EQ(shown(recommendation, "state", "open"), "open");
  EXPECT_EQ(shown(recommendation, "create_time", "2024-03-01T10:00:00Z"), "01 Mar 2024 10:00:00 UTC");
  EXPECT_EQ(shown("oversight.ledger.v1.TreeHead", "root_hash", "00ff"), "00ff");
  EXPECT_EQ(shown("oversight.gateway.v1.SectionStatus", "age", "1500ms"), "1.5s");
}

}  // namespace
}  // namespace oversight::cli
