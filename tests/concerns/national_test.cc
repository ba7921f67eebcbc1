// The rules of national recommendations and of the forces' items of them, each refusal with its remedy.
#include "absl/strings/str_cat.h"
#include "concerns-service/domain/undertaking.h"
#include "concerns-service/domain/visibility.h"
#include "google/protobuf/util/message_differencer.h"
#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"
#include "tests/concerns/national_support.h"

namespace oversight::concerns {
namespace {

using google::protobuf::util::MessageDifferencer;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

constexpr auto kAccepted = v1::VERIFICATION_OUTCOME_ACCEPTED, kReturned = v1::VERIFICATION_OUTCOME_RETURNED;

auto Invalid() { return Refused(absl::StatusCode::kInvalidArgument, "INVALID_FIELDS"); }

absl::Status Anyone(const std::string&) { return absl::OkStatus(); }

v1::NationalItem Item() { return IssuedNational().items[2]; }  // Kent's.
v1::NationalItem ClaimedItem(const std::string& done = "") {
  return ClaimNationalItem(IssuedNational().recommendation, Item(), ItemClaim(done), On("2024-02-01")).value();
}
v1::MarkNationalItemNotApplicableRequest NotApplicable() {
  v1::MarkNationalItemNotApplicableRequest request;
  request.set_reason("It has no such unit.");
  return request;
}
v1::WithdrawNationalRecommendationRequest Withdrawal() {
  v1::WithdrawNationalRecommendationRequest request;
  request.set_reason("Overtaken by new law.");
  return request;
}
v1::IssueNationalRecommendationRequest IssueOn(const std::string& day) {
  v1::IssueNationalRecommendationRequest request;
  *request.mutable_issue_date() = Date(day);
  return request;
}

// ---- Drafts ----

TEST(NationalDraft, IsMadeOfTheRequestAlone) {
  auto request = NationalRequest();
  auto& given = *request.mutable_national_recommendation();
  given.set_name("nationalRecommendations/9");
  given.set_state(v1::NATIONAL_RECOMMENDATION_STATE_ISSUED);
  given.add_issued_to("forces/kent");
  *given.mutable_issue_date() = Date("2020-01-01");
  const auto draft = NationalDraft(request);
  EXPECT_EQ(draft.name(), kNationalName);
  EXPECT_EQ(draft.state(), v1::NATIONAL_RECOMMENDATION_STATE_DRAFT);
  EXPECT_THAT(draft.issued_to(), IsEmpty());
  EXPECT_FALSE(WasIssued(draft));
}

TEST(NationalDraft, IsForAllActiveForcesOrForNamedOnes) {
  auto both = NationalRequest();
  both.mutable_national_recommendation()->add_forces("forces/kent");
  const auto refused = DraftNationalRecommendation(both, kNationalName, TestThemes());
  EXPECT_THAT(refused.status(), Invalid());
  EXPECT_THAT(ViolationsOf(refused.status()),
              ElementsAre(Pair("national_recommendation.forces", HasSubstr("clear all_active_forces"))));
  const auto neither = DraftNationalRecommendation(NationalRequestFor({}), kNationalName, TestThemes());
  EXPECT_THAT(ViolationsOf(neither.status()),
              ElementsAre(Pair("national_recommendation.forces", HasSubstr("set all_active_forces"))));
}

TEST(NationalDraft, TellsAllThatIsWrong) {
  auto request = NationalRequestFor({"forces/kent", "forces/essex", "forces/kent"});
  request.mutable_national_recommendation()->mutable_due_rule()->Clear();
  const auto refused = DraftNationalRecommendation(request, kNationalName, TestThemes());
  EXPECT_THAT(ViolationsOf(refused.status()),
              ElementsAre(Pair("national_recommendation.due_rule", HasSubstr("")),
                          Pair("national_recommendation.forces[2]", HasSubstr("a second time"))));
}

TEST(NationalDraft, IsAboutAThemeOfTheList) {
  auto request = NationalRequest();
  request.mutable_national_recommendation()->set_theme("themes/nothing");
  EXPECT_THAT(DraftNationalRecommendation(request, kNationalName, TestThemes()).status(),
              Refused(absl::StatusCode::kNotFound, "THEME_NOT_FOUND"));
}

TEST(NationalDraft, IsChangedWhereTheMaskSays) {
  v1::UpdateNationalRecommendationRequest request;
  request.mutable_national_recommendation()->set_title("Recommendation 2");
  request.mutable_national_recommendation()->set_text("Not this.");
  request.mutable_update_mask()->add_paths("title");
  const auto updated = UpdateNationalRecommendation(NationalDraft(), request, TestThemes());
  ASSERT_TRUE(updated.ok()) << updated.status();
  EXPECT_EQ(updated->title(), "Recommendation 2");
  EXPECT_EQ(updated->text(), NationalDraft().text());
}

TEST(NationalDraft, KeepsATheme_ThatWasRetiredSince) {
  const auto themes = Themes::FromJson(R"({"version": "t2", "themes": [
      {"name": "themes/investigations", "displayName": "Investigations", "retired": true},
      {"name": "themes/online-child-abuse", "displayName": "Online child abuse"}]})")
                          .value();
  v1::UpdateNationalRecommendationRequest request;
  request.mutable_national_recommendation()->set_title("Other");
  EXPECT_TRUE(UpdateNationalRecommendation(NationalDraft(), request, themes).ok());
  EXPECT_THAT(DraftNationalRecommendation(NationalRequest(), kNationalName, themes).status(),
              Precondition("THEME_RETIRED"));
}

TEST(NationalDraft, IsNotEditedOnceIssued) {
  const auto refused = UpdateNationalRecommendation(IssuedNational().recommendation, {}, TestThemes());
  EXPECT_THAT(refused.status(), Precondition("WRONG_STATE"));
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr("WithdrawNationalRecommendation"));
}

// ---- Issue ----

TEST(NationalIssue, MakesAnItemForEveryActiveForce) {
  const National issued = IssuedNational();
  EXPECT_EQ(issued.recommendation.state(), v1::NATIONAL_RECOMMENDATION_STATE_ISSUED);
  EXPECT_EQ(FormatIso(issued.recommendation.issue_date()), "2023-11-24");
  EXPECT_THAT(issued.recommendation.issued_to(),
              ElementsAre("forces/essex", "forces/gloucestershire-fire", "forces/kent"));
  ASSERT_EQ(issued.items.size(), 3u);
  for (const auto& item : issued.items) {
    EXPECT_EQ(item.state(), v1::NATIONAL_ITEM_STATE_OPEN);
    EXPECT_EQ(FormatIso(item.due_date()), "2024-02-24");
    EXPECT_EQ(FormatIso(item.original_due_date()), "2024-02-24");
  }
  EXPECT_EQ(issued.items[2].name(), "nationalRecommendations/1/forces/kent");
  EXPECT_TRUE(WasIssued(issued.recommendation));
  EXPECT_TRUE(IsFirstIssued(issued.recommendation));
}

TEST(NationalIssue, KeepsToTheService) {
  auto request = NationalRequest();
  request.mutable_national_recommendation()->set_service(forces::v1::SERVICE_TYPE_FIRE_AND_RESCUE);
  EXPECT_THAT(IssuedNational(NationalDraft(request)).recommendation.issued_to(),
              ElementsAre("forces/gloucestershire-fire"));
}

TEST(NationalIssue, GoesToNamedForces) {
  EXPECT_THAT(
      IssuedNational(NationalDraft(NationalRequestFor({"forces/kent", "forces/essex"}))).recommendation.issued_to(),
      ElementsAre("forces/essex", "forces/kent"));
}

TEST(NationalIssue, RefusesNamedForcesThatDoNotFitAndTellsEach) {
  auto request = NationalRequestFor({"forces/kent", "forces/old", "forces/gloucestershire-fire"});
  request.mutable_national_recommendation()->set_service(forces::v1::SERVICE_TYPE_POLICE);
  const auto refused = IssueNational(NationalDraft(request), On("2023-11-24"));
  EXPECT_THAT(refused.status(), Precondition("LINK_DOES_NOT_FIT"));
  const std::string words(refused.status().message());
  EXPECT_THAT(words, HasSubstr("forces/old is not active any more"));
  EXPECT_THAT(words, HasSubstr("forces/gloucestershire-fire is a fire and rescue service"));
  EXPECT_THAT(words, HasSubstr("UpdateNationalRecommendation"));
  EXPECT_EQ(ErrorMetadata(refused.status(), "count"), "2");
}

TEST(NationalIssue, TellsOfFirstFiveThatDoNotFit) {
  std::vector<KnownForce> forces;
  std::vector<std::string> names;
  for (int i = 0; i < 8; ++i) {
    names.push_back(absl::StrCat("forces/f", i));
    forces.push_back({names.back(), false, forces::v1::SERVICE_TYPE_POLICE});
  }
  const auto refused = IssueNational(NationalDraft(NationalRequestFor(names)), On("2023-11-24"), forces);
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr("and 3 more"));
}

TEST(NationalIssue, NeedsNamedForcesToBeThere) {
  const auto refused =
      IssueNational(NationalDraft(NationalRequestFor({"forces/kent", "forces/nowhere"})), On("2023-11-24"));
  EXPECT_THAT(refused.status(), Refused(absl::StatusCode::kNotFound, "FORCE_NOT_FOUND"));
  EXPECT_EQ(ErrorMetadata(refused.status(), "force"), "forces/nowhere");
}

TEST(NationalIssue, NeedsAForce) {
  const auto refused = IssueNational(NationalDraft(), On("2023-11-24"), {{"forces/old", false}});
  EXPECT_THAT(refused.status(), Precondition("NO_FORCES"));
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr("Register the forces"));
}

TEST(NationalIssue, HasALimit) {
  std::vector<KnownForce> forces;
  for (int i = 0; i < kMaxNationalForces; ++i) forces.push_back({absl::StrCat("forces/f", i)});
  EXPECT_TRUE(IssueNational(NationalDraft(), On("2023-11-24"), forces).ok());
  forces.push_back({"forces/one-more"});
  const auto refused = IssueNational(NationalDraft(), On("2023-11-24"), forces);
  EXPECT_THAT(refused.status(), Precondition("TOO_MANY_FORCES"));
  EXPECT_EQ(ErrorMetadata(refused.status(), "limit"), "500");
}

TEST(NationalIssue, HasADay) {
  EXPECT_EQ(
      FormatIso(
          IssueNational(NationalDraft(), On("2023-11-24"), SomeForces(), IssueOn("2023-11-01"))->items[0].due_date()),
      "2024-02-01");
  const auto future = IssueNational(NationalDraft(), On("2023-11-24"), SomeForces(), IssueOn("2023-11-25"));
  EXPECT_THAT(future.status(), Precondition("DATES_CONTRADICT"));
  EXPECT_THAT(std::string(future.status().message()), HasSubstr("still to come"));
}

TEST(NationalIssue, IsNotAfterAFixedDueDate) {
  auto request = NationalRequest();
  *request.mutable_national_recommendation()->mutable_due_rule()->mutable_date() = Date("2023-11-20");
  const auto draft = NationalDraft(request);
  const auto late = IssueNational(draft, On("2023-11-24"));
  EXPECT_THAT(late.status(), Precondition("DATES_CONTRADICT"));
  EXPECT_EQ(ErrorMetadata(late.status(), "due_date"), "2023-11-20");
  EXPECT_TRUE(IssueNational(draft, On("2023-11-24"), SomeForces(), IssueOn("2023-11-20")).ok());
}

TEST(NationalIssue, CountsNoWorkingDaysBeyondTheKnownBankHolidays) {
  auto request = NationalRequest();
  auto* within = request.mutable_national_recommendation()->mutable_due_rule()->mutable_within();
  within->set_count(3650);
  within->set_unit(common::v1::DUE_UNIT_WORKING_DAYS);
  EXPECT_THAT(IssueNational(NationalDraft(request), On("2023-11-24")).status(), Precondition("BANK_HOLIDAYS_UNKNOWN"));
}

TEST(NationalIssue, HappensOnce) {
  const auto again = IssueNational(IssuedNational().recommendation, On("2023-11-25"));
  EXPECT_THAT(again.status(), Precondition("WRONG_STATE"));
  EXPECT_THAT(std::string(again.status().message()), HasSubstr("issued already"));
}

// ---- Items: claimed, verified and extended as recommendations are ----

TEST(NationalItem, IsClaimedAndVerified) {
  const auto claimed = ClaimedItem("January 2024");
  EXPECT_EQ(claimed.state(), v1::NATIONAL_ITEM_STATE_CLAIMED);
  EXPECT_EQ(FormatIso(claimed.done_date()), "2024-01");
  const auto verified =
      VerifyNationalItem(IssuedNational().recommendation, claimed, ItemVerification(kAccepted), On("2024-02-10"));
  ASSERT_TRUE(verified.ok()) << verified.status();
  EXPECT_EQ(verified->state(), v1::NATIONAL_ITEM_STATE_VERIFIED);
  EXPECT_EQ(FormatIso(verified->verified_date()), "2024-02-10");
}

TEST(NationalItem, IsOpenAgainWhenAClaimIsReturned) {
  const auto returned =
      VerifyNationalItem(IssuedNational().recommendation, ClaimedItem(), ItemVerification(kReturned), On("2024-02-10"));
  ASSERT_TRUE(returned.ok()) << returned.status();
  EXPECT_EQ(returned->state(), v1::NATIONAL_ITEM_STATE_OPEN);
  EXPECT_EQ(returned->times_returned(), 1);
}

TEST(NationalItem, IsNotDoneInTheFuture) {
  EXPECT_THAT(
      ClaimNationalItem(IssuedNational().recommendation, Item(), ItemClaim("2024-02-02"), On("2024-02-01")).status(),
      Precondition("DATES_CONTRADICT"));
}

TEST(NationalItem, HasEvidenceOfItsOwnForce) {
  auto claim = ItemClaim();
  claim.add_evidence("forces/kent/evidence/1");
  EXPECT_TRUE(ClaimNationalItem(IssuedNational().recommendation, Item(), claim, On("2024-02-01")).ok());
  claim.add_evidence("forces/essex/evidence/1");
  const auto refused = ClaimNationalItem(IssuedNational().recommendation, Item(), claim, On("2024-02-01"));
  EXPECT_THAT(ViolationsOf(refused.status()),
              ElementsAre(Pair("evidence[1]", HasSubstr("must belong to forces/kent"))));
}

TEST(NationalItem, IsVerifiedBetweenIssueAndToday) {
  const auto recommendation = IssuedNational().recommendation;
  for (const char* day : {"2023-11-23", "2024-02-11"}) {
    EXPECT_THAT(
        VerifyNationalItem(recommendation, ClaimedItem(), ItemVerification(kAccepted, day), On("2024-02-10")).status(),
        Precondition("DATES_CONTRADICT"))
        << day;
  }
  EXPECT_THAT(VerifyNationalItem(recommendation, ClaimedItem("2024-01-15"), ItemVerification(kAccepted, "2024-01-14"),
                                 On("2024-02-10"))
                  .status(),
              Precondition("DATES_CONTRADICT"));
  const auto returned =
      VerifyNationalItem(recommendation, ClaimedItem(), ItemVerification(kReturned, "2024-02-01"), On("2024-02-10"));
  ASSERT_TRUE(returned.ok()) << returned.status();
  EXPECT_EQ(FormatIso(returned->verification().verified_date()), "2024-02-01");
}

// What is recommended to all, some have done already.
TEST(NationalItem, MayHaveBeenDoneBeforeIssueAndNotClaimedBeforeIt) {
  auto claim = ItemClaim("2022");
  const auto claimed = ClaimNationalItem(IssuedNational().recommendation, Item(), claim, On("2024-02-01"));
  ASSERT_TRUE(claimed.ok()) << claimed.status();
  EXPECT_EQ(FormatIso(claimed->claim().claimed_date()), "2024-02-01");
  *claim.mutable_claimed_date() = Date("2023-11-23");
  const auto refused = ClaimNationalItem(IssuedNational().recommendation, Item(), claim, On("2024-02-01")).status();
  EXPECT_THAT(refused, Precondition("DATES_CONTRADICT"));
  EXPECT_EQ(ErrorMetadata(refused, "issue_date"), "2023-11-24");
  auto extension = ItemExtension("2024-05-31");
  *extension.mutable_extended_date() = Date("2023-11-23");
  EXPECT_THAT(ExtendNationalItem(IssuedNational().recommendation, Item(), extension, On("2024-02-01")).status(),
              Precondition("DATES_CONTRADICT"));
}

TEST(NationalItem, IsGivenMoreTimeOnlyForward) {
  const auto extended =
      ExtendNationalItem(IssuedNational().recommendation, Item(), ItemExtension("2024-05-31"), On("2024-01-10"));
  ASSERT_TRUE(extended.ok()) << extended.status();
  EXPECT_EQ(FormatIso(extended->due_date()), "2024-05-31");
  EXPECT_EQ(FormatIso(extended->original_due_date()), "2024-02-24");
  EXPECT_EQ(extended->extensions(0).reason(), "The new system comes in May.");
  EXPECT_THAT(ExtendNationalItem(IssuedNational().recommendation, Item(), ItemExtension("2024-02-24"), On("2024-01-10"))
                  .status(),
              Precondition("DATES_CONTRADICT"));
}

TEST(NationalItem, IsExtendedTwentyTimesAtMost) {
  v1::NationalItem item = Item();
  for (int i = 0; i < kMaxExtensions; ++i) {
    const std::string day = FormatIso(absl::CivilDay(2024, 3, 1) + i);
    item = ExtendNationalItem(IssuedNational().recommendation, item, ItemExtension(day), On("2024-01-10")).value();
  }
  const auto refused =
      ExtendNationalItem(IssuedNational().recommendation, item, ItemExtension("2025-01-01"), On("2024-01-10"));
  EXPECT_THAT(refused.status(), Precondition("TOO_MANY_EXTENSIONS"));
  for (const auto& action : AllowedActions(item, Anyone)) {
    if (action.verb() == "ExtendNationalItem") {
      EXPECT_EQ(action.reason(), "TOO_MANY_EXTENSIONS");
    }
  }
}

TEST(NationalItem, NeedNotApply) {
  for (const auto& item : {Item(), ClaimedItem()}) {
    const auto closed = MarkNationalItemNotApplicable(item, NotApplicable(), On("2024-02-10"));
    ASSERT_TRUE(closed.ok()) << closed.status();
    EXPECT_EQ(closed->state(), v1::NATIONAL_ITEM_STATE_NOT_APPLICABLE);
    EXPECT_EQ(closed->closure().reason(), "It has no such unit.");
    EXPECT_EQ(closed->closure().closer(), "principals/hm-inspector");
    EXPECT_EQ(FormatIso(closed->closure().close_date()), "2024-02-10");
  }
}

TEST(NationalItem, SaysWhatComesFirst) {
  const auto verified =
      VerifyNationalItem(IssuedNational().recommendation, Item(), ItemVerification(kAccepted), On("2024-02-10"));
  EXPECT_THAT(verified.status(), Precondition("WRONG_STATE"));
  EXPECT_THAT(std::string(verified.status().message()), HasSubstr("ClaimNationalItem"));
  const auto claimed = ClaimNationalItem(IssuedNational().recommendation, ClaimedItem(), ItemClaim(), On("2024-02-10"));
  EXPECT_THAT(claimed.status(), Precondition("WRONG_STATE"));
  EXPECT_THAT(std::string(claimed.status().message()), HasSubstr("VerifyNationalItem"));
}

TEST(NationalItem, DoesNotReopen) {
  const auto closed = MarkNationalItemNotApplicable(Item(), NotApplicable(), On("2024-02-10")).value();
  for (const auto& status :
       {ClaimNationalItem(IssuedNational().recommendation, closed, ItemClaim(), On("2024-02-11")).status(),
        VerifyNationalItem(IssuedNational().recommendation, closed, ItemVerification(kAccepted), On("2024-02-11"))
            .status(),
        ExtendNationalItem(IssuedNational().recommendation, closed, ItemExtension("2025-01-01"), On("2024-02-11"))
            .status(),
        MarkNationalItemNotApplicable(closed, NotApplicable(), On("2024-02-11")).status()}) {
    EXPECT_THAT(status, Precondition("WRONG_STATE"));
    EXPECT_THAT(std::string(status.message()), HasSubstr("nothing reopens"));
  }
}

TEST(NationalItem, IsOverdueFromTheDayAfter) {
  EXPECT_FALSE(IsOverdue(Item(), absl::CivilDay(2024, 2, 24)));
  EXPECT_TRUE(IsOverdue(Item(), absl::CivilDay(2024, 2, 25)));
  EXPECT_TRUE(IsOverdue(ClaimedItem(), absl::CivilDay(2024, 2, 25)));
  const auto closed = MarkNationalItemNotApplicable(Item(), NotApplicable(), On("2024-02-10")).value();
  EXPECT_FALSE(IsOverdue(closed, absl::CivilDay(2024, 2, 25)));
}

// ---- Withdrawal ----

TEST(NationalWithdrawal, ClosesWhatIsNotClosed) {
  National national = IssuedNational();
  national.items[0] =
      ClaimNationalItem(national.recommendation, national.items[0], ItemClaim(), On("2024-02-01")).value();
  national.items[0] =
      VerifyNationalItem(national.recommendation, national.items[0], ItemVerification(kAccepted), On("2024-02-02"))
          .value();
  national.items[1] =
      ClaimNationalItem(national.recommendation, national.items[1], ItemClaim(), On("2024-02-01")).value();
  const auto withdrawn = WithdrawNationalRecommendation(national, Withdrawal(), On("2024-02-10"));
  ASSERT_TRUE(withdrawn.ok()) << withdrawn.status();
  EXPECT_EQ(withdrawn->recommendation.state(), v1::NATIONAL_RECOMMENDATION_STATE_WITHDRAWN);
  EXPECT_EQ(withdrawn->recommendation.closure().reason(), "Overtaken by new law.");
  EXPECT_EQ(withdrawn->items[0].state(), v1::NATIONAL_ITEM_STATE_VERIFIED);
  EXPECT_EQ(withdrawn->items[1].state(), v1::NATIONAL_ITEM_STATE_WITHDRAWN);
  EXPECT_EQ(withdrawn->items[2].state(), v1::NATIONAL_ITEM_STATE_WITHDRAWN);
  EXPECT_EQ(withdrawn->items[2].closure().reason(), "Overtaken by new law.");
  EXPECT_FALSE(IsFirstIssued(withdrawn->recommendation));
  EXPECT_TRUE(WasIssued(withdrawn->recommendation));

  const auto again = WithdrawNationalRecommendation(*withdrawn, Withdrawal(), On("2024-02-11"));
  EXPECT_THAT(again.status(), Precondition("WRONG_STATE"));
  EXPECT_THAT(std::string(again.status().message()), HasSubstr("draft a new one"));
}

TEST(NationalWithdrawal, OfADraftIsKnownInsideOnly) {
  const auto withdrawn = WithdrawNationalRecommendation({NationalDraft(), {}}, Withdrawal(), On("2024-02-10"));
  ASSERT_TRUE(withdrawn.ok()) << withdrawn.status();
  EXPECT_FALSE(WasIssued(withdrawn->recommendation));
}

// ---- What may be done next ----

TEST(NationalActions, SpeakOfEveryVerbInOrder) {
  std::vector<std::string> verbs;
  for (const auto& action : AllowedActions(NationalDraft(), Anyone)) verbs.push_back(action.verb());
  EXPECT_THAT(verbs, ElementsAre("UpdateNationalRecommendation", "IssueNationalRecommendation",
                                 "WithdrawNationalRecommendation"));
  verbs.clear();
  for (const auto& action : AllowedActions(Item(), Anyone)) verbs.push_back(action.verb());
  EXPECT_THAT(verbs, ElementsAre("ExtendNationalItem", "ClaimNationalItem", "VerifyNationalItem",
                                 "MarkNationalItemNotApplicable"));
}

RC_GTEST_PROP(NationalActions, AreWhatACallThenMeets, ()) {
  National national{NationalDraft(), {}};
  absl::CivilDay day(2023, 11, 24);
  const int steps = *rc::gen::inRange(0, 60);
  for (int i = 0; i < steps; ++i) {
    day += *rc::gen::inRange(0, 20);
    const Acting acting = On(FormatIso(day));
    const int verb = *rc::gen::inRange(0, 12);
    if (verb == 0) {
      const auto said = AllowedActions(national.recommendation, Anyone)[2];
      if (*rc::gen::inRange(0, 20) > 0) continue;
      const auto withdrawn = WithdrawNationalRecommendation(national, Withdrawal(), acting);
      RC_ASSERT(withdrawn.ok() == said.allowed());
      if (withdrawn.ok()) national = *withdrawn;
    } else if (verb == 1) {
      const auto said = AllowedActions(national.recommendation, Anyone)[1];
      const auto issued = IssueNational(national.recommendation, acting);
      RC_ASSERT(issued.ok() == said.allowed());
      if (issued.ok()) {
        national = *issued;
      } else {
        RC_ASSERT(std::string(issued.status().message()) == said.message());
      }
    } else if (!national.items.empty()) {
      v1::NationalItem& item = national.items[*rc::gen::inRange<size_t>(0, national.items.size())];
      const auto actions = AllowedActions(item, Anyone);
      const int which = verb % 4;
      auto result = which == 0   ? ExtendNationalItem(national.recommendation, item,
                                                      ItemExtension(FormatIso(*ToCivilDay(item.due_date()) + 7)), acting)
                    : which == 1 ? ClaimNationalItem(national.recommendation, item, ItemClaim(), acting)
                    : which == 2 ? VerifyNationalItem(national.recommendation, item,
                                                      ItemVerification(*rc::gen::element(kAccepted, kReturned)), acting)
                                 : MarkNationalItemNotApplicable(item, NotApplicable(), acting);
      RC_ASSERT(result.ok() == actions[static_cast<size_t>(which)].allowed());
      RC_ASSERT(ReasonOf(result.status()) == actions[static_cast<size_t>(which)].reason());
      if (result.ok()) item = *std::move(result);
      RC_ASSERT(item.has_closure() == (item.state() == v1::NATIONAL_ITEM_STATE_NOT_APPLICABLE));
      RC_ASSERT(item.has_verified_date() == (item.state() == v1::NATIONAL_ITEM_STATE_VERIFIED));
    }
    if (national.recommendation.state() == v1::NATIONAL_RECOMMENDATION_STATE_WITHDRAWN) {
      for (const auto& item : national.items) RC_ASSERT(IsClosed(item.state()));
      return;
    }
  }
}

}  // namespace
}  // namespace oversight::concerns
