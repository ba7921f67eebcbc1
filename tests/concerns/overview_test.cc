// All that is derived, kept in step, beside the same made from scratch, after any commands.
#include "concerns-service/domain/overview.h"

#include <map>

#include "absl/strings/str_cat.h"
#include "concerns-service/domain/search_words.h"
#include "google/protobuf/util/message_differencer.h"
#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"
#include "tests/concerns/overview_support.h"

namespace oversight::concerns {
namespace {

using google::protobuf::util::MessageDifferencer;

// A record of several forces, changed by the commands of the service as they come; refused ones change nothing.
class Played {
 public:
  void Step() {
    now_ += absl::Hours(*rc::gen::inRange(0, 24 * 40));
    const std::string name =
        absl::StrCat("forces/", *rc::gen::elementOf(std::vector<std::string>{"kent", "essex", "area-9"}), "/concerns/",
                     *rc::gen::inRange(1, 3));
    const ConcernRecord before = Get(name);
    if (!Change(name)) return;
    overview_.Replace(before, Get(name));
  }

  const Overview& overview() const { return overview_; }
  std::vector<ConcernRecord> All() const {
    std::vector<ConcernRecord> all;
    for (const auto& [name, record] : records_) all.push_back(Get(name));
    return all;
  }
  absl::CivilDay today() const { return LondonDay(now_); }

 private:
  ConcernRecord Get(const std::string& name) const {
    const auto it = records_.find(name);
    if (it == records_.end()) return {};
    const auto responses = responses_.find(name);
    return Shared(it->second, responses == responses_.end() ? std::vector<v1::ForceResponse>() : responses->second);
  }
  Acting acting() const { return {"principals/tester", now_}; }
  std::string AnyText() {
    return absl::StrCat(*rc::gen::elementOf(std::vector<std::string>{"Plan", "Supervise", "Record"}), " ",
                        *rc::gen::elementOf(std::vector<std::string>{"crimes", "investigations", "plans"}));
  }
  std::string AnyTheme() {
    return *rc::gen::elementOf(std::vector<std::string>{"themes/investigations", "themes/online-child-abuse"});
  }

  // Whether the command was taken.
  bool Change(const std::string& name) {
    const auto it = records_.find(name);
    if (it == records_.end()) {
      auto request = ConcernRequest(*rc::gen::elementOf(
          std::vector<v1::ConcernKind>{v1::CONCERN_KIND_CAUSE_OF_CONCERN, v1::CONCERN_KIND_AREA_FOR_IMPROVEMENT}));
      request.mutable_concern()->set_title(AnyText());
      request.mutable_concern()->set_theme(AnyTheme());
      request.mutable_concern()->set_accelerated(*rc::gen::arbitrary<bool>());
      return Take({DraftConcern(request, name, themes_, acting()).value_or(v1::Concern()), {}}, name);
    }
    Record record = it->second;
    const size_t count = record.recommendations.size();
    const size_t one = count == 0 ? 0 : *rc::gen::inRange<size_t>(0, count);
    switch (*rc::gen::inRange(0, 16)) {
      case 0: {
        v1::UpdateConcernRequest request;
        request.mutable_concern()->set_title(AnyText());
        request.mutable_concern()->set_theme(AnyTheme());
        return TakeConcern(UpdateConcern(record, request, themes_, acting()), record);
      }
      case 1:
      case 2:
      case 3: {
        auto request = Within(*rc::gen::inRange(1, 90), common::v1::DUE_UNIT_DAYS);
        request.set_parent(name);
        request.mutable_recommendation()->set_text(AnyText());
        auto added = AddRecommendation(record, request, absl::StrCat(name, "/recommendations/", count + 1), acting());
        if (!added.ok()) return false;
        record.recommendations.push_back(*std::move(added));
        return Take(std::move(record), name);
      }
      case 4:
      case 5: {
        auto issued = Issue(record, {}, acting());
        return issued.ok() && Take(*std::move(issued), name);
      }
      case 6: {
        v1::AssessHandlingRequest request;
        request.set_level(static_cast<v1::HandlingLevel>(*rc::gen::inRange(1, 6)));
        return TakeConcern(AssessHandling(record, request, acting()), record);
      }
      case 7:
      case 8:
        return count > 0 &&
               TakeOne(ClaimRecommendation(record.concern, record.recommendations[one], {}, acting()), one, record);
      case 9: {
        v1::VerifyRecommendationRequest request;
        request.set_outcome(static_cast<v1::VerificationOutcome>(*rc::gen::inRange(1, 3)));
        return count > 0 &&
               TakeOne(VerifyRecommendation(record.concern, record.recommendations[one], request, acting()), one,
                       record);
      }
      case 11: {
        auto& responses = responses_[name];
        auto response =
            CreateResponse(record.concern, {}, absl::StrCat(name, "/responses/", responses.size() + 1), acting());
        if (!response.ok()) return false;
        responses.push_back(*std::move(response));
        return true;
      }
      case 12: {
        auto& responses = responses_[name];
        if (responses.empty()) return false;
        v1::JudgeResponseRequest request;
        request.set_adequacy(static_cast<v1::Adequacy>(*rc::gen::inRange(1, 3)));
        auto judged = JudgeResponse(record.concern, responses.back(), request, acting());
        if (!judged.ok()) return false;
        responses.back() = *std::move(judged);
        return true;
      }
      case 13: {
        if (count == 0) return false;
        v1::ExtendRecommendationRequest request;
        *request.mutable_due_date() = ToPartialDate(LondonDay(now_) + *rc::gen::inRange(1, 200));
        return TakeOne(ExtendRecommendation(record.concern, record.recommendations[one], request, acting()), one,
                       record);
      }
      case 14:
        return count > 0 &&
               TakeOne(WithdrawRecommendation(record, record.recommendations[one], {}, acting()), one, record);
      case 10:
        return TakeConcern(DischargeConcern(record, {}, acting()), record);
      default: {
        auto withdrawn = WithdrawConcern(record, {}, acting());
        return withdrawn.ok() && Take(*std::move(withdrawn), name);
      }
    }
  }
  bool TakeConcern(absl::StatusOr<v1::Concern> concern, Record record) {
    if (!concern.ok()) return false;
    record.concern = *std::move(concern);
    const std::string name = record.concern.name();
    return Take(std::move(record), name);
  }
  bool TakeOne(absl::StatusOr<v1::Recommendation> recommendation, size_t at, Record record) {
    if (!recommendation.ok()) return false;
    record.recommendations[at] = *std::move(recommendation);
    const std::string name = record.concern.name();
    return Take(std::move(record), name);
  }
  // Stamped as a ledger would.
  bool Take(Record record, const std::string& name) {
    if (record.concern.name() != name) return false;
    if (!record.concern.has_create_time()) *record.concern.mutable_create_time() = acting().timestamp();
    for (auto& recommendation : record.recommendations) {
      if (!recommendation.has_create_time()) *recommendation.mutable_create_time() = acting().timestamp();
    }
    records_[name] = std::move(record);
    return true;
  }

  const Themes themes_ = TestThemes();
  absl::Time now_ = On("2023-11-20").now;
  std::map<std::string, Record> records_;
  std::map<std::string, std::vector<v1::ForceResponse>> responses_;
  Overview overview_;
};

std::vector<std::string> Told(const Overview& overview, absl::CivilDay today) {
  std::vector<std::string> told;
  overview.summaries().EachForce("", [&](const std::string& force) {
    told.push_back(overview.summaries().Of(force, today).ShortDebugString());
    return true;
  });
  for (const bool overdue_only : {false, true}) {
    overview.due().Each({.overdue_only = overdue_only}, today, std::nullopt, [&](const DuePlace&, const Due& due) {
      told.push_back(ToProto(due, today, testing::ShippedBankHolidays()).ShortDebugString());
      return true;
    });
  }
  RegisterFacts facts;
  facts.ended.push_back({"forces/essex", "", "today"});
  facts.inadequate.push_back({"forces/kent/inspections/1", "", "forces/kent", "Crime", "themes/investigations"});
  overview.consistency().Each({}, today, &facts, std::nullopt, [&](const FindingPlace&, const Finding& finding) {
    told.push_back(ToProto(finding).ShortDebugString());
    return true;
  });
  for (const char* query : {"plan", "supervise crimes", "the", "record in"}) {
    overview.search().Each(WordsOf(query), std::nullopt, [&](const Document& document) {
      told.push_back(absl::StrCat(query, ": ", document.name, " ", document.issued, " ", document.open, " ",
                                  document.theme, " ", *document.concern_title));
      return true;
    });
  }
  return told;
}

// The counts as they would be made by hand.
v1::ConcernCounts Counted(const std::vector<ConcernRecord>& records, const std::string& force, absl::CivilDay today) {
  v1::ConcernCounts counts;
  for (const ConcernRecord& record : records) {
    const v1::Concern& concern = *record.concern;
    if (concern.name().rfind(force + "/", 0) != 0) continue;
    if (concern.state() == v1::CONCERN_STATE_ISSUED) {
      const bool cause = concern.kind() == v1::CONCERN_KIND_CAUSE_OF_CONCERN;
      if (cause) counts.set_open_causes_of_concern(counts.open_causes_of_concern() + 1);
      if (cause && concern.accelerated()) {
        counts.set_accelerated_causes_of_concern(counts.accelerated_causes_of_concern() + 1);
      }
      if (!cause) counts.set_open_areas_for_improvement(counts.open_areas_for_improvement() + 1);
    }
    for (const auto& response : record.responses) {
      if (concern.state() == v1::CONCERN_STATE_ISSUED &&
          response->state() == v1::FORCE_RESPONSE_STATE_AWAITING_JUDGEMENT) {
        counts.set_responses_awaiting_judgement(counts.responses_awaiting_judgement() + 1);
      }
    }
    for (const auto& recommendation : record.recommendations) {
      if (recommendation->state() == kRecOpen) {
        counts.set_open_recommendations(counts.open_recommendations() + 1);
      }
      if (IsOverdue(*recommendation, today)) {
        counts.set_overdue_recommendations(counts.overdue_recommendations() + 1);
      }
      if (IsPending(*recommendation) && !recommendation->extensions().empty()) {
        counts.set_extended_recommendations(counts.extended_recommendations() + 1);
      }
      if (recommendation->state() == kRecClaimed) {
        counts.set_claimed_recommendations(counts.claimed_recommendations() + 1);
      }
    }
  }
  return counts;
}

RC_GTEST_PROP(OverviewProperty, KeptInStepItIsWhatIsMadeFromScratch, ()) {
  Played played;
  const int steps = *rc::gen::inRange(0, 300);
  for (int i = 0; i < steps; ++i) played.Step();
  const Overview scratch(played.All());
  for (const int64_t days : {0, 10, 100, 1000}) {
    RC_ASSERT(Told(played.overview(), played.today() + days) == Told(scratch, played.today() + days));
  }
  for (const char* force : {"forces/kent", "forces/essex", "forces/area-9"}) {
    const auto kept = played.overview().summaries().Of(force, played.today()).counts();
    RC_ASSERT(MessageDifferencer::Equals(kept, Counted(played.All(), force, played.today())));
  }
}

TEST(Overview, DropsWhatIsGone) {
  Overview overview;
  const ConcernRecord record =
      Made("forces/kent/concerns/1").Issued("2023-11-24").Recommends(kRecOpen, "2024-02-24").record();
  overview.Replace({}, record);
  EXPECT_FALSE(Told(overview, Day("2024-03-01")).empty());
  overview.Replace(record, {});
  const auto left = Told(overview, Day("2024-03-01"));
  EXPECT_EQ(left.size(), 1u) << "but for what only the register knows";
  EXPECT_EQ(overview.search().documents(), 0u);
}

}  // namespace
}  // namespace oversight::concerns
