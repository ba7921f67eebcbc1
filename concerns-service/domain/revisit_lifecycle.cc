#include "concerns-service/domain/revisit_lifecycle.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/rpc/errors.h"
#include "oversight/concerns/v1/error_reason.pb.h"

namespace oversight::concerns {
namespace {

constexpr int kNew = 0, kPlanned = v1::REVISIT_STATE_PLANNED, kCarriedOut = v1::REVISIT_STATE_CARRIED_OUT,
              kFindings = v1::REVISIT_STATE_FINDINGS_RECORDED, kSent = v1::REVISIT_STATE_LETTER_SENT,
              kPublished = v1::REVISIT_STATE_LETTER_PUBLISHED, kCancelled = v1::REVISIT_STATE_CANCELLED;
constexpr int kStays = 0;

constexpr char kCancelledOne[] = "It is cancelled, and nothing reopens: plan another (PlanRevisit).";
constexpr char kNotPlanned[] = "It took place: cancel it (CancelRevisit) if the record is wrong, and plan it anew.";
constexpr char kLetterStands[] = "The force has its letter, which stands: plan a further revisit (PlanRevisit).";
constexpr char kVisitFirst[] = "Record first that it took place (CarryOutRevisit).";
constexpr char kFindingsFirst[] = "Record first what was found (RecordFindings).";
constexpr char kLetterFirst[] = "Record first that the letter was sent (RecordLetter).";

bool Contains(const std::vector<int>& states, int state) {
  return std::find(states.begin(), states.end(), state) != states.end();
}

const RevisitTransition* Find(const std::string& verb) {
  for (const auto& row : RevisitLifecycle()) {
    if (row.verb == verb) return &row;
  }
  return nullptr;
}

absl::Status NoSuchVerb(const std::string& verb, const std::string& name) {
  return Error(absl::StatusCode::kInternal, common::v1::ERROR_REASON_INTERNAL,
               absl::StrCat("The life of a revisit has no row for ", verb, " of ", name, "."))
      .With("verb", verb);
}

absl::Status Check(const RevisitTransition& row, const v1::Revisit& revisit) {
  const int state = revisit.state();
  if (Contains(row.from, state)) return absl::OkStatus();
  const char* remedy = kCancelledOne;
  for (const auto& item : row.remedies) {
    if (item.state == state) remedy = item.words;
  }
  std::vector<std::string> from;
  for (int allowed : row.from) from.push_back(StateWord(static_cast<v1::RevisitState>(allowed)));
  return Error(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_WRONG_STATE,
               absl::StrCat(revisit.name(), " is ", StateWord(revisit.state()), "; ", row.verb, " needs ",
                            absl::StrJoin(from, " or "), ". ", remedy))
      .With("name", revisit.name())
      .With("state", StateWord(revisit.state()))
      .With("verb", row.verb)
      .Precondition("STATE", revisit.name(), remedy);
}

}  // namespace

const std::vector<RevisitTransition>& RevisitLifecycle() {
  static const auto* const table = new std::vector<RevisitTransition>{
      // verb, from, to, callable, remedies
      {"PlanRevisit", {kNew}, kPlanned, false, {}},
      {"UpdateRevisit",
       {kPlanned},
       kPlanned,
       true,
       {{kCarriedOut, kNotPlanned}, {kFindings, kNotPlanned}, {kSent, kLetterStands}, {kPublished, kLetterStands}}},
      {"CarryOutRevisit",
       {kPlanned, kCarriedOut},
       kCarriedOut,
       true,
       {{kFindings, "Its findings are recorded: cancel it (CancelRevisit) if its dates are wrong, and record it anew."},
        {kSent, kLetterStands},
        {kPublished, kLetterStands}}},
      {"RecordFindings",
       {kCarriedOut, kFindings},
       kFindings,
       true,
       {{kPlanned, kVisitFirst}, {kSent, kLetterStands}, {kPublished, kLetterStands}}},
      {"DraftLetter",
       {kFindings, kSent, kPublished},
       kStays,
       true,
       {{kPlanned, kVisitFirst}, {kCarriedOut, kFindingsFirst}}},
      {"RecordLetter",
       {kFindings, kSent},
       kSent,
       true,
       {{kPlanned, kVisitFirst},
        {kCarriedOut, kFindingsFirst},
        {kPublished, "Its letter is published and is not changed: plan a further revisit (PlanRevisit)."}}},
      {"PublishLetter",
       {kSent, kPublished},
       kPublished,
       true,
       {{kPlanned, kVisitFirst}, {kCarriedOut, kFindingsFirst}, {kFindings, kLetterFirst}}},
      {"CancelRevisit",
       {kPlanned, kCarriedOut, kFindings},
       kCancelled,
       true,
       {{kSent, kLetterStands}, {kPublished, kLetterStands}}},
  };
  return *table;
}

absl::Status Require(const std::string& verb, const v1::Revisit& revisit) {
  const RevisitTransition* row = Find(verb);
  return row == nullptr ? NoSuchVerb(verb, revisit.name()) : Check(*row, revisit);
}

absl::Status Move(const std::string& verb, v1::Revisit& revisit) {
  const RevisitTransition* row = Find(verb);
  if (row == nullptr) return NoSuchVerb(verb, revisit.name());
  OVERSIGHT_RETURN_IF_ERROR(Check(*row, revisit));
  if (row->to != kStays) revisit.set_state(static_cast<v1::RevisitState>(row->to));
  return absl::OkStatus();
}

bool PutsRight(const std::string& verb, const v1::Revisit& revisit) {
  const RevisitTransition* row = Find(verb);
  return row != nullptr && row->to == revisit.state();
}

bool WasSent(const v1::Revisit& revisit) { return revisit.has_letter(); }

bool IsFirstSent(const v1::Revisit& revisit) { return revisit.state() == kSent && revisit.correction().empty(); }

std::vector<common::v1::AllowedAction> AllowedActions(const v1::Revisit& revisit, const Permission& may) {
  std::vector<common::v1::AllowedAction> actions;
  for (const auto& row : RevisitLifecycle()) {
    if (!row.callable) continue;
    absl::Status status = may(row.verb);
    if (status.ok()) status = Check(row, revisit);
    common::v1::AllowedAction& action = actions.emplace_back();
    action.set_verb(row.verb);
    action.set_allowed(status.ok());
    if (status.ok()) continue;
    action.set_reason(ReasonOf(status));
    action.set_message(std::string(status.message()));
  }
  return actions;
}

std::string StateWord(v1::RevisitState state) {
  return v1::RevisitState_Name(state).substr(sizeof("REVISIT_STATE_") - 1);
}

}  // namespace oversight::concerns
