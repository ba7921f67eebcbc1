// The public register: who was in the stage on a date, as sure as the dates are, and nothing that is not public.
#include "monitoring-service/domain/register.h"
#include "absl/strings/str_cat.h"
#include "monitoring-service/domain/episodes.h"
#include "monitoring-service/domain/publication.h"
#include "tests/monitoring/domain_fixture.h"

namespace oversight::monitoring {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Register : public testing::Test {
 protected:
  v1::Decision& Decided(const std::string& name) {
    auto& decision = decisions_[name];
    decision.set_name(name);
    decision.set_outcome(v1::DECISION_OUTCOME_APPROVED);
    decision.set_state(v1::DECISION_STATE_IN_EFFECT);
    return decision;
  }
  v1::Episode& Episode(const std::string& force, const std::string& from, const std::string& until = "") {
    v1::Episode episode;
    episode.set_name(absl::StrCat("forces/", force, "/episodes/1"));
    episode.set_stage("engage");
    episode.set_ladder("ladders/scan-engage");
    *episode.mutable_from_date() = *ParsePartialDate(from);
    auto* reason = episode.add_entry_reasons();
    reason->set_id("r1");
    reason->set_text("Calls");
    reason->set_concern("forces/kent/concerns/1");
    episode.set_entry_decision(Decided(absl::StrCat("forces/", force, "/decisions/1")).name());
    if (!until.empty()) {
      *episode.mutable_until_date() = *ParsePartialDate(until);
      episode.add_exit_reasons()->set_text("Better");
      episode.set_exit_decision(Decided(absl::StrCat("forces/", force, "/decisions/2")).name());
      *episode.mutable_length() = LengthOf(episode);
    }
    episodes_.push_back(episode);
    return episodes_.back();
  }
  v1::GetRegisterResponse Get(const std::string& date = "") {
    std::optional<common::v1::PartialDate> on_date;
    if (!date.empty()) on_date = *ParsePartialDate(date);
    return MakeRegister(
        ShippedLadders(), episodes_, decisions_, [](const std::string& force) { return "Name of " + force; }, on_date);
  }
  // "certain", "possible" or "no".
  static std::string Sure(const google::protobuf::RepeatedPtrField<v1::RegisterEntry>& entries) {
    if (entries.empty()) return "no";
    return entries[0].certainty() == v1::REGISTER_CERTAINTY_CERTAIN ? "certain" : "possible";
  }
  std::string Current(const std::string& date) { return Sure(Get(date).current()); }
  std::string Previous(const std::string& date) { return Sure(Get(date).previous()); }

  std::vector<v1::Episode> episodes_;
  std::map<std::string, v1::Decision> decisions_;
};

TEST_F(Register, AYearMayBeAnyOfItsDays) {
  Episode("kent", "2019", "2023-09-20");
  EXPECT_EQ(Current("2018-12-31"), "no");
  EXPECT_EQ(Current("2019-01-01"), "possible");
  EXPECT_EQ(Current("2019-12-30"), "possible");
  EXPECT_EQ(Current("2019-12-31"), "certain") << "on its last day it had begun";
  EXPECT_EQ(Current("2023-09-19"), "certain");
  EXPECT_EQ(Current("2023-09-20"), "no") << "the day it was moved out does not count";
  EXPECT_EQ(Previous("2023-09-19"), "no");
  EXPECT_EQ(Previous("2023-09-20"), "certain");
}

TEST_F(Register, OnADayItMayHaveEndedItIsPerhapsInTheStageAndPerhapsNot) {
  Episode("kent", "2021-12", "2023-09");
  EXPECT_EQ(Current("2023-08-31"), "certain");
  EXPECT_EQ(Current("2023-09-01"), "possible");
  EXPECT_EQ(Previous("2023-09-01"), "possible");
  EXPECT_EQ(Current("2023-09-30"), "no");
  EXPECT_EQ(Previous("2023-09-30"), "certain");
  EXPECT_EQ(Previous("2021-12-01"), "no");
}

TEST_F(Register, ADateKnownInPartStandsForAllItsDays) {
  Episode("kent", "2022-06-28");
  EXPECT_EQ(Current("2021"), "no");
  EXPECT_EQ(Current("2022"), "possible");
  EXPECT_EQ(Current("2022-07"), "certain");
  EXPECT_EQ(Previous("2022"), "no");
  EXPECT_EQ(Get("2022").on_date().year(), 2022);
  episodes_.clear();
  Episode("kent", "2022-06-28", "2022-06-28");
  EXPECT_EQ(Current("2022-06"), "no") << "it was over on the day it began";
}

TEST_F(Register, WithoutADateItIsAsTheRecordHasItNow) {
  Episode("essex", "2024-05");
  Episode("kent", "2019", "2023-09-20");
  Episode("surrey", "2021-12");
  const auto now = Get();
  EXPECT_FALSE(now.has_on_date());
  ASSERT_EQ(now.current_size(), 2);
  EXPECT_EQ(now.current(0).force(), "forces/surrey") << "by the beginning";
  EXPECT_EQ(now.current(0).force_display_name(), "Name of forces/surrey");
  EXPECT_EQ(now.current(0).stage_display_name(), "Engage");
  EXPECT_EQ(now.current(0).certainty(), v1::REGISTER_CERTAINTY_CERTAIN);
  EXPECT_FALSE(now.current(0).has_until_date() || now.current(0).has_open_cause_count());
  ASSERT_EQ(now.previous_size(), 1);
  const auto& kent = now.previous(0);
  EXPECT_EQ(FormatIso(kent.from_date()), "2019");
  EXPECT_EQ(FormatIso(kent.until_date()), "2023-09-20");
  EXPECT_GT(kent.length().min_days(), 1300);
  EXPECT_THAT(kent.reasons_in(), ElementsAre("Calls"));
  EXPECT_THAT(kent.reasons_out(), ElementsAre("Better"));
}

TEST_F(Register, WhatIsStillOpenComesFromTheReasonsTheOpenCausesOrTheSource) {
  auto& live = Episode("kent", "2023-11-24", "2024-09-18");
  *live.add_reason_outcomes() = CarriedForward("r1");
  for (const char* concern : {"forces/kent/concerns/1", "forces/kent/concerns/2"}) {
    auto* cause = live.add_open_causes();
    cause->set_concern(concern);
    cause->set_title(concern);
    cause->set_published(true);
  }
  EXPECT_THAT(Get().previous(0).still_open(), ElementsAre("Calls", "forces/kent/concerns/2"));
  EXPECT_EQ(Get().previous(0).open_cause_count(), 2);
  live.mutable_historical_exit()->add_still_open("investigations");
  EXPECT_THAT(Get().previous(0).still_open(), ElementsAre("investigations"));
  EXPECT_FALSE(Get().previous(0).has_open_cause_count()) << "not known is not 0";
  live.mutable_historical_exit()->set_causes_of_concern(0);
  EXPECT_TRUE(Get().previous(0).has_open_cause_count());
}

TEST_F(Register, AnOpenCauseThatIsNotPublicIsNeitherNamedNorCounted) {
  auto& episode = Episode("kent", "2023-11-24", "2024-09-18");
  for (const bool published : {true, false}) {
    auto* cause = episode.add_open_causes();
    cause->set_concern(absl::StrCat("forces/kent/concerns/", published ? 2 : 3));
    cause->set_title(published ? "Public" : "Not public");
    cause->set_published(published);
  }
  EXPECT_THAT(Get().previous(0).still_open(), ElementsAre("Public"));
  EXPECT_EQ(Get().previous(0).open_cause_count(), 1);
  // A reason that goes on is published in its own words, and its cause counts.
  episode.mutable_entry_reasons(0)->set_concern("forces/kent/concerns/3");
  *episode.add_reason_outcomes() = CarriedForward("r1");
  EXPECT_THAT(Get().previous(0).still_open(), ElementsAre("Calls", "Public"));
  EXPECT_EQ(Get().previous(0).open_cause_count(), 2);
}

TEST_F(Register, WhatIsNotPublicIsNotInIt) {
  auto& episode = Episode("kent", "2023-11-24", "2024-09-18");
  auto* imported = episode.add_added_reasons();
  imported->mutable_reason()->set_text("Imported");
  imported->set_historical(true);
  episode.add_added_reasons()->mutable_reason()->set_text("Not announced");
  ASSERT_EQ(Get().previous(0).added_reasons_size(), 1);
  EXPECT_EQ(Get().previous(0).added_reasons(0).text(), "Imported");
  decisions_["forces/kent/decisions/2"].set_state(v1::DECISION_STATE_PENDING_EFFECT);
  ASSERT_EQ(Get().current_size(), 1) << "as long as its end is not public, it lasts";
  EXPECT_FALSE(Get().current(0).has_until_date() || Get().current(0).has_length());
  EXPECT_THAT(Get().current(0).reasons_out(), IsEmpty());
  EXPECT_THAT(Get().previous(), IsEmpty());
  decisions_["forces/kent/decisions/1"].set_state(v1::DECISION_STATE_PENDING_EFFECT);
  EXPECT_THAT(Get().current(), IsEmpty());
  decisions_.clear();
  EXPECT_THAT(Get().current(), IsEmpty());
}

TEST(Published, MovesThatWereMadeOrImported) {
  v1::Decision decision;
  decision.set_outcome(v1::DECISION_OUTCOME_APPROVED);
  EXPECT_TRUE(IsPublished(decision)) << "from before there were states";
  for (const auto state : {v1::DECISION_STATE_PENDING_EFFECT, v1::DECISION_STATE_LAPSED, v1::DECISION_STATE_REVOKED}) {
    decision.set_state(state);
    EXPECT_FALSE(IsPublished(decision));
  }
  decision.set_state(v1::DECISION_STATE_IN_EFFECT);
  EXPECT_TRUE(IsPublished(decision)) << "from before there were announcements";
  decision.mutable_publication()->set_state(v1::PUBLICATION_STATE_AWAITED);
  EXPECT_FALSE(IsPublished(decision));
  decision.mutable_publication()->set_state(v1::PUBLICATION_STATE_PUBLISHED);
  EXPECT_TRUE(IsPublished(decision));
  decision.set_outcome(v1::DECISION_OUTCOME_DECLINED);
  decision.set_state(v1::DECISION_STATE_DECLINED);
  EXPECT_FALSE(IsPublished(decision));
  decision.mutable_historical();
  EXPECT_TRUE(IsPublished(decision));
}

}  // namespace
}  // namespace oversight::monitoring
