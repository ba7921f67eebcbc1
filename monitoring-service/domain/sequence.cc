#include "monitoring-service/domain/sequence.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "common/time/london.h"
#include "common/time/partial_date.h"
#include "monitoring-service/domain/moments.h"
#include "monitoring-service/domain/names.h"

namespace oversight::monitoring {
namespace {

using common::v1::PartialDate;

// "in confidence" for DISCLOSURE_CONFIDENCE_IN_CONFIDENCE.
std::string Words(const std::string& value, const char* prefix) {
  return absl::AsciiStrToLower(absl::StrReplaceAll(std::string(absl::StripPrefix(value, prefix)), {{"_", " "}}));
}

// Sentences, one after the other, of what is not empty.
std::string Sentences(const std::vector<std::string>& parts) {
  std::vector<std::string> sentences;
  for (const auto& part : parts) {
    if (part.empty()) continue;
    const char last = part.back();
    sentences.push_back(last == '.' || last == '!' || last == '?' ? part : part + ".");
  }
  return absl::StrJoin(sentences, " ");
}

std::string ReasonsInWords(const google::protobuf::RepeatedPtrField<v1::Reason>& reasons) {
  return absl::StrJoin(reasons, "; ", [](std::string* out, const v1::Reason& reason) {
    absl::StrAppend(out, reason.id(), reason.id().empty() ? "" : ": ", reason.text());
  });
}

std::string OutcomesInWords(const google::protobuf::RepeatedPtrField<v1::ReasonOutcome>& outcomes) {
  std::vector<std::string> words;
  for (const auto& outcome : outcomes) {
    words.push_back(absl::StrCat(outcome.reason(), " ", Words(v1::ReasonEnd_Name(outcome.end()), "REASON_END_"),
                                 outcome.superseded_by().empty() ? "" : " by " + outcome.superseded_by(),
                                 outcome.followed_by().empty() ? "" : ", followed by " + outcome.followed_by()));
  }
  return words.empty() ? "" : absl::StrCat("How the reasons ended: ", absl::StrJoin(words, "; "));
}

std::string GroundInWords(v1::Ground ground, const std::string& text) {
  if (!text.empty()) return text;
  return ground == v1::GROUND_UNSPECIFIED ? "" : Words(v1::Ground_Name(ground), "GROUND_");
}

absl::Time EndOf(const PartialDate& date) {
  return LondonTime(absl::CivilMinute(DayInterval(date).last + 1)) - absl::Microseconds(1);
}

// The moment by which it must have happened: that of the act, or the end of its date, and it was not recorded before
// it happened. Orders the display; it proves nothing.
absl::Time Latest(const v1::SequenceAct& act) {
  if (act.has_effective_time()) return ToTime(act.effective_time());
  if (!act.has_effective_date()) return absl::InfinitePast();  // Of a concern, and those came first.
  const absl::Time latest = EndOf(act.effective_date());
  return act.has_recorded_time() ? std::min(latest, ToTime(act.recorded_time())) : latest;
}

absl::Time Published(const v1::SequenceAct& act) {
  if (act.has_published_time()) return ToTime(act.published_time());
  if (!act.has_published_date()) return absl::InfiniteFuture();
  return EndOf(act.published_date());
}

absl::Time RecordedAt(const v1::SequenceAct& act) {
  return act.has_recorded_time() ? ToTime(act.recorded_time()) : absl::InfinitePast();
}

// What comes first of what may have been at one moment.
int Rank(v1::SequenceActKind kind) { return kind == v1::SEQUENCE_ACT_KIND_EARLIER_MOVE ? 0 : static_cast<int>(kind); }

class Sequence {
 public:
  Sequence(const SequenceRecord& record, const KnownFacts& facts) : record_(record), facts_(facts) {}

  v1::GetDecisionSequenceResponse Make(v1::SequenceClock clock) {
    AddConcerns();
    for (const auto& version : record_.proposals) AddProposal(version);
    for (const auto& version : record_.advice) AddAdvice(version);
    for (const auto& version : record_.disclosures) AddDisclosure(version);
    for (const auto& version : record_.decisions) AddDecision(version);
    for (const auto& version : record_.episodes) AddEpisode(version);
    for (const auto& version : record_.announcements) AddAnnouncement(version);
    Sort(clock);
    v1::GetDecisionSequenceResponse response;
    response.set_decision(record_.decision);
    const std::string force = ForceOf(record_.decision);
    response.set_title(absl::StrCat(record_.force_display_name.empty() ? force : record_.force_display_name, " to ",
                                    record_.stage_display_name));
    for (auto& placed : acts_) *response.add_acts() = std::move(placed.act);
    return response;
  }

 private:
  struct Placed {
    v1::SequenceAct act;
    absl::Time latest;
    int rank;
  };

  v1::SequenceAct Act(v1::SequenceActKind kind, const std::string& resource, const common::v1::ChangeInfo& change,
                      std::string words) {
    v1::SequenceAct act;
    act.set_kind(kind);
    act.set_words(std::move(words));
    act.set_actor(change.actor());
    act.set_resource(resource);
    act.set_revision(change.revision());
    *act.mutable_recorded_time() = change.recorded_time();
    return act;
  }
  static void SetTime(const google::protobuf::Timestamp& time, v1::SequenceAct& act) {
    *act.mutable_effective_time() = time;
    *act.mutable_effective_date() = ToPartialDate(LondonDay(ToTime(time)));
  }
  void Add(v1::SequenceAct act) {
    const int rank = Rank(act.kind());
    Add(std::move(act), rank);
  }
  void Add(v1::SequenceAct act, int rank) {
    if (act.when().empty()) {
      act.set_when(act.has_effective_time()   ? FormatMinuteForPeople(ToTime(act.effective_time()))
                   : act.has_effective_date() ? FormatForPeople(act.effective_date())
                                              : "not known");
    }
    const absl::Time latest = Latest(act);
    acts_.push_back({std::move(act), latest, rank});
  }

  const v1::Decision& Last() const { return record_.decisions.back().resource; }

  // A proposal has no date of its own: it was made when it was recorded, unless what rests on it was recorded as done
  // before. Then all that is known is that it came before that.
  void SetMade(const common::v1::ChangeInfo& change, const std::vector<PartialDate>& rest_on_it,
               v1::SequenceAct& act) const {
    const auto first = std::min_element(
        rest_on_it.begin(), rest_on_it.end(),
        [](const PartialDate& a, const PartialDate& b) { return DayInterval(a).last < DayInterval(b).last; });
    if (first != rest_on_it.end() && MustBeBefore(*first, LondonDay(ToTime(change.recorded_time())))) {
      *act.mutable_effective_date() = *first;
      act.set_when(absl::StrCat("by ", FormatForPeople(*first)));
    } else {
      SetTime(change.recorded_time(), act);
    }
  }

  std::vector<PartialDate> WhenDecided() const {
    if (record_.decisions.empty() || !Last().has_decided_date()) return {};
    return {Last().decided_date()};
  }
  // When it was decided on, when somebody was told of the proposal, and when advice was given on it.
  std::vector<PartialDate> WhatRestsOnTheProposal() const {
    std::vector<PartialDate> dates = WhenDecided();
    for (const auto& version : record_.advice) dates.push_back(version.resource.advice_date());
    for (const auto& version : record_.disclosures) {
      const auto& disclosure = version.resource;
      if (!IsAbout(disclosure.about()) || disclosure.about() == record_.decision) continue;
      dates.push_back(disclosure.has_disclosed_time() ? ToPartialDate(LondonDay(ToTime(disclosure.disclosed_time())))
                                                      : disclosure.disclosed_date());
    }
    return dates;
  }

  void AddConcerns() {
    if (record_.decisions.empty()) return;
    std::set<std::string> told;
    for (const auto& reason : Last().reasons()) {
      if (reason.concern().empty() || !told.insert(reason.concern()).second) continue;
      const auto concern = facts_.Concern(reason.concern());
      const bool milder = concern != nullptr && concern->kind() == concerns::v1::CONCERN_KIND_AREA_FOR_IMPROVEMENT;
      v1::SequenceAct act;
      act.set_kind(v1::SEQUENCE_ACT_KIND_CONCERN_ISSUED);
      act.set_words(absl::StrCat(milder ? "Area for improvement" : "Cause of concern",
                                 " issued: ", concern != nullptr ? concern->title() : reason.concern_title(), "."));
      act.set_resource(reason.concern());
      act.set_revision(reason.concern_revision());
      if (concern != nullptr && concern->has_issue_date()) *act.mutable_effective_date() = concern->issue_date();
      if (concern != nullptr && concern->published().has_date()) {
        *act.mutable_published_date() = concern->published().date();
      }
      Add(std::move(act));
    }
  }

  void AddProposal(const Recorded<v1::Proposal>& version) {
    const auto& [proposal, change] = version;
    if (change.verb() == "CreateProposal") {
      const std::string ground = GroundInWords(proposal.ground(), proposal.ground_text());
      auto act = Act(v1::SEQUENCE_ACT_KIND_PROPOSED, proposal.name(), change,
                     Sentences({absl::StrCat("Proposed: ", record_.stage_display_name),
                                ground.empty() ? "" : absl::StrCat("Ground: ", ground),
                                absl::StrCat("Reasons: ", ReasonsInWords(proposal.reasons())),
                                OutcomesInWords(proposal.reason_outcomes()), DossierInWords(proposal)}));
      SetMade(change, WhatRestsOnTheProposal(), act);
      Add(std::move(act));
    } else if (change.verb() == "RefreshProposal") {
      auto act = Act(v1::SEQUENCE_ACT_KIND_DOSSIER_REFRESHED, proposal.name(), change,
                     Sentences({"The proposal was brought up to the facts of the day", DossierInWords(proposal)}));
      SetMade(change, WhenDecided(), act);
      Add(std::move(act));
    }
  }
  static std::string DossierInWords(const v1::Proposal& proposal) {
    if (!proposal.has_dossier()) return "";
    const auto& dossier = proposal.dossier();
    return absl::StrCat("Dossier ", dossier.version(), " holds ", dossier.facts_size(),
                        dossier.facts_size() == 1 ? " fact" : " facts");
  }

  void AddAdvice(const Recorded<v1::Advice>& version) {
    const auto& [advice, change] = version;
    if (change.verb() != "CreateAdvice" || MarksOnly(advice)) return;
    auto act = Act(v1::SEQUENCE_ACT_KIND_ADVISED, advice.name(), change,
                   Sentences({absl::StrCat("Advice of ", BodyInWords(advice), ", on dossier ", advice.dossier_version(),
                                           ": ", Words(v1::AdviceView_Name(advice.view()), "ADVICE_VIEW_")),
                              advice.text(), CorrectionInWords(advice)}));
    *act.mutable_effective_date() = advice.advice_date();
    Add(std::move(act));
  }

  static std::string BodyInWords(const v1::Advice& advice) {
    if (!advice.body_name().empty()) return advice.body_name();
    switch (advice.body()) {
      case v1::ADVISORY_BODY_HMI_MONITORING_GROUP:
        return "the HMI monitoring group";
      case v1::ADVISORY_BODY_HMCI_BOARD:
        return "HMCI's board";
      case v1::ADVISORY_BODY_OVERSIGHT_GROUP:
        return "the oversight group";
      default:
        return "another body";
    }
  }

  void AddDisclosure(const Recorded<v1::Disclosure>& version) {
    const auto& [disclosure, change] = version;
    if (MarksOnly(disclosure) || !IsAbout(disclosure.about())) return;
    std::string confidence = Words(v1::DisclosureConfidence_Name(disclosure.confidence()), "DISCLOSURE_CONFIDENCE_");
    if (disclosure.confidence() == v1::DISCLOSURE_CONFIDENCE_NONE) confidence = "without confidence";
    if (disclosure.has_embargo_time()) {
      absl::StrAppend(&confidence, " until ", FormatMinuteForPeople(ToTime(disclosure.embargo_time())));
    }
    auto act = Act(
        v1::SEQUENCE_ACT_KIND_DISCLOSED, disclosure.name(), change,
        Sentences({absl::StrCat(disclosure.recipient_name(), " told ", confidence, " by ", disclosure.teller(), " (",
                                Words(v1::DisclosureChannel_Name(disclosure.channel()), "DISCLOSURE_CHANNEL_"), ")"),
                   disclosure.text(), CorrectionInWords(disclosure)}));
    if (disclosure.has_disclosed_time()) {
      SetTime(disclosure.disclosed_time(), act);
    } else {
      *act.mutable_effective_date() = disclosure.disclosed_date();
    }
    // Of a decision nobody is told before it is taken.
    const bool of_decision = disclosure.about() == record_.decision;
    Add(std::move(act), Rank(of_decision ? v1::SEQUENCE_ACT_KIND_DECIDED : v1::SEQUENCE_ACT_KIND_DISCLOSED));
  }
  bool IsAbout(const std::string& about) const {
    return about == record_.decision || (!record_.decisions.empty() && about == Last().proposal());
  }

  // A later version of it only says that it was corrected; the correction tells that itself.
  template <class T>
  bool MarksOnly(const T& resource) {
    return !seen_.insert(resource.name()).second;
  }
  template <class T>
  static std::string CorrectionInWords(const T& resource) {
    if (resource.corrects().empty()) return "";
    return absl::StrCat("This corrects ", resource.corrects(), ": ", resource.correction_reason());
  }

  void AddDecision(const Recorded<v1::Decision>& version) {
    const auto& [decision, change] = version;
    const v1::DecisionState before = std::exchange(state_, decision.state());
    if (!seen_.insert(decision.name()).second) {
      // A later version may say only that it was published.
      if (decision.state() != before) AddWhatBecame(version);
      return;
    }
    if (decision.has_historical()) {
      const auto& source = decision.historical();
      auto act = Act(v1::SEQUENCE_ACT_KIND_IMPORTED, decision.name(), change,
                     Sentences({absl::StrCat("Imported from ", source.source()),
                                source.note().empty() ? "" : absl::StrCat("How sure it is: ", source.note())}));
      SetTime(change.recorded_time(), act);
      Add(std::move(act));
      AddEffect(version);
      return;
    }
    const bool approved = decision.outcome() == v1::DECISION_OUTCOME_APPROVED;
    std::string outcome = Words(v1::DecisionOutcome_Name(decision.outcome()), "DECISION_OUTCOME_");
    outcome[0] = absl::ascii_toupper(outcome[0]);
    if (approved) {
      absl::StrAppend(&outcome, ", with effect ",
                      decision.has_effective_time() ? "at " + FormatMinuteForPeople(ToTime(decision.effective_time()))
                                                    : "from " + FormatForPeople(decision.effective_date()));
    }
    auto act =
        Act(v1::SEQUENCE_ACT_KIND_DECIDED, decision.name(), change,
            Sentences({outcome, decision.rationale(),
                       decision.conditions().empty() ? "" : "Conditions: " + absl::StrJoin(decision.conditions(), "; "),
                       decision.has_review_by_date()
                           ? "To be looked at again by " + FormatForPeople(decision.review_by_date())
                           : ""}));
    if (!decision.decider().empty()) act.set_actor(decision.decider());
    if (decision.has_decided_date()) {
      *act.mutable_effective_date() = decision.decided_date();
    } else {
      SetTime(change.recorded_time(), act);
    }
    SetPublished(act);
    Add(std::move(act));
    if (decision.state() == v1::DECISION_STATE_IN_EFFECT ||
        (approved && decision.state() == v1::DECISION_STATE_UNSPECIFIED))
      AddEffect(version);
  }

  void AddEffect(const Recorded<v1::Decision>& version) {
    const auto& [decision, change] = version;
    auto act =
        Act(v1::SEQUENCE_ACT_KIND_TOOK_EFFECT, decision.name(), change,
            Sentences({absl::StrCat(record_.force_display_name.empty() ? "The force" : record_.force_display_name,
                                    " moved to ", record_.stage_display_name),
                       decision.has_historical() ? "Reasons: " + ReasonsInWords(decision.reasons()) : "",
                       decision.has_historical() ? OutcomesInWords(decision.reason_outcomes()) : ""}));
    // Who imported a move did not make it.
    if (decision.has_historical()) act.clear_actor();
    *act.mutable_effective_date() = decision.effective_date();
    if (decision.has_effective_time()) SetTime(decision.effective_time(), act);
    SetPublished(act);
    Add(std::move(act));
  }
  // The announcement is what tells the public that it was decided and took effect.
  void SetPublished(v1::SequenceAct& act) const {
    const auto& publication = Last().publication();
    if (!publication.has_published_time()) return;
    *act.mutable_published_time() = publication.published_time();
    *act.mutable_published_date() = ToPartialDate(LondonDay(ToTime(publication.published_time())));
  }

  void AddWhatBecame(const Recorded<v1::Decision>& version) {
    const auto& [decision, change] = version;
    if (decision.state() == v1::DECISION_STATE_IN_EFFECT) return AddEffect(version);
    if (decision.state() == v1::DECISION_STATE_LAPSED) {
      auto act = Act(v1::SEQUENCE_ACT_KIND_LAPSED, decision.name(), change,
                     Sentences({"The approval lapsed", decision.lapse().text()}));
      SetTime(decision.lapse().lapse_time(), act);
      Add(std::move(act));
    } else if (decision.state() == v1::DECISION_STATE_REVOKED) {
      auto act = Act(v1::SEQUENCE_ACT_KIND_REVOKED, decision.name(), change,
                     Sentences({"The approval was taken back", decision.revocation().reason()}));
      SetTime(decision.revocation().revoke_time(), act);
      Add(std::move(act));
    }
  }

  void AddEpisode(const Recorded<v1::Episode>& version) {
    const auto& [episode, change] = version;
    const bool begun = episode.entry_decision() == record_.decision;
    if (begun) {
      for (const auto& added : episode.added_reasons()) AddReason(episode, added, change);
    }
    if (begun && !episode.exit_decision().empty()) {
      AddMove(v1::SEQUENCE_ACT_KIND_LATER_MOVE, episode.exit_decision(), episode.until_date(),
              WhoMoved(change, episode.has_historical_exit()),
              Sentences({absl::StrCat("The episode ", episode.name(), " ended"),
                         "Reasons: " + ReasonsInWords(episode.exit_reasons()),
                         OutcomesInWords(episode.reason_outcomes()), OpenInWords(episode)}));
    }
    // Told by the first version of the episode, which is in the list if the one that this decision ended is.
    if (!begun && EndedHere(episode.name())) {
      AddMove(v1::SEQUENCE_ACT_KIND_EARLIER_MOVE, episode.entry_decision(), episode.from_date(),
              WhoMoved(change, episode.has_historical_entry()),
              Sentences({absl::StrCat("The episode ", episode.name(), " began"),
                         "Reasons: " + ReasonsInWords(episode.entry_reasons())}));
    }
  }
  static common::v1::ChangeInfo WhoMoved(common::v1::ChangeInfo change, bool imported) {
    if (imported) change.clear_actor();
    return change;
  }
  bool EndedHere(const std::string& episode) const {
    return std::any_of(record_.episodes.begin(), record_.episodes.end(), [&](const auto& version) {
      return version.resource.name() == episode && version.resource.exit_decision() == record_.decision;
    });
  }
  static std::string OpenInWords(const v1::Episode& episode) {
    const auto title = [](std::string* out, const v1::OpenCause& cause) { out->append(cause.title()); };
    return episode.open_causes().empty()
               ? ""
               : absl::StrCat("Causes of concern open then: ", absl::StrJoin(episode.open_causes(), "; ", title));
  }
  void AddReason(const v1::Episode& episode, const v1::AddedReason& added, const common::v1::ChangeInfo& change) {
    if (!seen_.insert(absl::StrCat(episode.name(), " ", added.reason().id())).second) return;
    auto act = Act(v1::SEQUENCE_ACT_KIND_REASON_ADDED, episode.name(), change,
                   Sentences({absl::StrCat("Reason ", added.reason().id(), " added: ", added.reason().text()),
                              added.rationale()}));
    *act.mutable_effective_date() = added.added_date();
    Add(std::move(act));
  }
  void AddMove(v1::SequenceActKind kind, const std::string& decision, const PartialDate& date,
               const common::v1::ChangeInfo& change, std::string words) {
    if (!seen_.insert(absl::StrCat(static_cast<int>(kind), " ", decision)).second) return;
    auto act = Act(kind, decision, change, std::move(words));
    *act.mutable_effective_date() = date;
    Add(std::move(act));
  }

  // Edits of the text are among the versions of the announcement, and no acts around the decision.
  void AddAnnouncement(const Recorded<v1::Announcement>& version) {
    const auto& [announcement, change] = version;
    if (announcement.decision() != record_.decision) return;
    const bool first = seen_.insert(announcement.name()).second;
    const auto before = std::exchange(announcement_states_[announcement.name()], announcement.state());
    if (first) {
      return AddStep(v1::SEQUENCE_ACT_KIND_ANNOUNCEMENT_DRAFTED, version,
                     Sentences({absl::StrCat("Announcement drafted: ", HeadlineOf(announcement)),
                                CorrectionInWords(announcement)}));
    }
    if (announcement.state() == before) return;
    switch (announcement.state()) {
      case v1::ANNOUNCEMENT_STATE_DRAFT:
        if (announcement.return_reason().empty()) return;
        return AddStep(v1::SEQUENCE_ACT_KIND_ANNOUNCEMENT_RETURNED, version,
                       Sentences({"The announcement was sent back", announcement.return_reason()}));
      case v1::ANNOUNCEMENT_STATE_IN_REVIEW:
        return AddStep(v1::SEQUENCE_ACT_KIND_ANNOUNCEMENT_SUBMITTED, version,
                       "The announcement was sent to a second pair of eyes.");
      case v1::ANNOUNCEMENT_STATE_REVIEWED:
        return AddStep(v1::SEQUENCE_ACT_KIND_ANNOUNCEMENT_REVIEWED, version,
                       "The announcement was reviewed and agreed.");
      case v1::ANNOUNCEMENT_STATE_CLEARED:
        if (before != v1::ANNOUNCEMENT_STATE_SCHEDULED) {
          return AddStep(v1::SEQUENCE_ACT_KIND_ANNOUNCEMENT_CLEARED, version,
                         "The press office cleared the announcement.");
        }
        if (announcement.has_held_back()) {
          std::vector<std::string> words = {"The announcement was held back at its minute"};
          for (const auto& violation : announcement.held_back().violations()) words.push_back(violation.description());
          return AddStep(v1::SEQUENCE_ACT_KIND_ANNOUNCEMENT_HELD_BACK, version, Sentences(words));
        }
        return AddStep(v1::SEQUENCE_ACT_KIND_ANNOUNCEMENT_PULLED, version,
                       Sentences({"The release was pulled", announcement.pull_reason()}));
      case v1::ANNOUNCEMENT_STATE_SCHEDULED:
        return AddStep(v1::SEQUENCE_ACT_KIND_ANNOUNCEMENT_SCHEDULED, version,
                       Sentences({absl::StrCat("The announcement is to go out at ",
                                               FormatMinuteForPeople(ToTime(announcement.publish_time())))}));
      case v1::ANNOUNCEMENT_STATE_PUBLISHED: {
        auto act = Act(v1::SEQUENCE_ACT_KIND_PUBLISHED, announcement.name(), change,
                       Sentences({absl::StrCat("Published: ", HeadlineOf(announcement))}));
        SetTime(announcement.published_time(), act);
        *act.mutable_published_time() = announcement.published_time();
        *act.mutable_published_date() = act.effective_date();
        return Add(std::move(act));
      }
      case v1::ANNOUNCEMENT_STATE_WITHDRAWN:
        return AddStep(v1::SEQUENCE_ACT_KIND_ANNOUNCEMENT_WITHDRAWN, version,
                       Sentences({"The announcement was withdrawn", announcement.withdrawal_reason()}));
      default:  // That it was corrected is told by the correction.
        return;
    }
  }
  void AddStep(v1::SequenceActKind kind, const Recorded<v1::Announcement>& version, std::string words) {
    auto act = Act(kind, version.resource.name(), version.change, std::move(words));
    SetTime(version.change.recorded_time(), act);
    Add(std::move(act));
  }
  static std::string HeadlineOf(const v1::Announcement& announcement) {
    for (const auto& statement : announcement.statements()) {
      if (statement.part() == v1::STATEMENT_PART_HEADLINE) return statement.text();
    }
    return announcement.name();
  }

  // What led to a move came before it, also where only its date is known.
  void PlaceBeforeEffect() {
    absl::Time effect = absl::InfiniteFuture();
    for (const auto& [act, latest, rank] : acts_) {
      if (act.kind() == v1::SEQUENCE_ACT_KIND_TOOK_EFFECT) effect = latest;
    }
    for (auto& [act, latest, rank] : acts_) {
      const bool led = act.kind() <= v1::SEQUENCE_ACT_KIND_DECIDED && act.kind() != v1::SEQUENCE_ACT_KIND_DISCLOSED;
      if (led && !act.has_effective_time()) latest = std::min(latest, effect);
    }
  }

  void Sort(v1::SequenceClock clock) {
    PlaceBeforeEffect();
    std::stable_sort(acts_.begin(), acts_.end(), [clock](const Placed& a, const Placed& b) {
      const auto key = [clock](const Placed& placed) {
        const auto& act = placed.act;
        const absl::Time first = clock == v1::SEQUENCE_CLOCK_RECORDED    ? RecordedAt(act)
                                 : clock == v1::SEQUENCE_CLOCK_PUBLISHED ? Published(act)
                                                                         : placed.latest;
        return std::tuple(first, placed.latest, placed.rank, act.revision());
      };
      return key(a) < key(b);
    });
  }

  const SequenceRecord& record_;
  const KnownFacts& facts_;
  std::set<std::string> seen_;
  v1::DecisionState state_ = v1::DECISION_STATE_UNSPECIFIED;          // Of the version of the decision looked at last.
  std::map<std::string, v1::AnnouncementState> announcement_states_;  // The same, by announcement.
  std::vector<Placed> acts_;
};

}  // namespace

v1::GetDecisionSequenceResponse MakeSequence(const SequenceRecord& record, const KnownFacts& facts,
                                             v1::SequenceClock clock) {
  return Sequence(record, facts).Make(clock);
}

}  // namespace oversight::monitoring
