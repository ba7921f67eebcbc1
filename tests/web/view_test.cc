// Messages as templates read them, HTML from templates, and the timeline of a force.
#include "gateway/web/view.h"
#include "gateway/web/snippet.h"

#include "common/text/template.h"
#include "common/text/words.h"
#include "common/time/partial_date.h"
#include "common/time/timestamp.h"
#include "gateway/web/assets.h"
#include "gateway/web/links.h"
#include "gateway/web/timeline.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "oversight/gateway/v1/dashboard.pb.h"

namespace oversight::gateway::web {
namespace {

std::string Html(const std::string& text, const View& view) {
  const auto html = RenderHtml(text, view, {{"_part", "<i>{{title}}</i>"}});
  EXPECT_TRUE(html.ok()) << html.status();
  return html.value_or("");
}

concerns::v1::Concern AConcern() {
  concerns::v1::Concern concern;
  concern.set_name("forces/kent/concerns/3");
  concern.set_title("<b>A & B</b>");
  concern.set_theme("themes/child-abuse");
  concern.set_state(concerns::v1::CONCERN_STATE_ISSUED);
  concern.set_revision(0);
  *concern.mutable_issue_date() = ToPartialDate(absl::CivilDay(2023, 11, 24));
  SetTime(absl::FromUnixSeconds(1700820000), concern.mutable_create_time());
  concern.add_supersedes("forces/kent/concerns/1");
  return concern;
}

TEST(View, HasTheFieldsOfTheJsonInWords) {
  const View view = ViewOf(AConcern());
  EXPECT_EQ(Html("{{title}}|{{{title}}}|{{>_part}}", view),
            "&lt;b&gt;A &amp; B&lt;/b&gt;|<b>A & B</b>|<i>&lt;b&gt;A &amp; B&lt;/b&gt;</i>");
  EXPECT_EQ(Html("{{issueDate}}, {{createTime}}, {{state}}, {{themeId}}, {{nameId}}", view),
            "24 November 2023, 10:00 on 24 November 2023, issued, child abuse, 3");
  EXPECT_EQ(Html("{{#stateIsIssued}}open{{/stateIsIssued}}{{#stateIsDraft}}draft{{/stateIsDraft}}", view), "open");
  EXPECT_EQ(Html("{{#supersedes}}{{.}}{{/supersedes}} {{supersedesCount}}{{#hasSupersedes}}!{{/hasSupersedes}}", view),
            "forces/kent/concerns/1 1!");
  EXPECT_EQ(Html("{{revision}}{{^hasRevision}} none{{/hasRevision}}", view), "0 none");
  EXPECT_EQ(Html("[{{closure}}{{finding}}{{kind}}{{accelerated}}]{{^closure}}open{{/closure}}", view), "[]open");
}

// A recommendation that is not closed must not show its concern's closure.
TEST(View, WhatIsUnsetIsNeverTakenFromOutside) {
  v1::ConcernView concern;
  *concern.mutable_concern() = AConcern();
  concern.mutable_concern()->mutable_closure()->set_reason("Closed");
  concern.add_recommendations()->mutable_recommendation()->set_text("Do it.");
  View view;
  Set(view, "concern", ViewOf(concern.concern()));
  View inner = ViewOf(concern.recommendations(0).recommendation());
  (*view.mutable_fields())["concern"].mutable_struct_value()->mutable_fields()->insert(
      {"recommendation", [&] {
         google::protobuf::Value value;
         *value.mutable_struct_value() = inner;
         return value;
       }()});
  EXPECT_EQ(Html("{{#concern}}{{#recommendation}}{{text}}{{#closure}}{{reason}}{{/closure}}{{name}}{{/"
                 "recommendation}}{{/concern}}",
                 view),
            "Do it.");
}

TEST(View, ANumberThatIsNotKnownIsNotNought) {
  concerns::v1::DueItem item;
  EXPECT_EQ(Html("{{#workingDaysLeft}}{{workingDaysLeft}}{{/workingDaysLeft}}", ViewOf(item)), "");
  item.set_working_days_left(0);
  EXPECT_EQ(Html("{{#workingDaysLeft}}{{workingDaysLeft}}{{/workingDaysLeft}}", ViewOf(item)), "0");
}

TEST(View, DurationsAreSaidRoughly) {
  EXPECT_EQ(DurationWords(absl::Milliseconds(900)), "less than a second");
  EXPECT_EQ(DurationWords(absl::Seconds(1)), "1 second");
  EXPECT_EQ(DurationWords(absl::Seconds(119)), "119 seconds");
  EXPECT_EQ(DurationWords(absl::Minutes(90)), "90 minutes");
  EXPECT_EQ(DurationWords(absl::Hours(47)), "47 hours");
  EXPECT_EQ(DurationWords(absl::Hours(48)), "2 days");
}

TEST(Templates, AreMustacheAndEveryPartialIsThere) {
  ASSERT_FALSE(Templates().empty());
  for (const auto& [name, text] : Templates()) {
    std::map<std::string, std::string> partials;
    for (size_t at = text.find("{{>"); at != std::string::npos; at = text.find("{{>", at + 1)) {
      const std::string partial = text.substr(at + 3, text.find("}}", at) - at - 3);
      EXPECT_EQ(Templates().count(partial), 1u) << name << " takes in " << partial;
      EXPECT_EQ(partial[0], '_') << name;
    }
    EXPECT_TRUE(RenderHtml(text, View(), partials).ok()) << name;
  }
  EXPECT_FALSE(RenderHtml("{{#open}}", View()).ok());
}

TEST(Links, LeadToWhereARecordIsShown) {
  EXPECT_EQ(PathOf("forces/kent"), "/forces/kent");
  EXPECT_EQ(PathOf("forces/kent/monitoring"), "/forces/kent");
  EXPECT_EQ(PathOf("forces/kent/decisions/2"), "/forces/kent/decisions/2");
  EXPECT_EQ(PathOf("forces/kent/concerns/2/recommendations/1"), "/forces/kent#concern-2");
  EXPECT_EQ(PathOf("forces/kent/meetings/4"), "/forces/kent#meetings");
  EXPECT_EQ(PathOf("themes/x"), "");
  EXPECT_EQ(PathOf(""), "");
}

TEST(Links, OutsideAreHttpsAlone) {
  EXPECT_EQ(SafeAddress("https://example.org/a?b=c"), "https://example.org/a?b=c");
  for (const char* bad :
       {"", "http://example.org", "javascript:alert(1)", "https://example.org/ and more", "https://a\"b"}) {
    EXPECT_EQ(SafeAddress(bad), "") << bad;
  }
}

TEST(Find, EachWordAsItIsOrAsTheBeginningOfOne) {
  EXPECT_TRUE(HasWords("West Midlands Police", "midl WEST"));
  EXPECT_TRUE(HasWords("Multi-agency (MARAC)", "marac, multi"));
  EXPECT_FALSE(HasWords("West Midlands Police", "idlands"));
  EXPECT_FALSE(HasWords("West Midlands Police", "west kent"));
  EXPECT_FALSE(HasWords("West", "w")) << "one letter is no beginning";
  EXPECT_TRUE(HasWords("w x", "w"));
  for (const char* nothing : {"", " ", "-- !"}) EXPECT_FALSE(HasWords("West", nothing)) << nothing;
}

TEST(Snippet, IsInPiecesByCharacters) {
  concerns::v1::SearchHit hit;
  hit.set_snippet("…é victims of crime");
  const auto add = [&hit](int start, int length) {
    auto& match = *hit.add_matches();
    match.set_start(start);
    match.set_length(length);
  };
  add(3, 7);
  add(14, 99);
  std::string text;
  for (const SnippetPart& part : PartsOf(hit)) text += part.match ? "[" + part.text + "]" : part.text;
  EXPECT_EQ(text, "…é [victims] of [crime]");
  add(-5, 2);
  EXPECT_EQ(PartsOf(hit).size(), 4u) << "whatever comes in, something defined comes out";
  hit.Clear();
  EXPECT_TRUE(PartsOf(hit).empty());
}

TEST(Timeline, IsNewestFirstAndEnds) {
  v1::ForceDashboard dashboard;
  for (int i = 1; i <= 3; ++i) {
    auto& concern = *dashboard.add_concerns()->mutable_concern();
    concern = AConcern();
    concern.set_name(absl::StrCat("forces/kent/concerns/", i));
    *concern.mutable_issue_date() = ToPartialDate(absl::CivilDay(2023, 11, i));
  }
  dashboard.add_meetings()->mutable_meeting_date()->set_year(2024);
  dashboard.add_revisits();  // Without a day: nowhere.
  const std::vector<View> timeline = TimelineOf(dashboard, 3);
  ASSERT_EQ(timeline.size(), 3u);
  EXPECT_EQ(Html("{{when}}: {{what}}", timeline[0]), "2024: Meeting with the inspectors");
  EXPECT_EQ(Html("{{when}} {{path}}", timeline[1]), "3 November 2023 /forces/kent#concern-3");
}

TEST(Timeline, AProposalRecordedAfterItsDecisionWasMadeByThen) {
  v1::ForceDashboard dashboard;
  auto& proposal = *dashboard.add_proposals();
  proposal.set_name("forces/kent/proposals/1");
  proposal.set_from_stage("scan");
  proposal.set_to_stage("engage");
  proposal.mutable_create_time()->set_seconds(
      absl::ToUnixSeconds(absl::FromCivil(absl::CivilDay(2026, 11, 27), absl::UTCTimeZone())));
  EXPECT_EQ(Html("{{when}}: {{what}}", TimelineOf(dashboard, 1)[0]),
            "00:00 on 27 November 2026: Proposed: scan to engage");
  auto& decision = *dashboard.add_decisions();
  decision.set_name("forces/kent/decisions/1");
  decision.set_proposal(proposal.name());
  *decision.mutable_decided_date() = ToPartialDate(absl::CivilDay(2023, 11, 20));
  const std::vector<View> timeline = TimelineOf(dashboard, 5);
  ASSERT_EQ(timeline.size(), 2u);
  EXPECT_EQ(Html("{{when}}: {{what}}, {{recorded}}", timeline[1]),
            "20 November 2023: Proposed: scan to engage (by then), 00:00 on 27 November 2026");
}

}  // namespace
}  // namespace oversight::gateway::web
