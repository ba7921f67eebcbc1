// The table itself, and the promise that what ListAllowedActions says is what a call then meets.
#include "concerns-service/domain/lifecycle.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "concerns-service/domain/visibility.h"
#include "google/protobuf/util/message_differencer.h"
#include "gtest/gtest.h"
#include "oversight/concerns/v1/national_recommendations_service.pb.h"
#include "oversight/concerns/v1/revisits_service.pb.h"
#include "rapidcheck/gtest.h"
#include "tests/concerns/domain_support.h"

namespace oversight::concerns {
namespace {

using google::protobuf::util::MessageDifferencer;

absl::Status Anyone(const std::string&) { return absl::OkStatus(); }

TEST(Lifecycle, LastStatesAreLast) {
  // Nothing leaves a closed state, and what does not close is judged again only.
  for (const auto& row : Lifecycle()) {
    for (int state : row.from) {
      if (row.subject == Subject::kConcern) {
        EXPECT_FALSE(IsClosed(static_cast<v1::ConcernState>(state))) << row.verb;
      } else if (row.subject == Subject::kRecommendation) {
        EXPECT_FALSE(IsClosed(static_cast<v1::RecommendationState>(state))) << row.verb;
      } else if (row.subject == Subject::kNational) {
        EXPECT_FALSE(IsClosed(static_cast<v1::NationalRecommendationState>(state))) << row.verb;
      } else if (row.subject == Subject::kNationalItem) {
        EXPECT_FALSE(IsClosed(static_cast<v1::NationalItemState>(state))) << row.verb;
      } else if (row.subject == Subject::kRevisit) {
        EXPECT_FALSE(IsClosed(static_cast<v1::RevisitState>(state))) << row.verb;
      }
    }
  }
  for (const auto state : {v1::CONCERN_STATE_DISCHARGED, v1::CONCERN_STATE_WITHDRAWN, v1::CONCERN_STATE_SUPERSEDED}) {
    EXPECT_TRUE(IsClosed(state));
  }
  EXPECT_TRUE(IsClosed(v1::NATIONAL_RECOMMENDATION_STATE_WITHDRAWN));
  EXPECT_TRUE(IsClosed(v1::REVISIT_STATE_CANCELLED));
  for (const auto state :
       {v1::NATIONAL_ITEM_STATE_VERIFIED, v1::NATIONAL_ITEM_STATE_NOT_APPLICABLE, v1::NATIONAL_ITEM_STATE_WITHDRAWN}) {
    EXPECT_TRUE(IsClosed(state));
  }
  for (const auto state :
       {v1::RECOMMENDATION_STATE_VERIFIED, v1::RECOMMENDATION_STATE_WITHDRAWN, v1::RECOMMENDATION_STATE_SUPERSEDED}) {
    EXPECT_TRUE(IsClosed(state));
  }
}

TEST(Lifecycle, EveryStateCanBeReached) {
  std::set<std::pair<Subject, int>> reached;
  for (const auto& row : Lifecycle()) {
    for (int state : row.to) reached.insert({row.subject, state});
  }
  for (int state = v1::CONCERN_STATE_DRAFT; state <= v1::ConcernState_MAX; ++state) {
    EXPECT_TRUE(reached.count({Subject::kConcern, state})) << state;
  }
  for (int state = v1::RECOMMENDATION_STATE_DRAFT; state <= v1::RecommendationState_MAX; ++state) {
    EXPECT_TRUE(reached.count({Subject::kRecommendation, state})) << state;
  }
  for (int state = v1::FORCE_RESPONSE_STATE_AWAITING_JUDGEMENT; state <= v1::ForceResponseState_MAX; ++state) {
    EXPECT_TRUE(reached.count({Subject::kResponse, state})) << state;
  }
  for (int state = v1::NATIONAL_RECOMMENDATION_STATE_DRAFT; state <= v1::NationalRecommendationState_MAX; ++state) {
    EXPECT_TRUE(reached.count({Subject::kNational, state})) << state;
  }
  for (int state = v1::NATIONAL_ITEM_STATE_OPEN; state <= v1::NationalItemState_MAX; ++state) {
    EXPECT_TRUE(reached.count({Subject::kNationalItem, state})) << state;
  }
  for (int state = v1::REVISIT_STATE_PLANNED; state <= v1::RevisitState_MAX; ++state) {
    EXPECT_TRUE(reached.count({Subject::kRevisit, state})) << state;
  }
}

TEST(Lifecycle, EveryRefusalOfAStateHasARemedy) {
  for (const auto& row : Lifecycle()) {
    if (!row.callable) continue;
    std::vector<int> open;
    switch (row.subject) {
      case Subject::kConcern:
        open = {v1::CONCERN_STATE_DRAFT, v1::CONCERN_STATE_ISSUED};
        break;
      case Subject::kRecommendation:
        open = {v1::RECOMMENDATION_STATE_DRAFT, v1::RECOMMENDATION_STATE_OPEN, v1::RECOMMENDATION_STATE_CLAIMED};
        break;
      case Subject::kResponse:
        open = {v1::FORCE_RESPONSE_STATE_AWAITING_JUDGEMENT, v1::FORCE_RESPONSE_STATE_ADEQUATE,
                v1::FORCE_RESPONSE_STATE_INADEQUATE};
        break;
      case Subject::kNational:
        open = {v1::NATIONAL_RECOMMENDATION_STATE_DRAFT, v1::NATIONAL_RECOMMENDATION_STATE_ISSUED};
        break;
      case Subject::kNationalItem:
        open = {v1::NATIONAL_ITEM_STATE_OPEN, v1::NATIONAL_ITEM_STATE_CLAIMED};
        break;
      case Subject::kRevisit:
        open = {v1::REVISIT_STATE_PLANNED, v1::REVISIT_STATE_CARRIED_OUT, v1::REVISIT_STATE_FINDINGS_RECORDED,
                v1::REVISIT_STATE_LETTER_SENT, v1::REVISIT_STATE_LETTER_PUBLISHED};
    }
    for (int state : open) {
      const bool taken = std::count(row.from.begin(), row.from.end(), state) > 0;
      const bool remedied =
          std::any_of(row.remedies.begin(), row.remedies.end(), [&](const Remedy& r) { return r.state == state; });
      EXPECT_NE(taken, remedied) << row.verb << " in state " << state;
    }
  }
}

TEST(Lifecycle, EveryVerbIsACallOfAService) {
  const auto* concerns = v1::CreateConcernRequest::descriptor()->file()->service(0);
  const auto* responses = v1::CreateResponseRequest::descriptor()->file()->service(0);
  const auto* nationals = v1::ClaimNationalItemRequest::descriptor()->file()->service(0);
  const auto* revisits = v1::PlanRevisitRequest::descriptor()->file()->service(0);
  for (const auto& row : Lifecycle()) {
    EXPECT_TRUE(concerns->FindMethodByName(row.verb) != nullptr || responses->FindMethodByName(row.verb) != nullptr ||
                nationals->FindMethodByName(row.verb) != nullptr || revisits->FindMethodByName(row.verb) != nullptr)
        << row.verb;
  }
}

TEST(AllowedActions, SpeakOfEveryVerbInOrder) {
  std::vector<std::string> verbs;
  for (const auto& action : AllowedActions(Issued(), absl::CivilDay(2024, 1, 1), Anyone))
    verbs.push_back(action.verb());
  EXPECT_THAT(verbs, ::testing::ElementsAre("UpdateConcern", "CreateRecommendation", "IssueConcern",
                                            "RecordConcernPublication", "CreateResponse", "AssessHandling",
                                            "DischargeConcern", "SupersedeConcern", "WithdrawConcern"));
  verbs.clear();
  const Record record = Issued();
  for (const auto& action : AllowedActions(record, record.recommendations[0], absl::CivilDay(2024, 1, 1), Anyone)) {
    verbs.push_back(action.verb());
  }
  EXPECT_THAT(verbs, ::testing::ElementsAre("UpdateRecommendation", "AddProgressNote", "ExtendRecommendation",
                                            "ClaimRecommendation", "VerifyRecommendation", "WithdrawRecommendation"));
  verbs.clear();
  for (const auto& action : AllowedActions(record, v1::ForceResponse(), absl::CivilDay(2024, 1, 1), Anyone)) {
    verbs.push_back(action.verb());
  }
  EXPECT_THAT(verbs, ::testing::ElementsAre("JudgeResponse"));
}

TEST(AllowedActions, SayWhyNot) {
  const auto actions = AllowedActions(Draft(), absl::CivilDay(2023, 11, 24), Anyone);
  const auto& issue = actions[2];
  ASSERT_EQ(issue.verb(), "IssueConcern");
  EXPECT_FALSE(issue.allowed());
  EXPECT_EQ(issue.reason(), "NO_RECOMMENDATION");
  EXPECT_THAT(issue.message(), ::testing::HasSubstr("CreateRecommendation"));
  EXPECT_TRUE(actions[0].allowed());
  EXPECT_EQ(actions[0].reason() + actions[0].message(), "");
}

TEST(AllowedActions, LookAtTheRoleBeforeTheState) {
  const Permission none = [](const std::string& verb) -> absl::Status {
    return Error(absl::StatusCode::kPermissionDenied, common::v1::ERROR_REASON_ROLE_NOT_ALLOWED, "Not you: " + verb);
  };
  for (const auto& action : AllowedActions(Draft(), absl::CivilDay(2023, 11, 24), none)) {
    EXPECT_FALSE(action.allowed());
    EXPECT_EQ(action.reason(), "ROLE_NOT_ALLOWED");
    EXPECT_EQ(action.message(), "Not you: " + action.verb());
  }
}

// ---- Random lives ----

struct Step {
  int verb;      // Index into kVerbs.
  int which;     // Which recommendation.
  int argument;  // Due rule, outcome or days that pass.
};
void showValue(const Step& step, std::ostream& out) { out << step.verb << "/" << step.which << "/" << step.argument; }

struct Verb {
  const char* name;
  Subject subject;
};
const Verb kVerbs[] = {{"CreateRecommendation", Subject::kConcern},
                       {"UpdateConcern", Subject::kConcern},
                       {"IssueConcern", Subject::kConcern},
                       {"IssueConcern", Subject::kConcern},
                       {"AssessHandling", Subject::kConcern},
                       {"RecordConcernPublication", Subject::kConcern},
                       {"CreateResponse", Subject::kConcern},
                       {"DischargeConcern", Subject::kConcern},
                       {"SupersedeConcern", Subject::kConcern},
                       {"WithdrawConcern", Subject::kConcern},
                       {"UpdateRecommendation", Subject::kRecommendation},
                       {"AddProgressNote", Subject::kRecommendation},
                       {"ExtendRecommendation", Subject::kRecommendation},
                       {"ClaimRecommendation", Subject::kRecommendation},
                       {"ClaimRecommendation", Subject::kRecommendation},
                       {"VerifyRecommendation", Subject::kRecommendation},
                       {"VerifyRecommendation", Subject::kRecommendation},
                       {"WithdrawRecommendation", Subject::kRecommendation},
                       {"JudgeResponse", Subject::kResponse},
                       {"a day passes", Subject::kConcern}};

class Life {
 public:
  explicit Life(v1::ConcernKind kind) { record_ = Draft(kind); }

  void Take(const Step& step) {
    const auto [name, subject] = kVerbs[step.verb];
    const std::string verb = name;
    if (verb == "a day passes") {
      day_ += step.argument;
      return;
    }
    const size_t count = subject == Subject::kConcern          ? 1
                         : subject == Subject::kRecommendation ? record_.recommendations.size()
                                                               : responses_.size();
    if (count == 0) return;
    const size_t index = step.which % count;
    const auto actions = subject == Subject::kConcern ? AllowedActions(record_, day_, Anyone)
                         : subject == Subject::kRecommendation
                             ? AllowedActions(record_, record_.recommendations[index], day_, Anyone)
                             : AllowedActions(record_, responses_[index], day_, Anyone);
    const auto said = std::find_if(actions.begin(), actions.end(), [&](const auto& a) { return a.verb() == verb; });
    RC_ASSERT(said != actions.end());

    const Record before = record_;
    const absl::Status status = Call(verb, index, step.argument);
    RC_ASSERT(status.ok() == said->allowed());
    RC_ASSERT(ReasonOf(status) == said->reason());
    if (!status.ok()) {
      RC_ASSERT(std::string(status.message()) == said->message());
      RC_ASSERT(Same(before, record_));
    }
    CheckWays(verb, before);
    CheckInvariants();
    CheckFirstShown(verb, before);
  }

 private:
  absl::Status Call(const std::string& verb, size_t index, int argument) {
    const Acting acting{"principals/hm-inspector", absl::FromCivil(absl::CivilHour(day_) + 12, London())};
    auto store = [&](auto result, auto* where) {
      if (result.ok()) *where = *std::move(result);
      return result.status();
    };
    if (verb == "CreateRecommendation") {
      auto request = argument % 3 == 0   ? Immediately()
                     : argument % 3 == 1 ? Within(argument + 1, common::v1::DUE_UNIT_DAYS)
                                         : DueOn(FormatIso(absl::CivilDay(2023, 8, 30) + argument * 20));
      const std::string name = absl::StrCat(kConcernName, "/recommendations/", record_.recommendations.size() + 1);
      auto added = AddRecommendation(record_, request, name, acting);
      if (added.ok()) record_.recommendations.push_back(*added);
      return added.status();
    }
    if (verb == "UpdateConcern") {
      v1::UpdateConcernRequest request;
      request.mutable_concern()->set_title(absl::StrCat("Title ", argument));
      return store(UpdateConcern(record_, request, TestThemes(), acting), &record_.concern);
    }
    if (verb == "IssueConcern") {
      v1::IssueConcernRequest request;
      const IssueWindow window = WindowOfIssue(record_, day_);
      if (window.first <= window.last) *request.mutable_issue_date() = ToPartialDate(window.last);
      return store(concerns::Issue(record_, request, acting), &record_);
    }
    if (verb == "AssessHandling") {
      v1::AssessHandlingRequest request;
      request.set_level(static_cast<v1::HandlingLevel>(1 + argument % 5));
      return store(AssessHandling(record_, request, acting), &record_.concern);
    }
    if (verb == "DischargeConcern") return store(DischargeConcern(record_, {}, acting), &record_.concern);
    if (verb == "WithdrawConcern") return store(WithdrawConcern(record_, {}, acting), &record_);
    if (verb == "RecordConcernPublication") {
      v1::RecordConcernPublicationRequest request;
      request.mutable_published()->set_address("https://example.org/causes");
      return store(RecordPublication(record_, request, acting), &record_.concern);
    }
    if (verb == "CreateResponse") {
      auto created = CreateResponse(record_.concern, {}, absl::StrCat(kConcernName, "/responses/1"), acting);
      if (created.ok()) responses_.push_back(*created);
      return created.status();
    }
    if (verb == "JudgeResponse") {
      v1::JudgeResponseRequest request;
      request.set_adequacy(argument % 2 == 0 ? v1::ADEQUACY_ADEQUATE : v1::ADEQUACY_INADEQUATE);
      return store(JudgeResponse(record_.concern, responses_[index], request, acting), &responses_[index]);
    }
    if (verb == "SupersedeConcern") {
      v1::Concern successor;
      successor.set_name("forces/west-midlands/concerns/2");
      successor.set_state(v1::CONCERN_STATE_ISSUED);
      *successor.mutable_issue_date() = ToPartialDate(day_);
      auto superseded = SupersedeConcern(record_, successor, {}, acting);
      if (superseded.ok()) record_ = superseded->record;
      return superseded.status();
    }
    auto& recommendation = record_.recommendations[index];
    if (verb == "UpdateRecommendation") {
      v1::UpdateRecommendationRequest request;
      request.mutable_recommendation()->set_text(absl::StrCat("Text ", argument));
      return store(UpdateRecommendation(recommendation, request), &recommendation);
    }
    if (verb == "AddProgressNote") {
      return AddProgressNote(recommendation, {}, recommendation.name() + "/progressNotes/1", true, acting).status();
    }
    if (verb == "ExtendRecommendation") {
      v1::ExtendRecommendationRequest request;
      const auto due = ToCivilDay(recommendation.due_date());
      *request.mutable_due_date() = ToPartialDate(due.value_or(day_) + argument + 1);
      return store(ExtendRecommendation(record_.concern, recommendation, request, acting), &recommendation);
    }
    if (verb == "WithdrawRecommendation") {
      return store(WithdrawRecommendation(record_, recommendation, {}, acting), &recommendation);
    }
    if (verb == "ClaimRecommendation")
      return store(ClaimRecommendation(record_.concern, recommendation, {}, acting), &recommendation);
    v1::VerifyRecommendationRequest request;
    request.set_outcome(argument % 2 == 0 ? v1::VERIFICATION_OUTCOME_ACCEPTED : v1::VERIFICATION_OUTCOME_RETURNED);
    return store(VerifyRecommendation(record_.concern, recommendation, request, acting), &recommendation);
  }

  static bool Same(const Record& a, const Record& b) {
    if (!MessageDifferencer::Equals(a.concern, b.concern)) return false;
    return std::equal(a.recommendations.begin(), a.recommendations.end(), b.recommendations.begin(),
                      b.recommendations.end(),
                      [](const auto& x, const auto& y) { return MessageDifferencer::Equals(x, y); });
  }

  // Every change of a state is a row of the table under the verb that was called.
  void CheckWays(const std::string& verb, const Record& before) {
    auto in_table = [&](Subject subject, int from, int to) {
      return std::any_of(Lifecycle().begin(), Lifecycle().end(), [&](const Transition& row) {
        return row.verb == verb && row.subject == subject && std::count(row.from.begin(), row.from.end(), from) &&
               std::count(row.to.begin(), row.to.end(), to);
      });
    };
    if (before.concern.state() != record_.concern.state()) {
      RC_ASSERT(in_table(Subject::kConcern, before.concern.state(), record_.concern.state()));
    }
    for (size_t i = 0; i < record_.recommendations.size(); ++i) {
      const int from = i < before.recommendations.size() ? before.recommendations[i].state() : 0;
      const int to = record_.recommendations[i].state();
      if (from != to) RC_ASSERT(in_table(Subject::kRecommendation, from, to));
    }
    if (IsClosed(before.concern.state())) RC_ASSERT(Same(before, record_));
  }

  void CheckInvariants() {
    const auto& concern = record_.concern;
    RC_ASSERT(concern.has_closure() == IsClosed(concern.state()));
    RC_ASSERT(concern.superseded_by().empty() == (concern.state() != v1::CONCERN_STATE_SUPERSEDED));
    if (concern.state() == v1::CONCERN_STATE_DRAFT) RC_ASSERT(!concern.has_issue_date());
    if (concern.state() == v1::CONCERN_STATE_ISSUED || concern.state() == v1::CONCERN_STATE_DISCHARGED) {
      RC_ASSERT(concern.has_issue_date());
      RC_ASSERT(concern.kind() != v1::CONCERN_KIND_CAUSE_OF_CONCERN ||
                std::any_of(record_.recommendations.begin(), record_.recommendations.end(),
                            [](const auto& r) { return r.state() != v1::RECOMMENDATION_STATE_WITHDRAWN; }));
    }
    for (const auto& recommendation : record_.recommendations) {
      const auto state = recommendation.state();
      // One that was withdrawn from the draft was never due.
      if (state != v1::RECOMMENDATION_STATE_WITHDRAWN) {
        RC_ASSERT(recommendation.has_due_date() == concern.has_issue_date());
      }
      RC_ASSERT(recommendation.has_original_due_date() == recommendation.has_due_date());
      RC_ASSERT(recommendation.has_closure() ==
                (state == v1::RECOMMENDATION_STATE_WITHDRAWN || state == v1::RECOMMENDATION_STATE_SUPERSEDED));
      RC_ASSERT(recommendation.has_verified_date() == (state == v1::RECOMMENDATION_STATE_VERIFIED));
      CheckExtensions(recommendation);
      if (recommendation.has_due_date()) {
        RC_ASSERT(MayBeOnOrAfter(recommendation.due_date(), concern.issue_date()));
      }
      switch (concern.state()) {
        case v1::CONCERN_STATE_DRAFT:
          RC_ASSERT(state == v1::RECOMMENDATION_STATE_DRAFT || state == v1::RECOMMENDATION_STATE_WITHDRAWN);
          break;
        case v1::CONCERN_STATE_ISSUED:
          RC_ASSERT(state != v1::RECOMMENDATION_STATE_DRAFT && state != v1::RECOMMENDATION_STATE_SUPERSEDED);
          break;
        default:
          RC_ASSERT(IsClosed(state));
      }
    }
  }

  // The extensions tell the way from the first due date to the present one, always forward.
  static void CheckExtensions(const v1::Recommendation& recommendation) {
    if (!recommendation.has_due_date()) {
      RC_ASSERT(recommendation.extensions().empty());
      return;
    }
    common::v1::PartialDate due = recommendation.original_due_date();
    for (const auto& extension : recommendation.extensions()) {
      RC_ASSERT(MessageDifferencer::Equals(extension.from_due_date(), due));
      RC_ASSERT(MustBeBefore(extension.from_due_date(), extension.to_due_date()));
      due = extension.to_due_date();
    }
    RC_ASSERT(MessageDifferencer::Equals(recommendation.due_date(), due));
  }

  // Outsiders are told of the issue as new, and of nothing that comes after it.
  void CheckFirstShown(const std::string& verb, const Record& before) {
    if (!MessageDifferencer::Equals(before.concern, record_.concern)) {
      RC_ASSERT(IsFirstIssued(record_.concern) == (verb == "IssueConcern"));
    }
    for (size_t i = 0; i < before.recommendations.size(); ++i) {
      const auto& now = record_.recommendations[i];
      if (MessageDifferencer::Equals(before.recommendations[i], now)) continue;
      RC_ASSERT(IsFirstIssued(now) == (verb == "IssueConcern"));
    }
  }

  Record record_;
  std::vector<v1::ForceResponse> responses_;
  absl::CivilDay day_{2023, 11, 24};
};

RC_GTEST_PROP(Lifecycle, HoldsForRandomLives, ()) {
  const auto steps = *rc::gen::container<std::vector<Step>>(rc::gen::build<Step>(
      rc::gen::set(&Step::verb, rc::gen::inRange<int>(0, static_cast<int>(std::size(kVerbs)))),
      rc::gen::set(&Step::which, rc::gen::inRange(0, 8)), rc::gen::set(&Step::argument, rc::gen::inRange(0, 12))));
  const bool cause = *rc::gen::arbitrary<bool>();
  Life life(cause ? v1::CONCERN_KIND_CAUSE_OF_CONCERN : v1::CONCERN_KIND_AREA_FOR_IMPROVEMENT);
  for (const auto& step : steps) life.Take(step);
}

}  // namespace
}  // namespace oversight::concerns
