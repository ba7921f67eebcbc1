#include "concerns-service/domain/lifecycle.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/rpc/errors.h"
#include "common/time/partial_date.h"
#include "concerns-service/domain/undertaking.h"
#include "oversight/concerns/v1/error_reason.pb.h"

namespace oversight::concerns {
namespace {

constexpr int kDraft = v1::CONCERN_STATE_DRAFT, kIssued = v1::CONCERN_STATE_ISSUED,
              kDischarged = v1::CONCERN_STATE_DISCHARGED, kWithdrawn = v1::CONCERN_STATE_WITHDRAWN,
              kSuperseded = v1::CONCERN_STATE_SUPERSEDED;
constexpr int kRecDraft = v1::RECOMMENDATION_STATE_DRAFT, kRecOpen = v1::RECOMMENDATION_STATE_OPEN,
              kRecClaimed = v1::RECOMMENDATION_STATE_CLAIMED, kRecVerified = v1::RECOMMENDATION_STATE_VERIFIED,
              kRecWithdrawn = v1::RECOMMENDATION_STATE_WITHDRAWN, kRecSuperseded = v1::RECOMMENDATION_STATE_SUPERSEDED;
constexpr int kAwaiting = v1::FORCE_RESPONSE_STATE_AWAITING_JUDGEMENT, kAdequate = v1::FORCE_RESPONSE_STATE_ADEQUATE,
              kInadequate = v1::FORCE_RESPONSE_STATE_INADEQUATE;
constexpr int kNatDraft = v1::NATIONAL_RECOMMENDATION_STATE_DRAFT,
              kNatIssued = v1::NATIONAL_RECOMMENDATION_STATE_ISSUED,
              kNatWithdrawn = v1::NATIONAL_RECOMMENDATION_STATE_WITHDRAWN;
constexpr int kItemOpen = v1::NATIONAL_ITEM_STATE_OPEN, kItemClaimed = v1::NATIONAL_ITEM_STATE_CLAIMED,
              kItemVerified = v1::NATIONAL_ITEM_STATE_VERIFIED,
              kItemNotApplicable = v1::NATIONAL_ITEM_STATE_NOT_APPLICABLE,
              kItemWithdrawn = v1::NATIONAL_ITEM_STATE_WITHDRAWN;
constexpr int kRevPlanned = v1::REVISIT_STATE_PLANNED, kRevCarriedOut = v1::REVISIT_STATE_CARRIED_OUT,
              kRevFindings = v1::REVISIT_STATE_FINDINGS_RECORDED, kRevSent = v1::REVISIT_STATE_LETTER_SENT,
              kRevPublished = v1::REVISIT_STATE_LETTER_PUBLISHED, kRevCancelled = v1::REVISIT_STATE_CANCELLED;
constexpr int kNew = 0;

constexpr char kNotEdited[] = "What was issued is not edited: withdraw it (WithdrawConcern) and draft a new one.";
constexpr char kIssueFirst[] = "Issue it first (IssueConcern).";
constexpr char kConcernFirst[] = "Its concern must be issued first (IssueConcern).";
constexpr char kClosedConcern[] = "It is closed, and nothing reopens: draft a new concern if the matter has come back.";
constexpr char kClosedRecommendation[] = "It is closed, and nothing reopens.";

constexpr char kNationalStands[] =
    "What was issued is not edited: withdraw it (WithdrawNationalRecommendation) and draft a new one.";
constexpr char kClosedNational[] = "It is closed, and nothing reopens: draft a new one if the matter has come back.";
constexpr char kCancelledRevisit[] = "It is cancelled, and nothing reopens: plan another (PlanRevisit).";
constexpr char kNotPlanned[] = "It took place: cancel it (CancelRevisit) if the record is wrong, and plan it anew.";
constexpr char kLetterStands[] = "The force has its letter, which stands: plan a further revisit (PlanRevisit).";
constexpr char kVisitFirst[] = "Record first that it took place (CarryOutRevisit).";
constexpr char kFindingsFirst[] = "Record first what was found (RecordFindings).";
constexpr char kLetterFirst[] = "Record first that the letter was sent (RecordLetter).";

constexpr char kNotWanted[] = "A draft that is not wanted is withdrawn (WithdrawConcern).";

bool IsWithdrawn(const v1::Recommendation& recommendation) { return recommendation.state() == kRecWithdrawn; }

int CountNotWithdrawn(const Record& record) {
  return static_cast<int>(record.recommendations.size() -
                          std::count_if(record.recommendations.begin(), record.recommendations.end(), IsWithdrawn));
}

absl::Status HasRoom(const Situation& situation) {
  const Record& record = situation.record;
  if (static_cast<int>(record.recommendations.size()) < kMaxRecommendations) return absl::OkStatus();
  return Error(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_TOO_MANY_RECOMMENDATIONS,
               absl::StrCat(record.concern.name(), " has ", record.recommendations.size(),
                            " recommendations, which is the most. Draft a second concern for the rest."))
      .With("name", record.concern.name())
      .With("limit", absl::StrCat(kMaxRecommendations));
}

absl::Status MayBeIssued(const Situation& situation) {
  const Record& record = situation.record;
  const auto& concern = record.concern;
  if (concern.kind() == v1::CONCERN_KIND_CAUSE_OF_CONCERN && CountNotWithdrawn(record) == 0) {
    const char* words = "A cause of concern always has at least one recommendation. Add one (CreateRecommendation).";
    return Error(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_NO_RECOMMENDATION,
                 absl::StrCat(concern.name(), " cannot be issued. ", words))
        .With("name", concern.name())
        .Precondition("RECOMMENDATION", concern.name(), words);
  }
  const IssueWindow window = WindowOfIssue(record, situation.today);
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

absl::Status AllClosed(const Situation& situation) {
  const Record& record = situation.record;
  std::vector<std::string> open;
  for (const auto& recommendation : record.recommendations) {
    if (!IsClosed(recommendation.state())) {
      open.push_back(absl::StrCat(recommendation.name(), " is ", StateWord(recommendation.state())));
    }
  }
  if (open.empty()) return absl::OkStatus();
  // Names are long and answers must fit a header: the words name the first few, the metadata says how many.
  const size_t shown = std::min<size_t>(open.size(), 5);
  Error error(
      absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_RECOMMENDATIONS_OPEN,
      absl::StrCat(record.concern.name(),
                   " cannot be discharged: ", absl::StrJoin(open.begin(), open.begin() + shown, "; "),
                   open.size() > shown ? absl::StrCat("; and ", open.size() - shown, " more") : "",
                   ". Verify them first (ClaimRecommendation, VerifyRecommendation), withdraw what is overtaken "
                   "(WithdrawRecommendation), or the concern if it should not have been raised."));
  error.With("name", record.concern.name()).With("open_count", absl::StrCat(open.size()));
  for (size_t i = 0, listed = 0; i < record.recommendations.size() && listed < 10; ++i) {
    const auto& recommendation = record.recommendations[i];
    if (IsClosed(recommendation.state())) continue;
    error.Precondition("RECOMMENDATION_STATE", recommendation.name(),
                       absl::StrCat("is ", StateWord(recommendation.state()), ", must be VERIFIED or WITHDRAWN"));
    ++listed;
  }
  return error;
}

absl::Status NotPublishedYet(const Situation& situation) {
  const auto& concern = situation.record.concern;
  if (!concern.has_published()) return absl::OkStatus();
  return Error(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_ALREADY_PUBLISHED,
               absl::StrCat(concern.name(), " was made public on ", FormatForPeople(concern.published().date()),
                            "; that is recorded once. There is nothing to do."))
      .With("name", concern.name())
      .With("published_date", FormatIso(concern.published().date()));
}

absl::Status OneMoreExtension(const Situation& situation) {
  return CheckRoomForExtension(situation.recommendation->name(), situation.recommendation->extensions_size());
}

absl::Status OneMoreExtensionOfItem(const Situation& situation) {
  return CheckRoomForExtension(situation.item->name(), situation.item->extensions_size());
}

// What an open cause of concern always has, it keeps.
absl::Status AnotherStays(const Situation& situation) {
  const auto& concern = situation.record.concern;
  if (concern.state() != kIssued || concern.kind() != v1::CONCERN_KIND_CAUSE_OF_CONCERN ||
      CountNotWithdrawn(situation.record) > 1) {
    return absl::OkStatus();
  }
  const char* words =
      "A cause of concern keeps at least one recommendation. Withdraw the concern (WithdrawConcern) "
      "if it should not have been raised.";
  return Error(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_NO_RECOMMENDATION,
               absl::StrCat(situation.recommendation->name(), " is the last of ", concern.name(),
                            " that is not withdrawn. ", words))
      .With("name", situation.recommendation->name())
      .Precondition("RECOMMENDATION", concern.name(), words);
}

absl::Status ConcernIsOpen(const Situation& situation) {
  const auto& concern = situation.record.concern;
  if (concern.state() == kIssued) return absl::OkStatus();
  return NamedInWrongState("JudgeResponse", concern, v1::CONCERN_STATE_ISSUED,
                           "A response is judged while its concern is open.");
}

// What the name of another resource adds to the remedy for a state that is closed.
std::string ClosedRemedy(const v1::Concern& concern) {
  return concern.state() != kSuperseded
             ? kClosedConcern
             : absl::StrCat("It was issued again as ", concern.superseded_by(), ": act on that.");
}
std::string ClosedRemedy(const v1::Recommendation&) { return kClosedRecommendation; }
std::string ClosedRemedy(const v1::ForceResponse&) { return "It is closed."; }
std::string ClosedRemedy(const v1::NationalRecommendation&) { return kClosedNational; }
std::string ClosedRemedy(const v1::NationalItem&) { return kClosedRecommendation; }
std::string ClosedRemedy(const v1::Revisit&) { return kCancelledRevisit; }

// Of verbs that are about nothing below a concern.
const Record& NoRecord() {
  static const auto* const record = new Record;
  return *record;
}

template <class Resource>
absl::Status WrongState(const Transition& row, const Resource& resource) {
  const auto state = resource.state();
  const std::string& name = resource.name();
  std::string remedy = ClosedRemedy(resource);
  if (!IsClosed(state)) {
    for (const auto& item : row.remedies) {
      if (item.state == state) remedy = item.words;
    }
  }
  std::vector<std::string> from;
  for (int allowed : row.from) from.push_back(StateWord(static_cast<decltype(resource.state())>(allowed)));
  return Error(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_WRONG_STATE,
               absl::StrCat(name, " is ", StateWord(state), "; ", row.verb, " needs ", absl::StrJoin(from, " or "),
                            ". ", remedy))
      .With("name", name)
      .With("state", StateWord(state))
      .With("verb", row.verb)
      .Precondition("STATE", name, remedy);
}

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
  if (row == nullptr) return NoSuchVerb(verb, resource.name());
  if (!Contains(row->from, resource.state())) return WrongState(*row, resource);
  if (row->to.empty()) return absl::OkStatus();
  if (!Contains(row->to, to)) return NoSuchVerb(verb, resource.name());
  resource.set_state(to);
  return absl::OkStatus();
}

template <class Resource>
absl::Status RequireOf(const std::string& verb, Subject subject, const Resource& resource, const Situation& situation) {
  const Transition* row = Find(verb, subject);
  if (row == nullptr) return NoSuchVerb(verb, resource.name());
  if (!Contains(row->from, resource.state())) return WrongState(*row, resource);
  return row->guard == nullptr ? absl::OkStatus() : row->guard(situation);
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

template <class Resource>
std::vector<common::v1::AllowedAction> ActionsOf(Subject subject, const Resource& resource, const Situation& situation,
                                                 const Permission& may) {
  std::vector<common::v1::AllowedAction> actions;
  for (const auto& row : Lifecycle()) {
    if (row.subject != subject || !row.callable) continue;
    absl::Status status = may(row.verb);
    if (status.ok()) status = RequireOf(row.verb, subject, resource, situation);
    actions.push_back(ToAction(row.verb, status));
  }
  return actions;
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
      {"RecordConcernPublication",
       Subject::kConcern,
       {kIssued},
       {kIssued},
       true,
       NotPublishedYet,
       {{kDraft, kIssueFirst}}},
      {"CreateResponse", Subject::kConcern, {kIssued}, {kIssued}, true, nullptr, {{kDraft, kIssueFirst}}},
      {"AssessHandling", Subject::kConcern, {kIssued}, {kIssued}, true, nullptr, {{kDraft, kIssueFirst}}},
      {"DischargeConcern", Subject::kConcern, {kIssued}, {kDischarged}, true, AllClosed, {{kDraft, kNotWanted}}},
      {"SupersedeConcern", Subject::kConcern, {kIssued}, {kSuperseded}, true, nullptr, {{kDraft, kNotWanted}}},
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
      {"AddProgressNote",
       Subject::kRecommendation,
       {kRecOpen, kRecClaimed},
       {kRecOpen, kRecClaimed},
       true,
       nullptr,
       {{kRecDraft, kConcernFirst}}},
      {"ExtendRecommendation",
       Subject::kRecommendation,
       {kRecOpen, kRecClaimed},
       {kRecOpen, kRecClaimed},
       true,
       OneMoreExtension,
       {{kRecDraft, "Of a draft, change the due rule (UpdateRecommendation)."}}},
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
      {"WithdrawRecommendation",
       Subject::kRecommendation,
       {kRecDraft, kRecOpen, kRecClaimed},
       {kRecWithdrawn},
       true,
       AnotherStays,
       {}},
      {"WithdrawConcern",
       Subject::kRecommendation,
       {kRecDraft, kRecOpen, kRecClaimed},
       {kRecWithdrawn},
       false,
       nullptr,
       {}},
      {"SupersedeConcern", Subject::kRecommendation, {kRecOpen, kRecClaimed}, {kRecSuperseded}, false, nullptr, {}},

      {"CreateResponse", Subject::kResponse, {kNew}, {kAwaiting}, false, nullptr, {}},
      {"JudgeResponse",
       Subject::kResponse,
       {kAwaiting, kAdequate, kInadequate},
       {kAdequate, kInadequate},
       true,
       ConcernIsOpen,
       {}},

      {"CreateNationalRecommendation", Subject::kNational, {kNew}, {kNatDraft}, false, nullptr, {}},
      {"UpdateNationalRecommendation",
       Subject::kNational,
       {kNatDraft},
       {kNatDraft},
       true,
       nullptr,
       {{kNatIssued, kNationalStands}}},
      {"IssueNationalRecommendation",
       Subject::kNational,
       {kNatDraft},
       {kNatIssued},
       true,
       nullptr,
       {{kNatIssued, "It is issued already."}}},
      {"WithdrawNationalRecommendation",
       Subject::kNational,
       {kNatDraft, kNatIssued},
       {kNatWithdrawn},
       true,
       nullptr,
       {}},

      {"IssueNationalRecommendation", Subject::kNationalItem, {kNew}, {kItemOpen}, false, nullptr, {}},
      {"ExtendNationalItem",
       Subject::kNationalItem,
       {kItemOpen, kItemClaimed},
       {kItemOpen, kItemClaimed},
       true,
       OneMoreExtensionOfItem,
       {}},
      {"ClaimNationalItem",
       Subject::kNationalItem,
       {kItemOpen},
       {kItemClaimed},
       true,
       nullptr,
       {{kItemClaimed, "It is claimed already and waits for VerifyNationalItem."}}},
      {"VerifyNationalItem",
       Subject::kNationalItem,
       {kItemClaimed},
       {kItemVerified, kItemOpen},
       true,
       nullptr,
       {{kItemOpen, "The force must claim it first (ClaimNationalItem)."}}},
      {"MarkNationalItemNotApplicable",
       Subject::kNationalItem,
       {kItemOpen, kItemClaimed},
       {kItemNotApplicable},
       true,
       nullptr,
       {}},
      {"WithdrawNationalRecommendation",
       Subject::kNationalItem,
       {kItemOpen, kItemClaimed},
       {kItemWithdrawn},
       false,
       nullptr,
       {}},

      {"PlanRevisit", Subject::kRevisit, {kNew}, {kRevPlanned}, false, nullptr, {}},
      {"UpdateRevisit",
       Subject::kRevisit,
       {kRevPlanned},
       {kRevPlanned},
       true,
       nullptr,
       {{kRevCarriedOut, kNotPlanned},
        {kRevFindings, kNotPlanned},
        {kRevSent, kLetterStands},
        {kRevPublished, kLetterStands}}},
      {"CarryOutRevisit",
       Subject::kRevisit,
       {kRevPlanned, kRevCarriedOut},
       {kRevCarriedOut},
       true,
       nullptr,
       {{kRevFindings,
         "Its findings are recorded: cancel it (CancelRevisit) if its dates are wrong, and record it anew."},
        {kRevSent, kLetterStands},
        {kRevPublished, kLetterStands}}},
      {"RecordFindings",
       Subject::kRevisit,
       {kRevCarriedOut, kRevFindings},
       {kRevFindings},
       true,
       nullptr,
       {{kRevPlanned, kVisitFirst}, {kRevSent, kLetterStands}, {kRevPublished, kLetterStands}}},
      {"DraftLetter",
       Subject::kRevisit,
       {kRevFindings, kRevSent, kRevPublished},
       {},
       true,
       nullptr,
       {{kRevPlanned, kVisitFirst}, {kRevCarriedOut, kFindingsFirst}}},
      {"RecordLetter",
       Subject::kRevisit,
       {kRevFindings, kRevSent},
       {kRevSent},
       true,
       nullptr,
       {{kRevPlanned, kVisitFirst},
        {kRevCarriedOut, kFindingsFirst},
        {kRevPublished, "Its letter is published and is not changed: plan a further revisit (PlanRevisit)."}}},
      {"PublishLetter",
       Subject::kRevisit,
       {kRevSent, kRevPublished},
       {kRevPublished},
       true,
       nullptr,
       {{kRevPlanned, kVisitFirst}, {kRevCarriedOut, kFindingsFirst}, {kRevFindings, kLetterFirst}}},
      {"CancelRevisit",
       Subject::kRevisit,
       {kRevPlanned, kRevCarriedOut, kRevFindings},
       {kRevCancelled},
       true,
       nullptr,
       {{kRevSent, kLetterStands}, {kRevPublished, kLetterStands}}},
  };
  return *table;
}

absl::Status Require(const std::string& verb, const Record& record, absl::CivilDay today) {
  return RequireOf(verb, Subject::kConcern, record.concern, {record, today});
}

absl::Status Require(const std::string& verb, const Record& record, const v1::Recommendation& recommendation,
                     absl::CivilDay today) {
  return RequireOf(verb, Subject::kRecommendation, recommendation, {record, today, &recommendation});
}

absl::Status Require(const std::string& verb, const Record& record, const v1::ForceResponse& response,
                     absl::CivilDay today) {
  return RequireOf(verb, Subject::kResponse, response, {record, today});
}

absl::Status Require(const std::string& verb, const v1::Revisit& revisit) {
  return RequireOf(verb, Subject::kRevisit, revisit, {NoRecord(), {}});
}

absl::Status Move(const std::string& verb, v1::ConcernState to, v1::Concern& concern) {
  return MoveTo(verb, Subject::kConcern, to, concern);
}

absl::Status Move(const std::string& verb, v1::RecommendationState to, v1::Recommendation& recommendation) {
  return MoveTo(verb, Subject::kRecommendation, to, recommendation);
}

absl::Status Move(const std::string& verb, v1::ForceResponseState to, v1::ForceResponse& response) {
  return MoveTo(verb, Subject::kResponse, to, response);
}

absl::Status Move(const std::string& verb, v1::NationalRecommendationState to, v1::NationalRecommendation& national) {
  return MoveTo(verb, Subject::kNational, to, national);
}

absl::Status Move(const std::string& verb, v1::NationalItemState to, v1::NationalItem& item) {
  return MoveTo(verb, Subject::kNationalItem, to, item);
}

absl::Status Move(const std::string& verb, v1::Revisit& revisit) {
  const Transition* row = Find(verb, Subject::kRevisit);
  if (row == nullptr) return NoSuchVerb(verb, revisit.name());
  const auto to = row->to.empty() ? revisit.state() : static_cast<v1::RevisitState>(row->to[0]);
  return MoveTo(verb, Subject::kRevisit, to, revisit);
}

bool PutsRight(const std::string& verb, const v1::Revisit& revisit) {
  const Transition* row = Find(verb, Subject::kRevisit);
  return row != nullptr && Contains(row->to, revisit.state());
}

std::vector<common::v1::AllowedAction> AllowedActions(const Record& record, absl::CivilDay today,
                                                      const Permission& may) {
  return ActionsOf(Subject::kConcern, record.concern, {record, today}, may);
}

std::vector<common::v1::AllowedAction> AllowedActions(const Record& record, const v1::Recommendation& recommendation,
                                                      absl::CivilDay today, const Permission& may) {
  return ActionsOf(Subject::kRecommendation, recommendation, {record, today, &recommendation}, may);
}

std::vector<common::v1::AllowedAction> AllowedActions(const Record& record, const v1::ForceResponse& response,
                                                      absl::CivilDay today, const Permission& may) {
  return ActionsOf(Subject::kResponse, response, {record, today}, may);
}

std::vector<common::v1::AllowedAction> AllowedActions(const v1::NationalRecommendation& national,
                                                      const Permission& may) {
  return ActionsOf(Subject::kNational, national, {NoRecord(), {}}, may);
}

std::vector<common::v1::AllowedAction> AllowedActions(const v1::NationalItem& item, const Permission& may) {
  return ActionsOf(Subject::kNationalItem, item, {.record = NoRecord(), .today = {}, .item = &item}, may);
}

std::vector<common::v1::AllowedAction> AllowedActions(const v1::Revisit& revisit, const Permission& may) {
  return ActionsOf(Subject::kRevisit, revisit, {NoRecord(), {}}, may);
}

std::string StateWord(v1::ConcernState state) {
  return v1::ConcernState_Name(state).substr(sizeof("CONCERN_STATE_") - 1);
}

std::string StateWord(v1::RecommendationState state) {
  return v1::RecommendationState_Name(state).substr(sizeof("RECOMMENDATION_STATE_") - 1);
}

std::string StateWord(v1::ForceResponseState state) {
  return v1::ForceResponseState_Name(state).substr(sizeof("FORCE_RESPONSE_STATE_") - 1);
}

std::string StateWord(v1::NationalRecommendationState state) {
  return v1::NationalRecommendationState_Name(state).substr(sizeof("NATIONAL_RECOMMENDATION_STATE_") - 1);
}

std::string StateWord(v1::NationalItemState state) {
  return v1::NationalItemState_Name(state).substr(sizeof("NATIONAL_ITEM_STATE_") - 1);
}

std::string StateWord(v1::RevisitState state) {
  return v1::RevisitState_Name(state).substr(sizeof("REVISIT_STATE_") - 1);
}

bool IsClosed(v1::ConcernState state) { return state == kDischarged || state == kWithdrawn || state == kSuperseded; }

bool IsClosed(v1::RecommendationState state) {
  return state == kRecVerified || state == kRecWithdrawn || state == kRecSuperseded;
}

bool IsClosed(v1::ForceResponseState) { return false; }

bool IsClosed(v1::NationalRecommendationState state) { return state == kNatWithdrawn; }

bool IsClosed(v1::NationalItemState state) {
  return state == kItemVerified || state == kItemNotApplicable || state == kItemWithdrawn;
}

bool IsClosed(v1::RevisitState state) { return state == kRevCancelled; }

absl::Status NamedInWrongState(const std::string& verb, const v1::Concern& named, v1::ConcernState needed,
                               const std::string& remedy) {
  return Error(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_WRONG_STATE,
               absl::StrCat(named.name(), " is ", StateWord(named.state()), "; ", verb, " needs it ", StateWord(needed),
                            ". ", remedy))
      .With("name", named.name())
      .With("state", StateWord(named.state()))
      .With("verb", verb)
      .Precondition("STATE", named.name(), remedy);
}

IssueWindow WindowOfIssue(const Record& record, absl::CivilDay today) {
  IssueWindow window{DayInterval(record.concern.found_date()).first, today, ""};
  for (const auto& recommendation : record.recommendations) {
    if (IsWithdrawn(recommendation) || !recommendation.due_rule().has_date()) continue;
    const DayInterval due(recommendation.due_rule().date());
    if (due.last < window.last) {
      window.last = due.last;
      window.bounded_by = recommendation.name();
    }
  }
  return window;
}

}  // namespace oversight::concerns
