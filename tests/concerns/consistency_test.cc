#include "concerns-service/domain/consistency.h"

#include <fstream>
#include <set>
#include <sstream>

#include "google/protobuf/util/time_util.h"
#include "tests/concerns/overview_support.h"

namespace oversight::concerns {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kOne[] = "forces/kent/concerns/1";

// "rule name" of all that is found on the day, in order.
std::vector<std::string> Found(const ConsistencyIndex& index, const FindingSelection& selection = {},
                               const std::string& today = "2024-03-01", const RegisterFacts* facts = nullptr) {
  std::vector<std::string> found;
  index.Each(selection, Day(today), facts, std::nullopt, [&](const FindingPlace& place, const Finding& finding) {
    EXPECT_EQ(place.name, finding.name);
    EXPECT_THAT(finding.sentence, HasSubstr(finding.name)) << "a sentence names the record";
    found.push_back(finding.rule + " " + finding.name.substr(7));
    return true;
  });
  return found;
}
std::vector<std::string> Found(const ConcernRecord& record, const std::string& today = "2024-03-01") {
  ConsistencyIndex index;
  index.Add(record);
  const auto found = Found(index, {}, today);
  index.Remove(record);
  EXPECT_THAT(Found(index, {}, today), IsEmpty());
  return found;
}

Made SoundCause() {
  Made cause(kOne);
  cause.Issued("2023-11-24").Recommends(kRecOpen, "2024-02-24").Responds(v1::FORCE_RESPONSE_STATE_ADEQUATE);
  return cause;
}

TEST(Consistency, FindsNothingInASoundRecord) {
  EXPECT_THAT(Found(SoundCause().record()), IsEmpty());
  EXPECT_THAT(Found(SoundCause().Recommends(kRecVerified, "2023-11-24").record()), IsEmpty());
  EXPECT_THAT(Found(Made(kOne).Recommends(kRecDraft).record()), IsEmpty());
  EXPECT_THAT(Found(Made(kOne, v1::CONCERN_KIND_AREA_FOR_IMPROVEMENT).Issued("2023-11-24").record()), IsEmpty());
  EXPECT_THAT(Found(Made(kOne)
                        .Issued("2023-11-24")
                        .Recommends(kRecVerified, "2024-02-24")
                        .Closed(v1::CONCERN_STATE_DISCHARGED, "2024-03-01")
                        .record()),
              IsEmpty());
  EXPECT_THAT(Found(Made(kOne).Recommends(kRecWithdrawn).Closed(v1::CONCERN_STATE_WITHDRAWN, "2024-03-01").record()),
              IsEmpty());
  EXPECT_THAT(Found(ConcernRecord{}), IsEmpty());
}

// What the commands of the service make is sound.
TEST(Consistency, FindsNothingInWhatTheCommandsMake) {
  Record record = Draft();
  EXPECT_THAT(Found(Shared(record), "2023-12-01"), IsEmpty());
  Add(record, Immediately());
  Add(record, DueOn("2023-11-24"));
  EXPECT_THAT(Found(Shared(record), "2023-12-01"), IsEmpty());
  record = Issue(record, {}, On("2023-11-24")).value();
  EXPECT_THAT(Found(Shared(record), "2023-12-01"), IsEmpty());
}

TEST(Consistency, DueBeforeIssue) {
  EXPECT_THAT(Found(SoundCause().Recommends(kRecOpen, "2023-11-23").record()),
              ElementsAre("due-before-issue kent/concerns/1/recommendations/2"));
  EXPECT_THAT(Found(SoundCause().Recommends(kRecVerified, "2023-11-23").record()),
              ElementsAre("due-before-issue kent/concerns/1/recommendations/2"));
  EXPECT_THAT(Found(SoundCause().Recommends(kRecOpen, "2023-11-24").record()), IsEmpty());
}

TEST(Consistency, FoundAfterIssue) {
  Made made = SoundCause();
  *made.concern().mutable_found_date() = Date("2023-12");
  EXPECT_THAT(Found(made.record()), ElementsAre("found-after-issue kent/concerns/1"));
  *made.concern().mutable_found_date() = Date("2023-11");
  EXPECT_THAT(Found(made.record()), IsEmpty()) << "it may have been before";
}

TEST(Consistency, DoneBeforeIssueAndVerifiedBeforeClaimed) {
  Made made = SoundCause();
  made.Recommends(kRecVerified, "2024-02-24");
  auto& recommendation = made.last();
  *recommendation.mutable_done_date() = Date("2023-11-23");
  EXPECT_THAT(Found(made.record()), ElementsAre("done-before-issue kent/concerns/1/recommendations/2"));
  *recommendation.mutable_done_date() = Date("2023-11");
  EXPECT_THAT(Found(made.record()), IsEmpty()) << "it may have been after";
  *recommendation.mutable_verified_date() = Date("2024-01-31");
  *recommendation.mutable_claim()->mutable_claimed_date() = Date("2024-02-01");
  EXPECT_THAT(Found(made.record()), ElementsAre("verified-before-claimed kent/concerns/1/recommendations/2"));
  *recommendation.mutable_claim()->mutable_claimed_date() = Date("2024-01");
  EXPECT_THAT(Found(made.record()), IsEmpty());
}

TEST(Consistency, PublishedBeforeIssue) {
  Made made = SoundCause();
  *made.concern().mutable_published()->mutable_date() = Date("2023-11-23");
  EXPECT_THAT(Found(made.record()), ElementsAre("published-before-issue kent/concerns/1"));
  *made.concern().mutable_published()->mutable_date() = Date("2023-11-24");
  EXPECT_THAT(Found(made.record()), IsEmpty());
}

TEST(Consistency, SupersededByNone) {
  Made made(kOne);
  made.Issued("2023-11-24").Recommends(v1::RECOMMENDATION_STATE_SUPERSEDED, "2024-02-24");
  made.Closed(v1::CONCERN_STATE_SUPERSEDED, "2024-03-01");
  EXPECT_THAT(Found(made.record()), ElementsAre("superseded-by-none kent/concerns/1"));
  made.concern().set_superseded_by("forces/kent/concerns/2");
  EXPECT_THAT(Found(made.record()), IsEmpty());
}

TEST(Consistency, CauseWithoutResponse) {
  Made made(kOne);
  made.Issued("2023-11-24").Recommends(kRecOpen, "2024-02-24");
  EXPECT_THAT(Found(made.record(), "2024-01-19"), IsEmpty()) << "56 days after";
  EXPECT_THAT(Found(made.record(), "2024-01-20"), ElementsAre("cause-without-response kent/concerns/1"));
  EXPECT_THAT(Found(Made(made).Responds(v1::FORCE_RESPONSE_STATE_INADEQUATE).record(), "2024-01-20"), IsEmpty());
  made.concern().set_kind(v1::CONCERN_KIND_AREA_FOR_IMPROVEMENT);
  EXPECT_THAT(Found(made.record(), "2024-01-20"), IsEmpty());
}

TEST(Consistency, ResponseNotJudged) {
  Made made(kOne);
  made.Issued("2023-11-24").Recommends(kRecOpen, "2024-02-24");
  made.Responds(v1::FORCE_RESPONSE_STATE_ADEQUATE).Responds(v1::FORCE_RESPONSE_STATE_AWAITING_JUDGEMENT, "2023-12-01");
  EXPECT_THAT(Found(made.record(), "2024-01-26"), IsEmpty());
  EXPECT_THAT(Found(made.record(), "2024-01-27"), ElementsAre("response-not-judged kent/concerns/1/responses/2"));
  EXPECT_THAT(Found(made.Closed(v1::CONCERN_STATE_WITHDRAWN, "2024-01-27").record(), "2024-01-27"),
              ElementsAre("closed-with-open-recommendations kent/concerns/1/recommendations/1"));
}

TEST(Consistency, ClosedBeforeIssue) {
  const auto closed = [](const std::string& day) {
    return Found(Made(kOne)
                     .Issued("2023-11-24")
                     .Recommends(kRecVerified, "2024-02-24")
                     .Closed(v1::CONCERN_STATE_DISCHARGED, day)
                     .record());
  };
  EXPECT_THAT(closed("2023-11-23"), ElementsAre("closed-before-issue kent/concerns/1"));
  EXPECT_THAT(closed("2023-11-24"), IsEmpty());
}

TEST(Consistency, AcceleratedAreaForImprovement) {
  Made area(kOne, v1::CONCERN_KIND_AREA_FOR_IMPROVEMENT);
  area.concern().set_accelerated(true);
  EXPECT_THAT(Found(area.record()), ElementsAre("accelerated-area-for-improvement kent/concerns/1"));
  Made cause = SoundCause();
  cause.concern().set_accelerated(true);
  EXPECT_THAT(Found(cause.record()), IsEmpty());
}

TEST(Consistency, CauseWithoutRecommendation) {
  EXPECT_THAT(Found(Made(kOne).Issued("2024-02-24").record()),
              ElementsAre("cause-without-recommendation kent/concerns/1"));
  EXPECT_THAT(Found(Made(kOne).record()), IsEmpty()) << "a draft may yet get one";
}

TEST(Consistency, ClosedWithOpenRecommendations) {
  for (const auto state : {v1::CONCERN_STATE_DISCHARGED, v1::CONCERN_STATE_WITHDRAWN}) {
    EXPECT_THAT(Found(Made(kOne)
                          .Issued("2023-11-24")
                          .Recommends(kRecOpen, "2024-02-24")
                          .Recommends(kRecVerified, "2024-02-24")
                          .Recommends(kRecClaimed, "2024-02-24")
                          .Closed(state, "2024-03-01")
                          .record()),
                ElementsAre("closed-with-open-recommendations kent/concerns/1/recommendations/1",
                            "closed-with-open-recommendations kent/concerns/1/recommendations/3"));
  }
}

TEST(Consistency, StatesDisagree) {
  EXPECT_THAT(Found(Made(kOne).Recommends(kRecOpen).record()),
              ElementsAre("states-disagree kent/concerns/1/recommendations/1"));
  EXPECT_THAT(Found(SoundCause().Recommends(kRecDraft).record()),
              ElementsAre("states-disagree kent/concerns/1/recommendations/2"));
  EXPECT_THAT(Found(SoundCause().Recommends(kRecWithdrawn, "2024-02-24").record()), IsEmpty());
}

TEST(Consistency, AllVerifiedStillOpen) {
  Made made(kOne);
  made.Issued("2023-11-24").Recommends(kRecVerified, "2024-02-24").Recommends(kRecWithdrawn, "2024-02-24");
  made.Responds(v1::FORCE_RESPONSE_STATE_ADEQUATE);
  EXPECT_THAT(Found(made.record()), ElementsAre("all-verified-still-open kent/concerns/1"));
  EXPECT_THAT(Found(made.Recommends(kRecClaimed, "2024-02-24").record()), IsEmpty());
  EXPECT_THAT(Found(Made(kOne).Issued("2024-02-24").Recommends(kRecWithdrawn, "2024-02-24").record()), IsEmpty())
      << "none is verified";
}

TEST(Consistency, ClaimedNotVerifiedForMoreThanFiftySixDays) {
  Made made(kOne);
  made.Issued("2023-11-24").Recommends(kRecClaimed, "2024-02-24").Responds(v1::FORCE_RESPONSE_STATE_ADEQUATE);
  // Half past midnight in London on 1 June, which is 31 May in UTC.
  *made.last().mutable_claim()->mutable_claim_time() = google::protobuf::util::TimeUtil::SecondsToTimestamp(
      absl::ToUnixSeconds(absl::FromCivil(absl::CivilMinute(2024, 6, 1, 0, 30), London())));
  EXPECT_THAT(Found(made.record(), "2024-07-27"), IsEmpty()) << "56 days after";
  EXPECT_THAT(Found(made.record(), "2024-07-28"),
              ElementsAre("claimed-not-verified kent/concerns/1/recommendations/1"));
  // By its own day, entered later.
  *made.last().mutable_claim()->mutable_claimed_date() = Date("2024-03");
  EXPECT_THAT(Found(made.record(), "2024-05-26"), IsEmpty()) << "56 days after the last that it may be";
  EXPECT_THAT(Found(made.record(), "2024-05-27"),
              ElementsAre("claimed-not-verified kent/concerns/1/recommendations/1"));
  made.last().set_state(kRecOpen);
  EXPECT_THAT(Found(made.record(), "2024-07-28"), IsEmpty());
}

TEST(Consistency, EradicatedStillOpen) {
  Made made = SoundCause();
  made.concern().mutable_handling()->set_level(v1::HANDLING_LEVEL_ERADICATED);
  EXPECT_THAT(Found(made.record()), ElementsAre("eradicated-still-open kent/concerns/1"));
  made.concern().mutable_handling()->set_level(v1::HANDLING_LEVEL_MITIGATING);
  EXPECT_THAT(Found(made.record()), IsEmpty());
}

RegisterFacts Inadequate(const std::string& theme, const std::string& national = "") {
  RegisterFacts facts;
  facts.inadequate.push_back({"forces/kent/inspections/3", national, "forces/kent", "Investigating crime", theme});
  return facts;
}

TEST(Consistency, InadequateWithoutCause) {
  const std::string expected = "inadequate-without-cause kent/inspections/3";
  const RegisterFacts facts = Inadequate("themes/investigations", "nationalInspections/2");
  const auto found = [&](std::vector<ConcernRecord> records) {
    ConsistencyIndex index;
    for (const auto& record : records) index.Add(record);
    return Found(index, {}, "2024-03-01", &facts);
  };
  EXPECT_THAT(found({}), ElementsAre(expected));
  EXPECT_THAT(found({SoundCause().record()}), IsEmpty()) << "its theme";
  Made named = SoundCause().Theme("themes/other");
  EXPECT_THAT(found({named.record()}), ElementsAre(expected));
  for (const char* inspection : {"forces/kent/inspections/3", "nationalInspections/2"}) {
    named.concern().mutable_source()->set_inspection(inspection);
    EXPECT_THAT(found({named.record()}), IsEmpty()) << "its inspection";
    named.concern().mutable_source()->clear_inspection();
    named.concern().mutable_source()->set_reference(inspection);
    EXPECT_THAT(found({named.record()}), IsEmpty()) << "as before there were links";
  }
  EXPECT_THAT(found({Made("forces/essex/concerns/1").Issued("2024-02-01").Recommends(kRecOpen, "2024-02-24").record()}),
              ElementsAre(expected))
      << "of another force";
  EXPECT_THAT(found({Made(kOne, v1::CONCERN_KIND_AREA_FOR_IMPROVEMENT).Issued("2023-11-24").record()}),
              ElementsAre(expected))
      << "an area for improvement is no cause";
  EXPECT_THAT(found({Made(kOne).Recommends(kRecDraft).record()}), ElementsAre(expected)) << "a draft";
  EXPECT_THAT(found({Made(kOne)
                         .Issued("2023-11-24")
                         .Recommends(kRecWithdrawn, "2024-02-24")
                         .Closed(v1::CONCERN_STATE_WITHDRAWN, "2024-02-24")
                         .record()}),
              ElementsAre(expected))
      << "withdrawn";
  EXPECT_THAT(found({Made(kOne)
                         .Issued("2023-11-24")
                         .Recommends(kRecVerified, "2024-02-24")
                         .Closed(v1::CONCERN_STATE_DISCHARGED, "2024-02-24")
                         .record()}),
              IsEmpty())
      << "dealt with since";
  ConsistencyIndex index;
  EXPECT_THAT(Found(index), IsEmpty()) << "nothing is known of inspections";
}

TEST(Consistency, AnAreaWithoutAThemeIsMetByTheInspectionAlone) {
  const RegisterFacts facts = Inadequate("");
  ConsistencyIndex index;
  Made made = SoundCause().Theme("");
  index.Add(made.record());
  EXPECT_EQ(Found(index, {}, "2024-03-01", &facts).size(), 1u);
}

TEST(Consistency, ForceEnded) {
  RegisterFacts facts;
  facts.ended.push_back({"forces/kent", "forces/essex", "1 April 2024"});
  ConsistencyIndex index;
  index.Add(SoundCause().record());
  index.Add(Made("forces/kent/concerns/2", v1::CONCERN_KIND_AREA_FOR_IMPROVEMENT).record());
  index.Add(Made("forces/essex/concerns/1", v1::CONCERN_KIND_AREA_FOR_IMPROVEMENT).Issued("2024-01-01").record());
  EXPECT_THAT(Found(index, {}, "2024-05-01", &facts), ElementsAre("force-ended kent/concerns/1"));
  index.Remove(SoundCause().record());
  EXPECT_THAT(Found(index, {}, "2024-05-01", &facts), IsEmpty());
}

// Errors of two forces, warnings of the record and of the register.
ConsistencyIndex Faulty() {
  ConsistencyIndex index;
  index.Add(Made("forces/kent/concerns/10").Issued("2024-04-20").record());
  index.Add(Made("forces/kent/concerns/2").Issued("2024-04-20").record());
  index.Add(Made("forces/essex/concerns/1")
                .Theme("themes/x")
                .Issued("2024-04-20")
                .Recommends(kRecVerified, "2023-01-01")
                .record());
  index.Add(Made("forces/kent/concerns/3")
                .Theme("themes/x")
                .Issued("2024-04-20")
                .Recommends(kRecVerified, "2024-04-25")
                .record());
  return index;
}

TEST(Consistency, ListsTheMostSevereFirstAndByPages) {
  const ConsistencyIndex index = Faulty();
  RegisterFacts facts = Inadequate("themes/vetting");
  facts.ended.push_back({"forces/essex", "", "1 April 2024"});
  const auto all = Found(index, {}, "2024-05-01", &facts);
  EXPECT_THAT(
      all, ElementsAre("due-before-issue essex/concerns/1/recommendations/1",
                       "cause-without-recommendation kent/concerns/2", "cause-without-recommendation kent/concerns/10",
                       "all-verified-still-open essex/concerns/1", "force-ended essex/concerns/1",
                       "all-verified-still-open kent/concerns/3", "inadequate-without-cause kent/inspections/3"));
  std::vector<std::string> paged;
  std::optional<FindingPlace> after;
  for (bool more = true; more;) {
    more = false;
    index.Each({}, Day("2024-05-01"), &facts, after, [&](const FindingPlace& place, const Finding& finding) {
      if (more) return false;
      paged.push_back(finding.rule + " " + finding.name.substr(7));
      after = ParseFindingPlace(ToText(place));
      more = true;
      return true;
    });
  }
  EXPECT_EQ(paged, all);
}

TEST(Consistency, SelectsByForceRuleAndSeverity) {
  const ConsistencyIndex index = Faulty();
  RegisterFacts facts = Inadequate("themes/vetting");
  facts.ended.push_back({"forces/essex", "", "1 April 2024"});
  const auto found = [&](const FindingSelection& selection) { return Found(index, selection, "2024-05-01", &facts); };
  EXPECT_THAT(found({.force = "forces/essex"}),
              ElementsAre("due-before-issue essex/concerns/1/recommendations/1",
                          "all-verified-still-open essex/concerns/1", "force-ended essex/concerns/1"));
  EXPECT_THAT(found({.rule = "all-verified-still-open"}),
              ElementsAre("all-verified-still-open essex/concerns/1", "all-verified-still-open kent/concerns/3"));
  EXPECT_THAT(found({.force = "forces/kent", .rule = "inadequate-without-cause"}),
              ElementsAre("inadequate-without-cause kent/inspections/3"));
  EXPECT_THAT(found({.force = "forces/kent", .rule = "force-ended"}), IsEmpty());
  EXPECT_EQ(found({.at_least = v1::SEVERITY_ERROR}).size(), 3u);
  EXPECT_EQ(found({.at_least = v1::SEVERITY_WARNING}).size(), 7u);
  EXPECT_EQ(found({.at_least = v1::SEVERITY_INFO}).size(), 7u);
}

TEST(ConsistencyRules, AreDeclaredWhole) {
  std::set<std::string> ids;
  v1::Severity last = v1::SEVERITY_ERROR;
  for (const ConsistencyRule& rule : ConsistencyRules()) {
    EXPECT_TRUE(ids.insert(rule.id).second) << rule.id;
    EXPECT_FALSE(rule.looks_for.empty()) << rule.id;
    EXPECT_FALSE(rule.remedy.empty()) << rule.id;
    EXPECT_GE(rule.severity, last) << "most severe first: " << rule.id;
    last = rule.severity;
    EXPECT_EQ(FindRule(rule.id), &rule);
    EXPECT_EQ(ToProto({rule.id, rule.severity}).remedy(), rule.remedy);
  }
  EXPECT_EQ(FindRule("no-such-rule"), nullptr);
  EXPECT_THAT(RegisterRules(), ElementsAre("inadequate-without-cause", "force-ended"));
}

TEST(ConsistencyRules, StandInTheReadme) {
  std::ifstream in("concerns-service/README.md");
  std::stringstream text;
  text << in.rdbuf();
  for (const ConsistencyRule& rule : ConsistencyRules()) {
    const std::string row =
        "| `" + rule.id + "` | " + v1::Severity_Name(rule.severity).substr(9) + " | " + rule.looks_for + " |";
    EXPECT_NE(text.str().find(row), std::string::npos) << row;
  }
}

TEST(FindingPlace, GoesThroughText) {
  const FindingPlace place{v1::SEVERITY_WARNING, "forces/kent/concerns/1", "force-ended", 12345678901234567890u};
  const auto back = ParseFindingPlace(ToText(place));
  ASSERT_TRUE(back.has_value());
  EXPECT_FALSE(*back < place);
  EXPECT_FALSE(place < *back);
  for (const char* other : {"", "2", "2 a b", "x a b 1", "2 a b c", "2 a b 1 d"}) {
    EXPECT_FALSE(ParseFindingPlace(other).has_value()) << other;
  }
}

}  // namespace
}  // namespace oversight::concerns
