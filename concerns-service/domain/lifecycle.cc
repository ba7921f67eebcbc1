#include "concerns-service/domain/lifecycle.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/rpc/errors.h"
#include "common/time/partial_date.h"
#include "oversight/concerns/v1/error_reason.pb.h"

namespace oversight::concerns {
namespace {

constexpr int kDraft = v1::CONCERN_STATE_DRAFT, kIssued = v1::CONCERN_STATE_ISSUED,
              kDischarged = v1::CONCERN_STATE_DISCHARGED, kWithdrawn = v1::CONCERN_STATE_WITHDRAWN;
constexpr int kRecDraft = v1::RECOMMENDATION_STATE_DRAFT, kRecOpen = v1::RECOMMENDATION_STATE_OPEN,
              kRecClaimed = v1::RECOMMENDATION_STATE_CLAIMED, kRecVerified = v1::RECOMMENDATION_STATE_VERIFIED,
              kRecWithdrawn = v1::RECOMMENDATION_STATE_WITHDRAWN;
constexpr int kNew = 0;

constexpr char kNotEdited[] = "What was issued is not edited: withdraw it (WithdrawConcern) and draft a new one.";
constexpr char kIssueFirst[] = "Issue it first (IssueConcern).";
constexpr char kConcernFirst[] = "Its concern must be issued first (IssueConcern).";
constexpr char kClosedConcern[] = "It is closed, and nothing reopens: draft a new concern if the matter has come back.";
constexpr char kClosedRecommendation[] = "It is closed, and nothing reopens.";

absl::Status HasRoom(const Record& record, absl::CivilDay today) {
  if (static_cast<int>(record.recommendations.size()) < kMaxRecommendations) return absl::OkStatus();
  return Error(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_TOO_MANY_RECOMMENDATIONS,
               absl::StrCat(record.concern.name(), " has ", record.recommendations.size(),
                            " recommendations, which is the most. Draft a second concern for the rest."))
      .With("name", record.concern.name())
      .With("limit", absl::StrCat(kMaxRecommendations));
}

absl::Status MayBeIssued(const Record& record, absl::CivilDay today) {
  const auto& concern = record.concern;
  if (concern.kind() == v1::CONCERN_KIND_CAUSE_OF_CONCERN && record.recommendations.empty()) {
    const char* words = "A cause of concern always has at least one recommendation. Add one (CreateRecommendation).";
    return Error(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_NO_RECOMMENDATION,
                 absl::StrCat(concern.name(), " cannot be issued. ", words))
        .With("name", concern.name())
        .Precondition("RECOMMENDATION", concern.name(), words);
  }
  const IssueWindow window = WindowOfIssue(record, today);
  if (window.first <= window.last) return absl::OkStatus();
  const std::string limit = window.bounded_by.empty()
                                ? "which is still to come"
                                : absl::StrCat("and ", window.bounded_by, " is due by ", FormatForPeople(window.last));
  return Error(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_DATES_CONTRADICT,
               absl::StrCat(concern.name(), " cannot be issued on any day: its found date is ",
                            FormatForPeople(concern.found_date()), ", ", limit,
                            ". Correct the found date or the due rule."))
      .With("name", concern.name())
      .With("found_date", FormatIso(concern.found_date()))
      .With(window.bounded_by.empty() ? "today" : "due_date", FormatIso(window.last));
}

absl::Status AllVerified(const Record& record, absl::CivilDay today) {
  std::vector<std::string> open;
  for (const auto& recommendation : record.recommendations) {
    if (recommendation.state() != v1::RECOMMENDATION_STATE_VERIFIED) {
      open.push_back(absl::StrCat(recommendation.name(), " is ", StateWord(recommendation.state())));
    }
  }
  if (open.empty()) return absl::OkStatus();
  // Names are long and answers must fit a header: the words name the first few, the metadata says how many.
  const size_t shown = std::min<size_t>(open.size(), 5);
  Error error(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_RECOMMENDATIONS_OPEN,
              absl::StrCat(record.concern.name(),
                           " cannot be discharged: ", absl::StrJoin(open.begin(), open.begin() + shown, "; "),
                           open.size() > shown ? absl::StrCat("; and ", open.size() - shown, " more") : "",
                           ". Verify them first (ClaimRecommendation, VerifyRecommendation), or withdraw the concern "
                           "if it should not have been raised."));
  error.With("name", record.concern.name()).With("open_count", absl::StrCat(open.size()));
  for (size_t i = 0, listed = 0; i < record.recommendations.size() && listed < 10; ++i) {
    const auto& recommendation = record.recommendations[i];
    if (recommendation.state() == v1::RECOMMENDATION_STATE_VERIFIED) continue;
    error.Precondition("RECOMMENDATION_STATE", recommendation.name(),
                       absl::StrCat("is ", StateWord(recommendation.state()), ", must be VERIFIED"));
    ++listed;
  }
  return error;
}

template <class StateEnum>
absl::Status WrongState(const Transition& row, const std::string& name, StateEnum state, bool closed) {
  const char* remedy = row.subject == Subject::kConcern ? kClosedConcern : kClosedRecommendation;
  if (!closed) {
    for (const auto& item : row.remedies) {
      if (item.state == state) remedy = item.words;
    }
  }
  std::vector<std::string> from;
  for (int allowed : row.from) from.push_back(StateWord(static_cast<StateEnum>(allowed)));
  return Error(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_WRONG_STATE,
               absl::StrCat(name, " is ", StateWord(state), "; ", row.verb, " needs ", absl::StrJoin(from, " or "),
                            ". ", remedy))
      .With("name", name)
      .With("state", StateWord(state))
      .With("verb", row.verb)
      .Precondition("STATE", name, remedy);
}

bool IsClosed(v1::ConcernState state) { return state == kDischarged || state == kWithdrawn; }
bool IsClosed(v1::RecommendationState state) { return state == kRecVerified || state == kRecWithdrawn; }

bool Contains(const std::vector<int>& states, int state) {
  return std::find(states.begin(), states.end(), state) != states.end();
}

absl::Status NoSuchVerb(const std::string& verb, const std::string& name) {
  return Error(absl::StatusCode::kInternal, common::v1::ERROR_REASON_INTERNAL,
               absl::StrCat("The lifecycle has no row for ", verb, " of ", name, "."))
      .With("verb", verb);
}

const Transition* Find(const std::string& verb, Subject subject) {
  for (const auto& row : Lifecycle()) {
    if (row.subject == subject && row.verb == verb) return &row;
  }
  return nullptr;
}

template <class Resource, class StateEnum>
absl::Status MoveTo(const std::string& verb, Subject subject, StateEnum to, Resource& resource) {
  const Transition* row = Find(verb, subject);
  if (row == nullptr || !Contains(row->to, to)) return NoSuchVerb(verb, resource.name());
  if (!Contains(row->from, resource.state())) {
    return WrongState(*row, resource.name(), resource.state(), IsClosed(resource.state()));
  }
  resource.set_state(to);
  return absl::OkStatus();
}

common::v1::AllowedAction ToAction(const char* verb, const absl::Status& status) {
  common::v1::AllowedAction action;
  action.set_verb(verb);
  action.set_allowed(status.ok());
  if (!status.ok()) {
    action.set_reason(ReasonOf(status));
    action.set_message(std::string(status.message()));
  }
  return action;
}

}  // namespace

const std::vector<Transition>& Lifecycle() {
  static const auto* const table = new std::vector<Transition>{
      // verb, subject, from, to, callable, guard, remedies
      {"CreateConcern", Subject::kConcern, {kNew}, {kDraft}, false, nullptr, {}},
      {"UpdateConcern", Subject::kConcern, {kDraft}, {kDraft}, true, nullptr, {{kIssued, kNotEdited}}},
      {"CreateRecommendation",
       Subject::kConcern,
       {kDraft},
       {kDraft},
       true,
       HasRoom,
       {{kIssued, "Recommendations are part of what is issued: draft a further concern."}}},
      {"IssueConcern", Subject::kConcern, {kDraft}, {kIssued}, true, MayBeIssued, {{kIssued, "It is issued already."}}},
      {"AssessHandling", Subject::kConcern, {kIssued}, {kIssued}, true, nullptr, {{kDraft, kIssueFirst}}},
      {"DischargeConcern",
       Subject::kConcern,
       {kIssued},
       {kDischarged},
       true,
       AllVerified,
       {{kDraft, "A draft that is not wanted is withdrawn (WithdrawConcern)."}}},
      {"WithdrawConcern", Subject::kConcern, {kDraft, kIssued}, {kWithdrawn}, true, nullptr, {}},

      {"CreateRecommendation", Subject::kRecommendation, {kNew}, {kRecDraft}, false, nullptr, {}},
      {"UpdateRecommendation",
       Subject::kRecommendation,
       {kRecDraft},
       {kRecDraft},
       true,
       nullptr,
       {{kRecOpen, kNotEdited}, {kRecClaimed, kNotEdited}}},
      {"IssueConcern", Subject::kRecommendation, {kRecDraft}, {kRecOpen}, false, nullptr, {}},
      {"ClaimRecommendation",
       Subject::kRecommendation,
       {kRecOpen},
       {kRecClaimed},
       true,
       nullptr,
       {{kRecDraft, kConcernFirst}, {kRecClaimed, "It is claimed already and waits for VerifyRecommendation."}}},
      {"VerifyRecommendation",
       Subject::kRecommendation,
       {kRecClaimed},
       {kRecVerified, kRecOpen},
       true,
       nullptr,
       {{kRecDraft, kConcernFirst}, {kRecOpen, "The force must claim it first (ClaimRecommendation)."}}},
      {"WithdrawConcern",
       Subject::kRecommendation,
       {kRecDraft, kRecOpen, kRecClaimed},
       {kRecWithdrawn},
       false,
       nullptr,
       {}},
  };
  return *table;
}

absl::Status Require(const std::string& verb, const Record& record, absl::CivilDay today) {
  const Transition* row = Find(verb, Subject::kConcern);
  if (row == nullptr) return NoSuchVerb(verb, record.concern.name());
  const auto state = record.concern.state();
  if (!Contains(row->from, state)) return WrongState(*row, record.concern.name(), state, IsClosed(state));
  return row->guard == nullptr ? absl::OkStatus() : row->guard(record, today);
}

absl::Status Require(const std::string& verb, const v1::Recommendation& recommendation) {
  const Transition* row = Find(verb, Subject::kRecommendation);
  if (row == nullptr) return NoSuchVerb(verb, recommendation.name());
  const auto state = recommendation.state();
  if (Contains(row->from, state)) return absl::OkStatus();
  return WrongState(*row, recommendation.name(), state, IsClosed(state));
}

absl::Status Move(const std::string& verb, v1::ConcernState to, v1::Concern& concern) {
  return MoveTo(verb, Subject::kConcern, to, concern);
}

absl::Status Move(const std::string& verb, v1::RecommendationState to, v1::Recommendation& recommendation) {
  return MoveTo(verb, Subject::kRecommendation, to, recommendation);
}

std::vector<common::v1::AllowedAction> AllowedActions(const Record& record, absl::CivilDay today,
                                                      const Permission& may) {
  std::vector<common::v1::AllowedAction> actions;
  for (const auto& row : Lifecycle()) {
    if (row.subject != Subject::kConcern || !row.callable) continue;
    absl::Status status = may(row.verb);
    if (status.ok()) status = Require(row.verb, record, today);
    actions.push_back(ToAction(row.verb, status));
  }
  return actions;
}

std::vector<common::v1::AllowedAction> AllowedActions(const v1::Recommendation& recommendation, const Permission& may) {
  std::vector<common::v1::AllowedAction> actions;
  for (const auto& row : Lifecycle()) {
    if (row.subject != Subject::kRecommendation || !row.callable) continue;
    absl::Status status = may(row.verb);
    if (status.ok()) status = Require(row.verb, recommendation);
    actions.push_back(ToAction(row.verb, status));
  }
  return actions;
}

std::string StateWord(v1::ConcernState state) {
  return v1::ConcernState_Name(state).substr(sizeof("CONCERN_STATE_") - 1);
}

std::string StateWord(v1::RecommendationState state) {
  return v1::RecommendationState_Name(state).substr(sizeof("RECOMMENDATION_STATE_") - 1);
}

IssueWindow WindowOfIssue(const Record& record, absl::CivilDay today) {
  IssueWindow window{DayInterval(record.concern.found_date()).first, today, ""};
  for (const auto& recommendation : record.recommendations) {
    if (!recommendation.due_rule().has_date()) continue;
    const DayInterval due(recommendation.due_rule().date());
    if (due.last < window.last) {
      window.last = due.last;
      window.bounded_by = recommendation.name();
    }
  }
  return window;
}

}  // namespace oversight::concerns
