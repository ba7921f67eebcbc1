#include "concerns-service/domain/consistency.h"

#include <algorithm>
#include <tuple>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/rpc/siphash.h"
#include "common/time/london.h"
#include "concerns-service/domain/dates_in_words.h"
#include "concerns-service/domain/lifecycle.h"
#include "concerns-service/domain/names.h"
#include "concerns-service/domain/visibility.h"
#include "google/protobuf/util/time_util.h"

namespace oversight::concerns {
namespace {

using Report = ConsistencyRule::Report;
constexpr auto kAlways = absl::CivilDay::min();

// How long a claim may wait for the inspectorate: as long as a local policing body has to answer a report (section 55
// of the Police Act 1996), and as long as it took from a revisit to its letter in a published case.
constexpr int kPatience = 56;

// By its own day, or where it has none by when it was recorded.
common::v1::PartialDate ClaimedDate(const v1::Claim& claim) {
  if (claim.has_claimed_date()) return claim.claimed_date();
  return ToPartialDate(
      LondonDay(absl::FromUnixMicros(google::protobuf::util::TimeUtil::TimestampToMicroseconds(claim.claim_time()))));
}

bool IsClosed(const v1::Concern& concern) { return WasIssued(concern) && !IsOpen(concern); }
bool IsCause(const v1::Concern& concern) { return concern.kind() == v1::CONCERN_KIND_CAUSE_OF_CONCERN; }

void DueBeforeIssue(const ConcernRecord& record, const Report& report) {
  const auto& issued = record.concern->issue_date();
  if (!WasIssued(*record.concern)) return;
  for (const auto& recommendation : record.recommendations) {
    if (!WasIssued(*recommendation) || !MustBeBefore(recommendation->due_date(), issued)) continue;
    report(recommendation->name(),
           absl::StrCat(recommendation->name(), " is due by ", FormatForPeople(recommendation->due_date()),
                        ", before its concern was issued on ", FormatForPeople(issued), "."),
           kAlways);
  }
}

void ItemDueBeforeIssue(const NationalRecord& record, const Report& report) {
  const auto& issued = record.recommendation->issue_date();
  for (const auto& item : record.items) {
    if (!MustBeBefore(item->due_date(), issued)) continue;
    report(item->name(),
           absl::StrCat(item->name(), " is due by ", FormatForPeople(item->due_date()),
                        ", before its national recommendation was issued on ", FormatForPeople(issued), "."),
           kAlways);
  }
}

void FoundAfterIssue(const ConcernRecord& record, const Report& report) {
  const v1::Concern& concern = *record.concern;
  if (!WasIssued(concern) || !MustBeAfter(concern.found_date(), concern.issue_date())) return;
  report(concern.name(),
         absl::StrCat(concern.name(), " was found on ", FormatForPeople(concern.found_date()),
                      ", after it was issued on ", FormatForPeople(concern.issue_date()), "."),
         kAlways);
}

void ClosedBeforeIssue(const ConcernRecord& record, const Report& report) {
  const v1::Concern& concern = *record.concern;
  if (!IsClosed(concern) || !concern.has_closure()) return;
  if (!MustBeBefore(concern.closure().close_date(), concern.issue_date())) return;
  report(concern.name(),
         absl::StrCat(concern.name(), " was closed on ", FormatForPeople(concern.closure().close_date()),
                      ", before it was issued on ", FormatForPeople(concern.issue_date()), "."),
         kAlways);
}

void AcceleratedArea(const ConcernRecord& record, const Report& report) {
  const v1::Concern& concern = *record.concern;
  if (!concern.accelerated() || IsCause(concern)) return;
  report(concern.name(),
         absl::StrCat(concern.name(),
                      " is an area for improvement and called accelerated, which only a cause of concern "
                      "can be."),
         kAlways);
}

void CauseWithoutRecommendation(const ConcernRecord& record, const Report& report) {
  if (!IsCause(*record.concern) || !WasIssued(*record.concern) || !record.recommendations.empty()) return;
  report(record.concern->name(),
         absl::StrCat(record.concern->name(), " is a cause of concern and was issued without a recommendation."),
         kAlways);
}

void ClosedWithOpenRecommendations(const ConcernRecord& record, const Report& report) {
  if (!IsClosed(*record.concern)) return;
  for (const auto& recommendation : record.recommendations) {
    if (!IsOpen(*recommendation) && !IsClaimed(*recommendation)) continue;
    report(recommendation->name(),
           absl::StrCat(recommendation->name(), " is ", StateWord(recommendation->state()), ", though its concern is ",
                        StateWord(record.concern->state()), "."),
           kAlways);
  }
}

void WithdrawnWithOpenItems(const NationalRecord& record, const Report& report) {
  if (IsOpen(*record.recommendation)) return;
  for (const auto& item : record.items) {
    if (!IsPending(*item)) continue;
    report(item->name(),
           absl::StrCat(item->name(), " is ", StateWord(item->state()), ", though its national recommendation is ",
                        StateWord(record.recommendation->state()), "."),
           kAlways);
  }
}

void StatesDisagree(const ConcernRecord& record, const Report& report) {
  const v1::Concern& concern = *record.concern;
  for (const auto& recommendation : record.recommendations) {
    const bool draft = recommendation->state() == v1::RECOMMENDATION_STATE_DRAFT;
    const bool withdrawn = recommendation->state() == v1::RECOMMENDATION_STATE_WITHDRAWN;
    const bool fits = concern.state() == v1::CONCERN_STATE_DRAFT ? draft || withdrawn : !draft;
    if (fits) continue;
    report(recommendation->name(),
           absl::StrCat(recommendation->name(), " is ", StateWord(recommendation->state()), ", which does not go with ",
                        concern.name(), " being ", StateWord(concern.state()), "."),
           kAlways);
  }
}

void AllVerifiedStillOpen(const ConcernRecord& record, const Report& report) {
  if (!IsOpen(*record.concern)) return;
  int verified = 0;
  for (const auto& recommendation : record.recommendations) {
    if (recommendation->state() == v1::RECOMMENDATION_STATE_VERIFIED) ++verified;
    if (IsOpen(*recommendation) || IsClaimed(*recommendation)) return;
  }
  if (verified == 0) return;
  report(record.concern->name(),
         absl::StrCat(record.concern->name(), " is open, though all its recommendations are verified."), kAlways);
}

// Of recommendations, and of national items.
template <class Items>
void ClaimsNotVerified(const Items& items, const Report& report) {
  for (const auto& item : items) {
    if (!IsClaimed(*item) || !(item->claim().has_claimed_date() || item->claim().has_claim_time())) continue;
    const auto claimed = ClaimedDate(item->claim());
    report(item->name(),
           absl::StrCat(item->name(), " was claimed as done ", OnDate(claimed), " and is not verified after more than ",
                        kPatience, " days."),
           LastDay(claimed) + kPatience + 1);
  }
}

void ClaimedNotVerified(const ConcernRecord& record, const Report& report) {
  ClaimsNotVerified(record.recommendations, report);
}
void ItemClaimedNotVerified(const NationalRecord& record, const Report& report) {
  ClaimsNotVerified(record.items, report);
}

// A day of verification is often that of a revisit, and the claim is entered after it: worth a look, no more.
template <class Items>
void VerifiedBeforeClaims(const Items& items, const Report& report) {
  for (const auto& item : items) {
    if (!item->has_claim() || !MustBeBefore(item->verified_date(), item->claim().claimed_date())) continue;
    report(item->name(),
           absl::StrCat(item->name(), " was verified ", OnDate(item->verified_date()),
                        ", before it was claimed as done ", OnDate(item->claim().claimed_date()), "."),
           kAlways);
  }
}

void VerifiedBeforeClaimed(const ConcernRecord& record, const Report& report) {
  VerifiedBeforeClaims(record.recommendations, report);
}
void ItemVerifiedBeforeClaimed(const NationalRecord& record, const Report& report) {
  VerifiedBeforeClaims(record.items, report);
}

// Refused since claims are checked against it; records from before may have it. Of what is recommended to all forces,
// some may have been done already.
void DoneBeforeIssue(const ConcernRecord& record, const Report& report) {
  if (!WasIssued(*record.concern)) return;
  for (const auto& recommendation : record.recommendations) {
    if (!MustBeBefore(recommendation->done_date(), record.concern->issue_date())) continue;
    report(recommendation->name(),
           absl::StrCat(recommendation->name(), " was done ", OnDate(recommendation->done_date()),
                        " by the force's claim, before it was issued ", OnDate(record.concern->issue_date()), "."),
           kAlways);
  }
}

void EradicatedStillOpen(const ConcernRecord& record, const Report& report) {
  if (!IsOpen(*record.concern) || record.concern->handling().level() != v1::HANDLING_LEVEL_ERADICATED) return;
  report(record.concern->name(),
         absl::StrCat(record.concern->name(), " is open, though the force's handling is assessed as ERADICATED."),
         kAlways);
}

void PublishedBeforeIssue(const ConcernRecord& record, const Report& report) {
  const v1::Concern& concern = *record.concern;
  if (!WasIssued(concern) || !concern.has_published()) return;
  if (!MustBeBefore(concern.published().date(), concern.issue_date())) return;
  report(concern.name(),
         absl::StrCat(concern.name(), " was published on ", FormatForPeople(concern.published().date()),
                      ", before it was issued on ", FormatForPeople(concern.issue_date()), "."),
         kAlways);
}

void SupersededByNone(const ConcernRecord& record, const Report& report) {
  const v1::Concern& concern = *record.concern;
  if (concern.state() != v1::CONCERN_STATE_SUPERSEDED || !concern.superseded_by().empty()) return;
  report(concern.name(), absl::StrCat(concern.name(), " is SUPERSEDED, and no concern is named that took its place."),
         kAlways);
}

void CauseWithoutResponse(const ConcernRecord& record, const Report& report) {
  const v1::Concern& concern = *record.concern;
  if (!IsCause(concern) || !IsOpen(concern) || !record.responses.empty()) return;
  report(concern.name(),
         absl::StrCat(concern.name(), " was issued on ", FormatForPeople(concern.issue_date()),
                      " and the force has not responded in more than ", kPatience, " days."),
         LastDay(concern.issue_date()) + kPatience + 1);
}

void ResponseNotJudged(const ConcernRecord& record, const Report& report) {
  if (!IsOpen(*record.concern)) return;
  for (const auto& response : record.responses) {
    if (!AwaitsJudgement(*response) || !response->has_respond_date()) continue;
    report(response->name(),
           absl::StrCat(response->name(), " was given on ", FormatForPeople(response->respond_date()),
                        " and is not judged after more than ", kPatience, " days."),
           LastDay(response->respond_date()) + kPatience + 1);
  }
}

// The inspection that a cause of concern came from, as far as it is named: by a link, or as a reference in records from
// before there were links.
const std::string& InspectionOf(const v1::ConcernSource& source) {
  return source.inspection().empty() ? source.reference() : source.inspection();
}

void CountKey(const std::string& key, int by, std::map<std::string, int>& counts) {
  if (key.empty()) return;
  const auto it = counts.try_emplace(key, 0).first;
  it->second += by;
  if (it->second == 0) counts.erase(it);
}

Finding Found(const char* rule, const std::string& name, const std::string& force, std::string sentence) {
  return {rule, FindRule(rule)->severity, name, force, std::move(sentence)};
}

constexpr char kInadequate[] = "inadequate-without-cause", kEnded[] = "force-ended";

}  // namespace

const std::vector<ConsistencyRule>& ConsistencyRules() {
  constexpr auto kError = v1::SEVERITY_ERROR, kWarning = v1::SEVERITY_WARNING;
  constexpr char kIssueAnew[] = "Withdraw the concern (WithdrawConcern) and issue a new one with the right dates.";
  static const auto* const rules = new std::vector<ConsistencyRule>{
      {"due-before-issue", kError,
       "A recommendation is due before its concern was issued, or a national item before its recommendation.",
       "Withdraw what was issued (WithdrawConcern, WithdrawNationalRecommendation) and issue a new one with the right "
       "dates.",
       DueBeforeIssue, ItemDueBeforeIssue},
      {"found-after-issue", kError, "A concern was found after it was issued.", kIssueAnew, FoundAfterIssue},
      {"published-before-issue", kError, "A concern was made public before it was issued.",
       "Neither day can be changed: say in a new record which is right.", PublishedBeforeIssue},
      {"closed-before-issue", kError, "A concern was closed before it was issued.",
       "Neither day can be changed: say in a new record which is right.", ClosedBeforeIssue},
      {"done-before-issue", kError, "A recommendation was done before it was issued, by the force's claim.",
       "Return the claim (VerifyRecommendation); when that is past, say in a new record which day is right.",
       DoneBeforeIssue},
      {"accelerated-area-for-improvement", kError, "An area for improvement is called accelerated.",
       "Withdraw it (WithdrawConcern) and draft it as a cause of concern, or without being accelerated.",
       AcceleratedArea},
      {"cause-without-recommendation", kError, "A cause of concern was issued without a recommendation.",
       "Withdraw it (WithdrawConcern) and issue it anew with its recommendations.", CauseWithoutRecommendation},
      {"closed-with-open-recommendations", kError, "A concern is closed, and a recommendation of it is not.",
       "Find out whether the concern should have been closed; if not, draft a new one.", ClosedWithOpenRecommendations},
      {"withdrawn-with-open-items", kError, "A national recommendation is withdrawn, and an item of it is not closed.",
       "Find out whether it should have been withdrawn; if not, draft a new one.", nullptr, WithdrawnWithOpenItems},
      {"states-disagree", kError, "A recommendation is a draft and its concern is not, or the other way round.",
       "Withdraw the concern (WithdrawConcern) and draft it anew.", StatesDisagree},
      {"superseded-by-none", kError, "A concern is superseded and its successor is not named.",
       "Find the concern that was issued again, and say in a new record which it is.", SupersededByNone},
      // Five grades: with "inadequate" there are causes of concern.
      {kInadequate, kWarning,
       "A published report grades an area as inadequate, and no cause of concern of the force names the inspection or "
       "has the theme of the area.",
       "Draft and issue the cause of concern (CreateConcern), or correct the theme of the area in the report.",
       nullptr},
      {"all-verified-still-open", kWarning, "A concern is open though all its recommendations are verified.",
       "Discharge it (DischargeConcern).", AllVerifiedStillOpen},
      {"claimed-not-verified", kWarning, "A claim has waited for more than 56 days.",
       "Accept or return the claim (VerifyRecommendation, VerifyNationalItem).", ClaimedNotVerified,
       ItemClaimedNotVerified},
      {"cause-without-response", kWarning,
       "A cause of concern is open, and the force has not responded in more than 56 days.",
       "Ask the force for its response (CreateResponse).", CauseWithoutResponse},
      {"response-not-judged", kWarning, "A response to an open concern has waited for more than 56 days.",
       "Judge it (JudgeResponse).", ResponseNotJudged},
      {"eradicated-still-open", kWarning, "A concern is open though its handling is assessed as eradicated.",
       "Discharge it (DischargeConcern), or assess the handling again (AssessHandling).", EradicatedStillOpen},
      {kEnded, kWarning, "A concern or a national item is open and its force is no more.",
       "Close it, and raise what is left of it with the force that took its place.", nullptr},
      {"verified-before-claimed", v1::SEVERITY_INFO,
       "A recommendation or national item was verified before it was claimed.",
       "Neither day can be changed: say in a progress note which is right.", VerifiedBeforeClaimed,
       ItemVerifiedBeforeClaimed},
  };
  return *rules;
}

const ConsistencyRule* FindRule(const std::string& id) {
  for (const ConsistencyRule& rule : ConsistencyRules()) {
    if (rule.id == id) return &rule;
  }
  return nullptr;
}

std::vector<std::string> RegisterRules() {
  std::vector<std::string> ids;
  for (const ConsistencyRule& rule : ConsistencyRules()) {
    if (rule.check == nullptr && rule.check_national == nullptr) ids.push_back(rule.id);
  }
  return ids;
}

namespace {

template <class Record>
std::vector<Finding> CheckAll(const Record& record,
                              void (*ConsistencyRule::*check)(const Record& record, const Report& report)) {
  std::vector<Finding> findings;
  for (const ConsistencyRule& rule : ConsistencyRules()) {
    if (rule.*check == nullptr) continue;
    (rule.*check)(record, [&](const std::string& name, std::string sentence, absl::CivilDay from) {
      findings.push_back({rule.id, rule.severity, name, ForceOf(name), std::move(sentence), from});
    });
  }
  return findings;
}

}  // namespace

std::vector<Finding> Check(const ConcernRecord& record) {
  return record.concern == nullptr ? std::vector<Finding>() : CheckAll(record, &ConsistencyRule::check);
}

std::vector<Finding> Check(const NationalRecord& record) {
  // A draft has no items.
  if (record.recommendation == nullptr || !WasIssued(*record.recommendation)) return {};
  return CheckAll(record, &ConsistencyRule::check_national);
}

bool FindingPlace::operator<(const FindingPlace& other) const {
  if (severity != other.severity) return severity < other.severity;
  if (const int order = rpc::CompareNames(name, other.name); order != 0) return order < 0;
  return std::tie(rule, sentence) < std::tie(other.rule, other.sentence);
}

std::string ToText(const FindingPlace& place) {
  return absl::StrCat(place.severity, " ", place.name, " ", place.rule, " ", place.sentence);
}

std::optional<FindingPlace> ParseFindingPlace(const std::string& text) {
  const std::vector<std::string> parts = absl::StrSplit(absl::string_view(text), ' ');
  int severity = 0;
  uint64_t sentence = 0;
  if (parts.size() != 4 || !absl::SimpleAtoi(parts[0], &severity) || !absl::SimpleAtoi(parts[3], &sentence)) {
    return std::nullopt;
  }
  return FindingPlace{static_cast<v1::Severity>(severity), parts[1], parts[2], sentence};
}

namespace {

FindingPlace PlaceOf(const Finding& finding) {
  return {finding.severity, finding.name, finding.rule, rpc::SipHash({}, finding.sentence)};
}

}  // namespace

void ConsistencyIndex::Add(const ConcernRecord& record) { Count(record, 1); }
void ConsistencyIndex::Add(const NationalRecord& record) { Count(record, 1); }
void ConsistencyIndex::Remove(const ConcernRecord& record) { Count(record, -1); }
void ConsistencyIndex::Remove(const NationalRecord& record) { Count(record, -1); }

template <class Record>
void ConsistencyIndex::Count(const Record& record, int by) {
  for (const Finding& finding : Check(record)) {
    const Stream stream{finding.force, finding.rule};
    if (by > 0) {
      findings_.Put(stream, PlaceOf(finding), finding);
    } else {
      findings_.Remove(stream, PlaceOf(finding));
    }
  }
  Note(record, by);
}

void ConsistencyIndex::Note(const ConcernRecord& record, int by) {
  if (record.concern == nullptr || !WasIssued(*record.concern)) return;
  const v1::Concern& concern = *record.concern;
  const auto it = forces_.try_emplace(ForceOf(concern.name())).first;
  ForceFacts& facts = it->second;
  // One that was withdrawn should not have been raised.
  if (IsCause(concern) && concern.state() != v1::CONCERN_STATE_WITHDRAWN) {
    CountKey(concern.theme(), by, facts.causes_by_theme);
    CountKey(InspectionOf(concern.source()), by, facts.causes_by_source);
  }
  if (IsOpen(concern)) NoteOpen(concern.name(), by, facts);
  if (facts.empty()) forces_.erase(it);
}

void ConsistencyIndex::Note(const NationalRecord& record, int by) {
  if (record.recommendation == nullptr) return;
  for (const auto& item : record.items) {
    if (!IsPending(*item)) continue;
    const auto it = forces_.try_emplace(ForceOf(item->name())).first;
    NoteOpen(item->name(), by, it->second);
    if (it->second.empty()) forces_.erase(it);
  }
}

void ConsistencyIndex::NoteOpen(const std::string& name, int by, ForceFacts& facts) {
  if (by > 0) {
    facts.open.insert(name);
  } else {
    facts.open.erase(name);
  }
}

std::vector<Finding> ConsistencyIndex::CheckRegister(const RegisterFacts& facts, const std::string& force) const {
  static const ForceFacts none;
  const auto facts_of = [&](const std::string& name) -> const ForceFacts& {
    const auto it = forces_.find(name);
    return it == forces_.end() ? none : it->second;
  };
  std::vector<Finding> findings;
  for (const InadequateArea& area : facts.inadequate) {
    if (!force.empty() && area.force != force) continue;
    const ForceFacts& known = facts_of(area.force);
    if (known.causes_by_theme.count(area.theme) > 0 || known.causes_by_source.count(area.inspection) > 0 ||
        known.causes_by_source.count(area.national_inspection) > 0) {
      continue;
    }
    findings.push_back(Found(kInadequate, area.inspection, area.force,
                             absl::StrCat("The report of ", area.inspection, " grades \"", area.title,
                                          "\" as inadequate, and there is no cause of concern for it.")));
  }
  for (const EndedForce& ended : facts.ended) {
    if (!force.empty() && ended.force != force) continue;
    for (const std::string& name : facts_of(ended.force).open) {
      findings.push_back(Found(
          kEnded, name, ended.force,
          absl::StrCat(name, " is open, though the force ended on ", ended.end_date,
                       ended.successor.empty() ? "." : absl::StrCat(" and ", ended.successor, " took its place."))));
    }
  }
  return findings;
}

void ConsistencyIndex::Each(const FindingSelection& selection, absl::CivilDay today, const RegisterFacts* facts,
                            const std::optional<FindingPlace>& after,
                            const std::function<bool(const FindingPlace&, const Finding&)>& visit) const {
  const auto bad_enough = [&](v1::Severity severity) {
    return selection.at_least == v1::SEVERITY_UNSPECIFIED || severity <= selection.at_least;
  };
  const auto asked_for = [&](const std::string& force, const std::string& rule) {
    return (selection.force.empty() || force == selection.force) &&
           (selection.rule.empty() || rule == selection.rule) && bad_enough(FindRule(rule)->severity);
  };
  // What the register adds, in order, to be told between the rest.
  std::map<FindingPlace, Finding> more;
  if (facts != nullptr) {
    for (Finding& finding : CheckRegister(*facts, selection.force)) {
      FindingPlace place = PlaceOf(finding);
      if (asked_for(finding.force, finding.rule) && (!after || *after < place)) {
        more.emplace(std::move(place), std::move(finding));
      }
    }
  }
  auto next = more.begin();
  bool go_on = true;
  findings_.Each([&](const Stream& stream) { return asked_for(stream.first, stream.second); },
                 after ? &*after : nullptr,
                 [&](const FindingPlace& place, const Finding& finding) {
                   for (; go_on && next != more.end() && next->first < place; ++next) {
                     go_on = visit(next->first, next->second);
                   }
                   if (go_on && finding.from <= today) go_on = visit(place, finding);
                   return go_on;
                 });
  for (; go_on && next != more.end(); ++next) go_on = visit(next->first, next->second);
}

v1::Inconsistency ToProto(const Finding& finding) {
  v1::Inconsistency item;
  item.set_rule(finding.rule);
  item.set_severity(finding.severity);
  item.set_name(finding.name);
  item.set_force(finding.force);
  item.set_sentence(finding.sentence);
  item.set_remedy(FindRule(finding.rule)->remedy);
  return item;
}

}  // namespace oversight::concerns
