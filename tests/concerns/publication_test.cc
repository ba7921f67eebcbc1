// When a concern was made public, and how it gave way to its reissue.
#include <string>

#include "tests/concerns/domain_support.h"

namespace oversight::concerns {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

// ---- Publication ----

v1::RecordConcernPublicationRequest Published(const std::string& day = "") {
  v1::RecordConcernPublicationRequest request;
  request.mutable_published()->set_address("https://example.org/causes-of-concern");
  request.mutable_published()->set_title("Causes of concern, March 2024");
  if (!day.empty()) *request.mutable_published()->mutable_date() = Date(day);
  return request;
}

TEST(Publication, HasADayOfItsOwn) {
  const auto published = RecordPublication(Issued(), Published("2023-12-06"), On("2023-12-10"));
  ASSERT_TRUE(published.ok()) << published.status();
  EXPECT_EQ(FormatIso(published->published().date()), "2023-12-06");
  EXPECT_EQ(published->published().address(), "https://example.org/causes-of-concern");
  EXPECT_EQ(published->published().title(), "Causes of concern, March 2024");
  EXPECT_EQ(FormatIso(published->issue_date()), "2023-11-24");
  EXPECT_EQ(published->state(), v1::CONCERN_STATE_ISSUED);
  EXPECT_EQ(FormatIso(RecordPublication(Issued(), Published(), On("2023-12-10"))->published().date()), "2023-12-10");
}

TEST(Publication, NeitherBeforeIssueNorInTheFuture) {
  const auto early = RecordPublication(Issued(), Published("2023-11-23"), On("2023-12-10")).status();
  EXPECT_THAT(early, Precondition("DATES_CONTRADICT"));
  EXPECT_EQ(ErrorMetadata(early, "issue_date"), "2023-11-24");
  const auto late = RecordPublication(Issued(), Published("2023-12-11"), On("2023-12-10")).status();
  EXPECT_THAT(late, Precondition("DATES_CONTRADICT"));
  EXPECT_EQ(ErrorMetadata(late, "today"), "2023-12-10");
  EXPECT_TRUE(RecordPublication(Issued(), Published("2023-11-24"), On("2023-12-10")).ok());
}

TEST(Publication, Once) {
  Record record = Issued();
  record.concern = RecordPublication(record, Published("2023-12-06"), On("2023-12-10")).value();
  const auto status = RecordPublication(record, Published("2023-12-07"), On("2023-12-10")).status();
  EXPECT_THAT(status, Precondition("ALREADY_PUBLISHED"));
  EXPECT_EQ(ErrorMetadata(status, "published_date"), "2023-12-06");
}

TEST(Publication, OfWhatIsOpen) {
  const auto draft = RecordPublication(Draft(), Published(), On("2023-12-10")).status();
  EXPECT_THAT(draft, Precondition("WRONG_STATE"));
  EXPECT_THAT(std::string(draft.message()), HasSubstr("IssueConcern"));
  const Record withdrawn = WithdrawConcern(Issued(), {}, On("2023-12-01")).value();
  EXPECT_THAT(RecordPublication(withdrawn, Published(), On("2023-12-10")).status(), Precondition("WRONG_STATE"));
}

TEST(Publication, HasAWebAddress) {
  for (const char* address : {"ftp://example.org", "example.org", "https://", "javascript:alert(1)"}) {
    auto request = Published();
    request.mutable_published()->set_address(address);
    EXPECT_THAT(ViolationsOf(RecordPublication(Issued(), request, On("2023-12-10")).status()),
                ElementsAre(Pair("published.address", HasSubstr("https://"))))
        << address;
  }
}

// ---- Supersession: Gloucestershire fire and rescue, causes of January 2022 issued again on 3 May 2024 ----

Record Old() {
  Record record = Draft();
  for (int i = 0; i < 4; ++i) Add(record, Within(3, common::v1::DUE_UNIT_MONTHS));
  record = Issue(record, {}, On("2023-11-24")).value();
  auto& recommendations = record.recommendations;
  recommendations[0] = ClaimRecommendation(Issued().concern, recommendations[0], {}, On("2024-01-10")).value();
  v1::VerifyRecommendationRequest verify;
  verify.set_outcome(v1::VERIFICATION_OUTCOME_ACCEPTED);
  recommendations[0] = VerifyRecommendation(record.concern, recommendations[0], verify, On("2024-01-20")).value();
  recommendations[1] = ClaimRecommendation(Issued().concern, recommendations[1], {}, On("2024-01-10")).value();
  recommendations[2] = WithdrawRecommendation(record, recommendations[2], {}, On("2024-01-10")).value();
  return record;
}

v1::Concern New(const std::string& issued = "2024-05-03") {
  v1::Concern concern = Draft().concern;
  concern.set_name("forces/west-midlands/concerns/2");
  concern.set_state(v1::CONCERN_STATE_ISSUED);
  *concern.mutable_issue_date() = Date(issued);
  return concern;
}

v1::SupersedeConcernRequest Reissued(const std::string& day = "") {
  v1::SupersedeConcernRequest request;
  request.set_reason("Found unresolved at the 2024 inspection.");
  if (!day.empty()) *request.mutable_supersede_date() = Date(day);
  return request;
}

TEST(SupersedeConcern, LinksOldAndNewAndClosesWhatIsOpen) {
  const auto superseded = SupersedeConcern(Old(), New(), Reissued(), On("2024-05-10"));
  ASSERT_TRUE(superseded.ok()) << superseded.status();
  const auto& [record, successor] = *superseded;
  EXPECT_EQ(record.concern.state(), v1::CONCERN_STATE_SUPERSEDED);
  EXPECT_EQ(record.concern.superseded_by(), "forces/west-midlands/concerns/2");
  EXPECT_EQ(record.concern.closure().reason(), "Found unresolved at the 2024 inspection.");
  EXPECT_EQ(FormatIso(record.concern.closure().close_date()), "2024-05-03") << "the day of the reissue";
  EXPECT_THAT(successor.supersedes(), ElementsAre(std::string(kConcernName)));
  EXPECT_EQ(successor.state(), v1::CONCERN_STATE_ISSUED);
  EXPECT_EQ(record.recommendations[0].state(), v1::RECOMMENDATION_STATE_VERIFIED);
  EXPECT_FALSE(record.recommendations[0].has_closure());
  EXPECT_EQ(record.recommendations[1].state(), v1::RECOMMENDATION_STATE_SUPERSEDED) << "claimed";
  EXPECT_EQ(record.recommendations[2].state(), v1::RECOMMENDATION_STATE_WITHDRAWN);
  EXPECT_EQ(record.recommendations[3].state(), v1::RECOMMENDATION_STATE_SUPERSEDED) << "open";
  EXPECT_EQ(record.recommendations[3].closure().closer(), "principals/hm-inspector");
}

TEST(SupersedeConcern, ByAnotherOfTheSameForce) {
  v1::Concern itself = New();
  itself.set_name(kConcernName);
  EXPECT_THAT(ViolationsOf(SupersedeConcern(Old(), itself, Reissued(), On("2024-05-10")).status()),
              ElementsAre(Pair("successor", HasSubstr("another concern"))));
  v1::Concern foreign = New();
  foreign.set_name("forces/kent/concerns/2");
  EXPECT_THAT(ViolationsOf(SupersedeConcern(Old(), foreign, Reissued(), On("2024-05-10")).status()),
              ElementsAre(Pair("successor", HasSubstr("must belong to forces/west-midlands"))));
}

TEST(SupersedeConcern, BothAreOpen) {
  for (const auto state : {v1::CONCERN_STATE_DRAFT, v1::CONCERN_STATE_DISCHARGED, v1::CONCERN_STATE_WITHDRAWN,
                           v1::CONCERN_STATE_SUPERSEDED}) {
    v1::Concern successor = New();
    successor.set_state(state);
    const auto status = SupersedeConcern(Old(), successor, Reissued(), On("2024-05-10")).status();
    EXPECT_THAT(status, Precondition("WRONG_STATE")) << state;
    EXPECT_EQ(ErrorMetadata(status, "name"), successor.name());
    EXPECT_EQ(ErrorMetadata(status, "state"), StateWord(state));
    if (state == v1::CONCERN_STATE_DRAFT) {
      EXPECT_THAT(std::string(status.message()), HasSubstr("IssueConcern"));
    }
  }
  const auto draft = SupersedeConcern(Draft(), New(), Reissued(), On("2024-05-10")).status();
  EXPECT_THAT(draft, Precondition("WRONG_STATE"));
  EXPECT_EQ(ErrorMetadata(draft, "name"), kConcernName);
}

TEST(SupersedeConcern, ThereIsNoWayRound) {
  // 1 gives way to 2; then 2 cannot give way to 1, whatever the days.
  const auto superseded = SupersedeConcern(Old(), New(), Reissued(), On("2024-05-10")).value();
  const auto back =
      SupersedeConcern({superseded.successor, {}}, superseded.record.concern, Reissued(), On("2024-05-10"));
  EXPECT_THAT(back.status(), Precondition("WRONG_STATE"));
  // And what was superseded says where the matter stands now.
  const auto again = SupersedeConcern(superseded.record, New(), Reissued(), On("2024-05-10")).status();
  EXPECT_THAT(again, Precondition("WRONG_STATE"));
  EXPECT_THAT(std::string(again.message()), HasSubstr("issued again as forces/west-midlands/concerns/2"));
}

TEST(SupersedeConcern, ChecksTheDays) {
  const auto refuse = [](const std::string& issued, const std::string& day, const std::string& other) {
    const auto status = SupersedeConcern(Old(), New(issued), Reissued(day), On("2024-05-10")).status();
    EXPECT_THAT(status, Precondition("DATES_CONTRADICT")) << issued << " " << day;
    EXPECT_NE(ErrorMetadata(status, other), "") << other;
  };
  refuse("2023-11-23", "", "issue_date");
  refuse("2024-05-03", "2024-05-11", "today");
  refuse("2024-05-03", "2024-05-02", "successor_issue_date");
  EXPECT_TRUE(SupersedeConcern(Old(), New("2023-11-24"), Reissued(), On("2024-05-10")).ok()) << "on the same day";
  EXPECT_EQ(FormatIso(SupersedeConcern(Old(), New(), Reissued("2024-05-10"), On("2024-05-10"))
                          ->record.concern.closure()
                          .close_date()),
            "2024-05-10");
}

TEST(SupersedeConcern, HasALimit) {
  v1::Concern successor = New();
  for (int i = 0; i < kMaxSuperseded; ++i) successor.add_supersedes("forces/west-midlands/concerns/9");
  const auto status = SupersedeConcern(Old(), successor, Reissued(), On("2024-05-10")).status();
  EXPECT_THAT(status, Precondition("TOO_MANY_SUPERSEDED"));
  EXPECT_EQ(ErrorMetadata(status, "limit"), "100");
}

// ---- Discharge ----

TEST(Discharge, TakesWithdrawnRecommendationsAsSettled) {
  Record record = Old();
  record.recommendations[1] = WithdrawRecommendation(record, record.recommendations[1], {}, On("2024-02-01")).value();
  EXPECT_THAT(DischargeConcern(record, {}, On("2024-05-10")).status(), Precondition("RECOMMENDATIONS_OPEN"));
  record.recommendations[3] = WithdrawRecommendation(record, record.recommendations[3], {}, On("2024-02-01")).value();
  v1::DischargeConcernRequest request;
  request.add_evidence("forces/west-midlands/evidence/1");
  request.set_revisit("forces/west-midlands/revisits/1");
  const auto discharged = DischargeConcern(record, request, On("2024-05-10"));
  ASSERT_TRUE(discharged.ok()) << discharged.status();
  EXPECT_THAT(discharged->closure().evidence(), ElementsAre("forces/west-midlands/evidence/1"));
  EXPECT_EQ(discharged->closure().revisit(), "forces/west-midlands/revisits/1");

  *request.mutable_close_date() = Date("2024-01-19");
  const auto early = DischargeConcern(record, request, On("2024-05-10")).status();
  EXPECT_THAT(early, Precondition("DATES_CONTRADICT"));
  EXPECT_EQ(ErrorMetadata(early, "verified_date"), "2024-01-20");
  *request.mutable_close_date() = Date("2024-01-20");
  EXPECT_TRUE(DischargeConcern(record, request, On("2024-05-10")).ok());

  request.add_evidence("forces/kent/evidence/1");
  request.set_revisit("forces/kent/revisits/1");
  EXPECT_THAT(
      ViolationsOf(DischargeConcern(record, request, On("2024-05-10")).status()),
      ElementsAre(Pair("evidence[1]", HasSubstr("west-midlands")), Pair("revisit", HasSubstr("west-midlands"))));
}

TEST(WithdrawConcern, SaysAtEachRecommendationWhy) {
  v1::WithdrawConcernRequest request;
  request.set_reason("Issued to the wrong force.");
  const auto withdrawn = WithdrawConcern(Old(), request, On("2024-05-10"));
  ASSERT_TRUE(withdrawn.ok()) << withdrawn.status();
  EXPECT_EQ(withdrawn->recommendations[0].state(), v1::RECOMMENDATION_STATE_VERIFIED);
  EXPECT_EQ(withdrawn->recommendations[1].closure().reason(), "Issued to the wrong force.");
  EXPECT_EQ(withdrawn->recommendations[2].closure().reason(), "") << "its own withdrawal gave none, and stays";
}

}  // namespace
}  // namespace oversight::concerns
