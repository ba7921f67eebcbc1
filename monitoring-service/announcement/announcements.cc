#include "monitoring-service/announcement/announcements.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/rpc/errors.h"
#include "common/rpc/resource_pattern.h"
#include "common/rpc/validator.h"
#include "common/text/text.h"
#include "common/text/words.h"
#include "common/time/london.h"
#include "google/protobuf/util/message_differencer.h"
#include "monitoring-service/domain/actions.h"
#include "monitoring-service/domain/moments.h"
#include "monitoring-service/domain/names.h"
#include "oversight/monitoring/v1/error_reason.pb.h"

namespace oversight::monitoring {
namespace {

using google::protobuf::util::MessageDifferencer;

std::string InWords(v1::AnnouncementState state) {
  static constexpr char kPrefix[] = "ANNOUNCEMENT_STATE_";
  return v1::AnnouncementState_Name(state).substr(sizeof(kPrefix) - 1);
}

// WRONG_STATE unless it is in one of these; `remedy` is a sentence.
absl::Status NeedState(const v1::Announcement& announcement, const std::vector<v1::AnnouncementState>& states,
                       const std::string& remedy) {
  if (std::find(states.begin(), states.end(), announcement.state()) != states.end()) return absl::OkStatus();
  const std::string wanted =
      absl::StrJoin(states, " or ", [](std::string* out, v1::AnnouncementState state) { *out += InWords(state); });
  return Error(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_WRONG_STATE,
               absl::StrCat(announcement.name(), " is ", InWords(announcement.state()), ", not ", wanted, ". ", remedy))
      .With("state", InWords(announcement.state()))
      .Precondition("WRONG_STATE", announcement.name(), absl::StrCat("must be ", wanted));
}

constexpr char kEditRemedy[] = "Pull what is scheduled first; what is out is corrected by another announcement.";
constexpr char kClearFirst[] = "The press office must clear it first.";

// Which state each verb asks for, in the order of the life of an announcement.
struct Rule {
  const char* verb;
  std::vector<v1::AnnouncementState> states;
  const char* remedy;
};
const std::vector<Rule>& Rules() {
  constexpr auto kDraft = v1::ANNOUNCEMENT_STATE_DRAFT, kInReview = v1::ANNOUNCEMENT_STATE_IN_REVIEW,
                 kReviewed = v1::ANNOUNCEMENT_STATE_REVIEWED, kCleared = v1::ANNOUNCEMENT_STATE_CLEARED,
                 kScheduled = v1::ANNOUNCEMENT_STATE_SCHEDULED, kPublished = v1::ANNOUNCEMENT_STATE_PUBLISHED;
  static const auto* const rules = new std::vector<Rule>{
      {"UpdateAnnouncement", {kDraft, kInReview, kReviewed, kCleared}, kEditRemedy},
      {"RefreshAnnouncement", {kDraft, kInReview, kReviewed, kCleared}, kEditRemedy},
      {"SubmitAnnouncement", {kDraft}, "Only a draft is handed on."},
      {"ReviewAnnouncement", {kInReview}, "Submit it first."},
      {"ReturnAnnouncement", {kInReview, kReviewed, kCleared}, kEditRemedy},
      {"ClearAnnouncement", {kReviewed}, "A second person must review it first."},
      {"ScheduleAnnouncement", {kCleared}, kClearFirst},
      {"PullAnnouncement", {kScheduled}, "Only what waits for its minute is pulled; what is out is withdrawn."},
      {"PublishAnnouncement", {kCleared}, kClearFirst},
      {"WithdrawAnnouncement", {kDraft, kInReview, kReviewed, kCleared, kPublished}, "Pull what is scheduled first."},
  };
  return *rules;
}

absl::Status NotTheAuthor(const v1::Announcement& announcement, const std::string& actor) {
  const auto& authors = announcement.authors();
  if (std::find(authors.begin(), authors.end(), actor) == authors.end()) return absl::OkStatus();
  return Error(absl::StatusCode::kPermissionDenied, v1::ERROR_REASON_AUTHOR_CANNOT_REVIEW,
               absl::StrCat(actor, " wrote of ", announcement.name(), ". Someone else must review it."))
      .With("principal", actor)
      .With("announcement", announcement.name());
}

// For verbs that ask nothing of who acts.
absl::Status May(const char* verb, const v1::Announcement& announcement) {
  return MayAnnounce(verb, announcement, /*actor=*/"");
}

// Back to a draft that nobody has agreed to.
void BackToDraft(v1::Announcement& announcement) {
  announcement.set_state(v1::ANNOUNCEMENT_STATE_DRAFT);
  announcement.clear_reviewer();
  announcement.clear_clearer();
  announcement.clear_publish_time();
  announcement.clear_held_back();
  announcement.clear_pull_reason();
}

void AddAuthor(v1::Announcement& announcement, const std::string& actor) {
  const auto& authors = announcement.authors();
  if (std::find(authors.begin(), authors.end(), actor) == authors.end()) announcement.add_authors(actor);
}

absl::Status CheckStands(const v1::Decision& decision) {
  if (decision.has_historical()) {
    return Error(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_WRONG_STATE,
                 absl::StrCat(decision.name(),
                              " was imported: it is public, and this record does not hold who decided it and when."))
        .With("state", v1::DecisionState_Name(decision.state()))
        .Precondition("WRONG_STATE", decision.name(), "must have been decided here");
  }
  const bool stands = decision.outcome() == v1::DECISION_OUTCOME_APPROVED &&
                      decision.state() != v1::DECISION_STATE_LAPSED && decision.state() != v1::DECISION_STATE_REVOKED;
  if (stands) return absl::OkStatus();
  return Error(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_WRONG_STATE,
               absl::StrCat(decision.name(), " moves nothing: there is nothing to announce."))
      .With("state", v1::DecisionState_Name(decision.state()))
      .Precondition("WRONG_STATE", decision.name(), "must be an approval that stands");
}

absl::Status CheckOnlyOne(const v1::Announcement& wanted, const std::vector<v1::Announcement>& others) {
  for (const auto& other : others) {
    const bool over =
        other.state() == v1::ANNOUNCEMENT_STATE_WITHDRAWN || other.state() == v1::ANNOUNCEMENT_STATE_CORRECTED;
    if (over || other.name() == wanted.corrects()) continue;
    return Error(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_ANNOUNCEMENT_EXISTS,
                 absl::StrCat(other.name(), " is the announcement of ", wanted.decision(),
                              ". Change that one, correct it when it is out, or withdraw it."))
        .With("announcement", other.name())
        .Precondition("ANNOUNCEMENT_EXISTS", wanted.decision(), absl::StrCat("has ", other.name()));
  }
  return absl::OkStatus();
}

v1::Statement WithoutMarks(v1::Statement statement) {
  statement.clear_standing();
  statement.clear_by_hand();
  for (auto& fact : *statement.mutable_facts()) {
    fact.clear_revision();
    fact.clear_value();
  }
  return statement;
}

// One statement as an editor sent it, with its facts looked up.
v1::Statement ByHand(const v1::Statement& wanted, const MoveFacts& facts, const std::string& at,
                     Violations& violations) {
  v1::Statement statement = wanted;
  statement.set_text(Tidy(wanted.text()));
  statement.set_standing(false);
  statement.set_by_hand(true);
  statement.clear_facts();
  for (int i = 0; i < wanted.facts_size(); ++i) {
    const auto& fact = wanted.facts(i);
    const bool own = fact.name() == facts.decision.name();
    const auto found = own ? nullptr : facts.recorded.Find(fact.name());
    auto reference = Refer(own ? &facts.decision : found.get(), fact.name(), fact.field());
    const std::string here = absl::StrCat(at, ".facts[", i, "]");
    if (!MayRestOn(fact.name(), facts)) {
      violations.Add(here, absl::StrCat(fact.name(), " is not of ", facts.force.name(),
                                        "; rest it on what the record holds of that force"));
    } else if (!reference) {
      violations.Add(here, absl::StrCat("there is no field ", fact.field(), " of ", fact.name()));
    } else if (reference->value().empty()) {
      violations.Add(here, absl::StrCat(fact.field(), " of ", fact.name(), " holds nothing to rest on"));
    } else {
      *statement.add_facts() = *std::move(reference);
    }
  }
  const bool quotation = wanted.part() == v1::STATEMENT_PART_QUOTATION;
  if (!v1::StatementPart_IsValid(wanted.part())) violations.Add(at + ".part", "must be a known part");
  if (quotation && wanted.speaker().empty()) violations.Add(at + ".speaker", "is required: say whose words these are");
  if (!quotation && !wanted.speaker().empty())
    violations.Add(at + ".speaker", "goes with STATEMENT_PART_QUOTATION only");
  if (!quotation && wanted.facts().empty()) {
    violations.Add(at + ".facts", "is required: name the fact of the record that the statement rests on");
  }
  return statement;
}

Released Held(const v1::Announcement& announcement, const std::vector<v1::CoverageViolation>& violations,
              absl::Time now) {
  Released held{.announcement = announcement};
  held.announcement.set_state(v1::ANNOUNCEMENT_STATE_CLEARED);
  held.announcement.clear_publish_time();
  auto* back = held.announcement.mutable_held_back();
  back->mutable_violations()->Assign(violations.begin(), violations.end());
  *back->mutable_hold_time() = ToTimestamp(now);
  return held;
}

Released GoOut(const MoveFacts& facts, const ForceRecord& record, const v1::Announcement& announcement,
               const std::optional<v1::Announcement>& corrects, absl::Time now) {
  Released released{.announcement = announcement};
  released.announcement.set_state(v1::ANNOUNCEMENT_STATE_PUBLISHED);
  *released.announcement.mutable_published_time() = ToTimestamp(now);
  released.announcement.clear_held_back();
  // One that was withdrawn meanwhile stays withdrawn.
  if (corrects && corrects->state() == v1::ANNOUNCEMENT_STATE_PUBLISHED) {
    released.corrected = *corrects;
    released.corrected->set_state(v1::ANNOUNCEMENT_STATE_CORRECTED);
    released.corrected->set_corrected_by(announcement.name());
  }
  if (facts.decision.publication().state() != v1::PUBLICATION_STATE_PUBLISHED) {
    const v1::Stage* to = FindStage(facts.ladder, facts.decision.to_stage());
    released.made_public =
        MakePublic(record, facts.decision, to == nullptr ? v1::Stage() : *to, announcement.name(), now);
  }
  return released;
}

}  // namespace

absl::Status MayAnnounce(const std::string& verb, const v1::Announcement& announcement, const std::string& actor) {
  for (const Rule& rule : Rules()) {
    if (rule.verb != verb) continue;
    if (verb == "ReviewAnnouncement") OVERSIGHT_RETURN_IF_ERROR(NotTheAuthor(announcement, actor));
    return NeedState(announcement, rule.states, rule.remedy);
  }
  return Error(absl::StatusCode::kInternal, common::v1::ERROR_REASON_INTERNAL,
               absl::StrCat("There is no rule for ", verb, " of ", announcement.name(), "."))
      .With("verb", verb);
}

std::vector<common::v1::AllowedAction> AllowedAnnouncing(const v1::Announcement& announcement,
                                                         const std::string& actor) {
  std::vector<common::v1::AllowedAction> actions;
  for (const Rule& rule : Rules()) {
    actions.push_back(ToAction(rule.verb, MayAnnounce(rule.verb, announcement, actor)));
  }
  return actions;
}

absl::Status MayDraft(const v1::Decision& decision, const std::vector<v1::Announcement>& others) {
  OVERSIGHT_RETURN_IF_ERROR(CheckStands(decision));
  v1::Announcement wanted;
  wanted.set_decision(decision.name());
  return CheckOnlyOne(wanted, others);
}

absl::StatusOr<v1::Announcement> Draft(const AnnouncementTemplates& templates, const MoveFacts& facts,
                                       const v1::Announcement& wanted, const std::vector<v1::Announcement>& others,
                                       const std::optional<v1::Announcement>& corrects, const v1::RecordHead& head,
                                       int64_t number, const std::string& actor) {
  Violations violations;
  if (wanted.corrects().empty() != wanted.correction_reason().empty()) {
    violations.Add("announcement.correction_reason",
                   wanted.corrects().empty() ? "goes with `corrects` only" : "is required: say what was wrong");
  }
  if (corrects && corrects->decision() != wanted.decision()) {
    violations.Add("announcement.corrects", absl::StrCat("must be of ", wanted.decision()));
  }
  OVERSIGHT_RETURN_IF_ERROR(violations.status());
  OVERSIGHT_RETURN_IF_ERROR(CheckStands(facts.decision));
  if (corrects) {
    OVERSIGHT_RETURN_IF_ERROR(
        NeedState(*corrects, {v1::ANNOUNCEMENT_STATE_PUBLISHED}, "What is not out is changed, not corrected."));
  }
  OVERSIGHT_RETURN_IF_ERROR(CheckOnlyOne(wanted, others));

  v1::Announcement announcement;
  announcement.set_name(absl::StrCat(AnnouncementPrefix(ForceOf(wanted.decision())), number));
  announcement.set_decision(wanted.decision());
  announcement.set_kind(KindOf(facts.decision, facts.ladder));
  announcement.set_state(v1::ANNOUNCEMENT_STATE_DRAFT);
  *announcement.mutable_quotations() = wanted.quotations();
  announcement.set_corrects(wanted.corrects());
  announcement.set_correction_reason(wanted.correction_reason());
  announcement.set_template_(templates.IdentityOf(announcement.kind()));
  *announcement.mutable_record_head() = head;
  OVERSIGHT_ASSIGN_OR_RETURN(*announcement.mutable_statements(),
                             Generate(templates, facts, announcement.quotations(), head));
  announcement.set_text(LayOut(templates, announcement.statements()));
  announcement.add_authors(actor);
  return announcement;
}

absl::StatusOr<v1::Announcement> Edit(const AnnouncementTemplates& templates, const MoveFacts& facts,
                                      const v1::Announcement& announcement, const StatementList& statements,
                                      const std::string& actor) {
  OVERSIGHT_RETURN_IF_ERROR(May("UpdateAnnouncement", announcement));
  Violations violations;
  if (statements.empty()) violations.Add("announcement.statements", "is required: an announcement says something");
  std::set<std::string> ids;
  v1::Announcement changed = announcement;
  changed.clear_statements();
  for (int i = 0; i < statements.size(); ++i) {
    const auto& wanted = statements[i];
    const std::string at = absl::StrCat("announcement.statements[", i, "]");
    if (!ids.insert(wanted.id()).second) violations.Add(at + ".id", "is that of another statement");
    const auto same = std::find_if(announcement.statements().begin(), announcement.statements().end(),
                                   [&](const v1::Statement& known) {
                                     return MessageDifferencer::Equals(WithoutMarks(known), WithoutMarks(wanted));
                                   });
    *changed.add_statements() = same != announcement.statements().end() ? *same : ByHand(wanted, facts, at, violations);
  }
  OVERSIGHT_RETURN_IF_ERROR(violations.status());
  if (MessageDifferencer::Equals(changed, announcement)) return announcement;
  changed.set_text(LayOut(templates, changed.statements()));
  BackToDraft(changed);
  AddAuthor(changed, actor);
  return changed;
}

absl::StatusOr<v1::Announcement> Regenerate(const AnnouncementTemplates& templates, const MoveFacts& facts,
                                            const v1::Announcement& announcement, const QuotationList& quotations,
                                            const v1::RecordHead& head, const std::string& actor) {
  OVERSIGHT_RETURN_IF_ERROR(May("RefreshAnnouncement", announcement));
  OVERSIGHT_RETURN_IF_ERROR(CheckStands(facts.decision));
  const auto& quoted = quotations.empty() ? announcement.quotations() : quotations;
  // What it would say with the head it has: a log that went on is no reason for another review.
  OVERSIGHT_ASSIGN_OR_RETURN(const StatementList as_before,
                             Generate(templates, facts, quoted, announcement.record_head()));
  v1::Announcement same = announcement;
  *same.mutable_statements() = as_before;
  same.set_template_(templates.IdentityOf(announcement.kind()));
  if (LayOut(templates, as_before) == announcement.text() && MessageDifferencer::Equals(same, announcement)) {
    return announcement;
  }
  v1::Announcement changed = same;
  *changed.mutable_quotations() = quoted;
  *changed.mutable_record_head() = head;
  OVERSIGHT_ASSIGN_OR_RETURN(*changed.mutable_statements(), Generate(templates, facts, quoted, head));
  changed.set_text(LayOut(templates, changed.statements()));
  BackToDraft(changed);
  AddAuthor(changed, actor);
  return changed;
}

absl::StatusOr<v1::Announcement> Submit(const v1::Announcement& announcement) {
  OVERSIGHT_RETURN_IF_ERROR(May("SubmitAnnouncement", announcement));
  v1::Announcement submitted = announcement;
  submitted.set_state(v1::ANNOUNCEMENT_STATE_IN_REVIEW);
  submitted.clear_return_reason();
  return submitted;
}

absl::StatusOr<v1::Announcement> Review(const v1::Announcement& announcement, const std::string& actor) {
  OVERSIGHT_RETURN_IF_ERROR(MayAnnounce("ReviewAnnouncement", announcement, actor));
  v1::Announcement reviewed = announcement;
  reviewed.set_state(v1::ANNOUNCEMENT_STATE_REVIEWED);
  reviewed.set_reviewer(actor);
  return reviewed;
}

absl::StatusOr<v1::Announcement> Return(const v1::Announcement& announcement, const std::string& reason) {
  OVERSIGHT_RETURN_IF_ERROR(May("ReturnAnnouncement", announcement));
  v1::Announcement returned = announcement;
  BackToDraft(returned);
  returned.set_return_reason(reason);
  return returned;
}

absl::StatusOr<v1::Announcement> Clear(const AnnouncementTemplates& templates, const MoveFacts& facts,
                                       const v1::Announcement& announcement, const std::string& actor) {
  OVERSIGHT_RETURN_IF_ERROR(May("ClearAnnouncement", announcement));
  OVERSIGHT_RETURN_IF_ERROR(
      NotCovered(announcement.name(), CheckCoverage(templates, announcement, facts, /*going_out=*/false)));
  v1::Announcement cleared = announcement;
  cleared.set_state(v1::ANNOUNCEMENT_STATE_CLEARED);
  cleared.set_clearer(actor);
  return cleared;
}

absl::StatusOr<v1::Announcement> Schedule(const AnnouncementTemplates& templates, const MoveFacts& facts,
                                          const v1::Announcement& announcement, absl::Time minute, absl::Time now) {
  if (minute != absl::FromUnixSeconds(absl::ToUnixSeconds(minute) / 60 * 60)) {
    Violations violations;
    violations.Add("publish_time", "must be a whole minute");
    return violations.status();
  }
  OVERSIGHT_RETURN_IF_ERROR(May("ScheduleAnnouncement", announcement));
  const absl::Time effective = EffectiveMoment(facts.decision);
  const bool past = minute<now, far = minute> now + kLongestSchedule, early = minute < effective;
  if (past || far || early) {
    return Error(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_DATES_CONTRADICT,
                 "An announcement goes out at a minute to come, within a year, and not before its move takes effect.")
        .With("publish_time", FormatMinuteForPeople(minute))
        .With("effective", FormatMinuteForPeople(effective))
        .Precondition("DATES_CONTRADICT", "publish_time",
                      past  ? absl::StrCat("is before now, ", FormatMinuteForPeople(now))
                      : far ? "is more than a year ahead"
                            : absl::StrCat("is before the move, ", FormatMinuteForPeople(effective)));
  }
  OVERSIGHT_RETURN_IF_ERROR(
      NotCovered(announcement.name(), CheckCoverage(templates, announcement, facts, /*going_out=*/false)));
  v1::Announcement scheduled = announcement;
  scheduled.set_state(v1::ANNOUNCEMENT_STATE_SCHEDULED);
  *scheduled.mutable_publish_time() = ToTimestamp(minute);
  scheduled.clear_pull_reason();
  scheduled.clear_held_back();
  return scheduled;
}

absl::StatusOr<v1::Announcement> Pull(const v1::Announcement& announcement, const std::string& reason) {
  OVERSIGHT_RETURN_IF_ERROR(May("PullAnnouncement", announcement));
  v1::Announcement pulled = announcement;
  pulled.set_state(v1::ANNOUNCEMENT_STATE_CLEARED);
  pulled.clear_publish_time();
  pulled.set_pull_reason(reason);
  return pulled;
}

absl::StatusOr<v1::Announcement> Withdraw(const v1::Announcement& announcement, const std::string& reason) {
  OVERSIGHT_RETURN_IF_ERROR(May("WithdrawAnnouncement", announcement));
  v1::Announcement withdrawn = announcement;
  withdrawn.set_state(v1::ANNOUNCEMENT_STATE_WITHDRAWN);
  withdrawn.set_withdrawal_reason(reason);
  return withdrawn;
}

absl::StatusOr<Released> Publish(const AnnouncementTemplates& templates, const MoveFacts& facts,
                                 const ForceRecord& record, const v1::Announcement& announcement,
                                 const std::optional<v1::Announcement>& corrects, absl::Time now) {
  OVERSIGHT_RETURN_IF_ERROR(May("PublishAnnouncement", announcement));
  OVERSIGHT_RETURN_IF_ERROR(
      NotCovered(announcement.name(), CheckCoverage(templates, announcement, facts, /*going_out=*/true)));
  return GoOut(facts, record, announcement, corrects, now);
}

std::optional<Released> Release(const AnnouncementTemplates& templates, const MoveFacts& facts,
                                const ForceRecord& record, const v1::Announcement& announcement,
                                const std::optional<v1::Announcement>& corrects, absl::Time now) {
  const auto minute = WaitsFor(announcement);
  if (!minute || *minute > now) return std::nullopt;
  // Its own moment has come too, perhaps in the same minute: it is on its way.
  if (facts.decision.state() == v1::DECISION_STATE_PENDING_EFFECT && EffectiveMoment(facts.decision) <= now) {
    return std::nullopt;
  }
  const auto violations = CheckCoverage(templates, announcement, facts, /*going_out=*/true);
  if (violations.empty()) return GoOut(facts, record, announcement, corrects, now);
  return Held(announcement, violations, now);
}

Released HoldBack(const v1::Announcement& announcement, const absl::Status& why, absl::Time now) {
  v1::CoverageViolation violation;
  violation.set_type("OUT_OF_REACH");
  violation.set_subject(announcement.decision());
  violation.set_description(absl::StrCat("what the announcement tells of cannot be looked up: ",
                                         std::string(why.message()), " Withdraw it, or put the record right."));
  return Held(announcement, {violation}, now);
}

std::optional<absl::Time> WaitsFor(const v1::Announcement& announcement) {
  if (announcement.state() != v1::ANNOUNCEMENT_STATE_SCHEDULED) return std::nullopt;
  return ToTime(announcement.publish_time());
}

bool IsAnnouncementName(const std::string& name) {
  static const auto* const pattern = new rpc::ResourcePattern("forces/{force}/announcements/{announcement}");
  return pattern->Matches(name, /*wildcard=*/false);
}

bool HasWords(const v1::Announcement& announcement, const std::string& query) {
  std::string text = announcement.text();
  for (const auto& statement : announcement.statements()) absl::StrAppend(&text, " ", statement.text());
  return oversight::HasWords(text, query);
}

bool IsPublic(const v1::Announcement& announcement) { return announcement.has_published_time(); }

v1::Announcement ForPublic(v1::Announcement announcement) {
  rpc::ClearInternal(&announcement);
  return announcement;
}

}  // namespace oversight::monitoring
