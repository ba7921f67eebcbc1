#include "monitoring-service/domain/history.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/text/text.h"
#include "common/time/partial_date.h"
#include "google/protobuf/util/message_differencer.h"
#include "monitoring-service/domain/episodes.h"
#include "monitoring-service/domain/names.h"
#include "monitoring-service/domain/reasons.h"

namespace oversight::monitoring {
namespace {

using google::protobuf::util::MessageDifferencer;

bool SameDate(const common::v1::PartialDate& a, const common::v1::PartialDate& b) {
  return FormatIso(a) == FormatIso(b);
}

// "from 2019 until 20 September 2023".
std::string InWords(const v1::Episode& episode) {
  return absl::StrCat("from ", FormatForPeople(episode.from_date()),
                      episode.has_until_date() ? " until " + FormatForPeople(episode.until_date()) : " until now");
}

// Whether there is no way to place the dates so that one ends before the other begins.
bool MustOverlap(const v1::Episode& a, const v1::Episode& b) {
  const auto may_follow = [](const v1::Episode& first, const v1::Episode& second) {
    return first.has_until_date() && MayBeOnOrBefore(first.until_date(), second.from_date());
  };
  return !may_follow(a, b) && !may_follow(b, a);
}

std::vector<std::string> TextsOf(const ReasonList& reasons) {
  std::vector<std::string> texts;
  for (const auto& reason : reasons) texts.push_back(reason.text());
  return texts;
}

// The reason of the episode that something still open is about: the one that begins with its words, up to a bracket.
// Null when none does, or more than one.
const v1::Reason* ReasonAbout(const std::vector<v1::Reason>& reasons, const std::string& still_open) {
  const std::string words = FoldCase(Tidy(still_open.substr(0, still_open.find('('))));
  const v1::Reason* about = nullptr;
  for (const auto& reason : reasons) {
    if (words.empty() || !absl::StartsWith(FoldCase(reason.text()), words)) continue;
    if (about != nullptr) return nullptr;
    about = &reason;
  }
  return about;
}

// The course of one force, walked move by move.
class Course {
 public:
  Course(const Ladders& ladders, const KnownHistory& known, HistoryPlan& plan, LineFaults& faults)
      : ladders_(ladders),
        known_(known),
        plan_(plan),
        faults_(faults),
        force_(ForceOf(known.record.monitoring.name())) {
    for (const auto& episode : known.record.episodes) spells_.push_back({.episode = episode});
  }

  void Walk(const std::vector<HistoricalMove>& moves) {
    const HistoricalMove* before = nullptr;
    for (const auto& move : moves) {
      if (before != nullptr && MustBeBefore(move.date, before->date)) {
        Fault(move, absl::StrCat("date is before that of line ", before->line,
                                 "; put the moves of a force in the order of time"));
        return;  // What follows means nothing.
      }
      before = &move;
      if (!Take(move)) return;
    }
    if (CheckOverlaps()) Store();
  }

 private:
  struct Spell {
    v1::Episode episode;
    int line = 0;  // Of the move that began or ended it; 0: this import does neither.
    bool is_new = false;
  };

  void Fault(const HistoricalMove& move, const std::string& description) { faults_.Add(move.line, description); }

  // False when the rest of the course cannot be judged.
  bool Take(const HistoricalMove& move) {
    for (const auto& decision : known_.decisions) {
      if (decision.to_stage() == move.stage->id() && SameDate(decision.effective_date(), move.date)) {
        return Recognise(move, decision);
      }
    }
    if (known_.record.monitoring.has_published()) {
      Fault(move, absl::StrCat("move is of ", force_, ", whose last move, ", known_.record.monitoring.decision(),
                               ", is not published; publish its announcement first, as an import is public at once"));
      return false;
    }
    Spell* open = Open(move);
    if (open != nullptr && open->episode.stage() == move.stage->id()) {
      Fault(move, absl::StrCat("move is to the stage that ", force_, " is in already, in ", open->episode.name(), " ",
                               InWords(open->episode), "; a line that moves it out must come before"));
      return false;
    }
    if (!move.stage->enhanced() && open == nullptr) {
      Fault(move, absl::StrCat("move closes no episode: ", force_, " is in ", move.stage->display_name(),
                               " then; a line that moves it in must come before"));
      return false;
    }
    if (open != nullptr && !CheckEnd(move, *open)) return false;
    v1::Decision decision = Decide(move, open);
    if (open != nullptr) End(move, decision, *open);
    if (move.stage->enhanced()) Begin(move, decision);
    plan_.decisions.push_back(std::move(decision));
    plan_.counts.set_decision_count(plan_.counts.decision_count() + 1);
    return true;
  }

  // The same move was imported before: what is in the file must be what is in the record.
  bool Recognise(const HistoricalMove& move, const v1::Decision& decision) {
    std::vector<std::string> other;
    Spell* begun = nullptr;
    for (auto& spell : spells_) {
      if (spell.episode.entry_decision() == decision.name()) begun = &spell;
    }
    reached_ = begun == nullptr ? "" : begun->episode.name();
    passed_ = true;
    if (move.reasons != TextsOf(decision.reasons()) || (begun != nullptr && !SameAdded(move, begun->episode))) {
      other.push_back("reasons");
    }
    const v1::HistoricalSource &a = move.source, &b = decision.historical();
    if (a.source() != b.source()) other.push_back("source");
    if (a.note() != b.note()) other.push_back("confidence");
    if (a.has_causes_of_concern() != b.has_causes_of_concern() || a.causes_of_concern() != b.causes_of_concern()) {
      other.push_back("causes_of_concern");
    }
    if (other.empty() && !MessageDifferencer::Equals(a, b)) other.push_back("reasons");  // What was still open.
    if (!other.empty()) {
      Fault(move, absl::StrCat(absl::StrJoin(other, " and "), " differ from what was imported as ", decision.name(),
                               ", and what is imported is not changed; write the line as it was"));
      return true;
    }
    plan_.counts.set_unchanged_count(plan_.counts.unchanged_count() + 1);
    return true;
  }

  static bool SameAdded(const HistoricalMove& move, const v1::Episode& episode) {
    std::vector<const v1::AddedReason*> imported;
    for (const auto& added : episode.added_reasons()) {
      if (added.historical()) imported.push_back(&added);
    }
    const auto same = [](const v1::AddedReason& a, const v1::AddedReason* b) {
      return a.reason().text() == b->reason().text() && SameDate(a.added_date(), b->added_date());
    };
    return std::equal(move.added_reasons.begin(), move.added_reasons.end(), imported.begin(), imported.end(), same);
  }

  // The episode that the force is in at this point of the course; null: none. Where the file begins, that is the one
  // which lasts in the record; it is closed by a move out, and a move in is judged by the dates.
  Spell* Open(const HistoricalMove& move) {
    const bool first_out = !passed_ && !move.stage->enhanced();
    for (auto& spell : spells_) {
      if (first_out ? !spell.episode.has_until_date() : spell.episode.name() == reached_) return &spell;
    }
    return nullptr;
  }

  bool CheckEnd(const HistoricalMove& move, const Spell& open) {
    const auto& episode = open.episode;
    if (episode.has_until_date()) {
      Fault(move, absl::StrCat("move closes ", episode.name(), ", which lasted ", InWords(episode),
                               " and was closed by ", episode.exit_decision(), "; leave the line out"));
      return false;
    }
    if (!episode.has_historical_entry()) {
      Fault(move, absl::StrCat("move closes ", episode.name(),
                               ", which was begun in this record and not imported; propose and decide its end"));
      return false;
    }
    if (MustBeBefore(move.date, episode.from_date())) {
      Fault(move, absl::StrCat("date is before ", episode.name(), " began, ", FormatForPeople(episode.from_date())));
      return false;
    }
    for (const auto& added : episode.added_reasons()) {
      if (!MustBeAfter(added.added_date(), move.date)) continue;
      Fault(move, absl::StrCat("date is before reason ", added.reason().id(), " of ", episode.name(), " came, ",
                               FormatForPeople(added.added_date())));
      return false;
    }
    return true;
  }

  v1::Decision Decide(const HistoricalMove& move, const Spell* open) {
    v1::Decision decision;
    decision.set_name(absl::StrCat(DecisionPrefix(force_), known_.record.last_decision + ++new_decisions_));
    decision.set_outcome(v1::DECISION_OUTCOME_APPROVED);
    decision.set_state(v1::DECISION_STATE_IN_EFFECT);
    decision.set_from_stage(open == nullptr ? ladders_.default_stage().id() : open->episode.stage());
    decision.set_to_stage(move.stage->id());
    decision.set_ladder(ladders_.in_force().name());
    *decision.mutable_effective_date() = move.date;
    *decision.mutable_historical() = move.source;
    int number = 0;
    for (const auto& text : move.reasons) {
      auto* reason = decision.add_reasons();
      reason->set_text(text);
      reason->set_id(ReasonId(++number));
    }
    if (open == nullptr) return decision;
    const auto reasons = ReasonsOf(open->episode);
    for (const auto& still_open : move.source.still_open()) {
      const auto* about = ReasonAbout(reasons, still_open);
      if (about == nullptr) continue;
      auto* outcome = decision.add_reason_outcomes();
      outcome->set_reason(about->id());
      outcome->set_end(v1::REASON_END_CARRIED_FORWARD);
      outcome->set_text(still_open);
    }
    return decision;
  }

  void Begin(const HistoricalMove& move, const v1::Decision& decision) {
    v1::Episode episode;
    episode.set_name(absl::StrCat(EpisodePrefix(force_), known_.record.last_episode + ++new_episodes_));
    episode.set_stage(decision.to_stage());
    episode.set_ladder(decision.ladder());
    *episode.mutable_from_date() = move.date;
    episode.set_entry_decision(decision.name());
    *episode.mutable_entry_reasons() = decision.reasons();
    int number = decision.reasons_size();
    for (const auto& added : move.added_reasons) {
      *episode.add_added_reasons() = added;
      episode.mutable_added_reasons()->rbegin()->mutable_reason()->set_id(ReasonId(++number));
    }
    *episode.mutable_historical_entry() = move.source;
    reached_ = episode.name();
    passed_ = true;
    spells_.push_back({.episode = std::move(episode), .line = move.line, .is_new = true});
    plan_.counts.set_begun_episode_count(plan_.counts.begun_episode_count() + 1);
  }

  void End(const HistoricalMove& move, const v1::Decision& decision, Spell& spell) {
    auto& episode = spell.episode;
    *episode.mutable_until_date() = move.date;
    episode.set_exit_decision(decision.name());
    *episode.mutable_exit_reasons() = decision.reasons();
    *episode.mutable_reason_outcomes() = decision.reason_outcomes();
    *episode.mutable_historical_exit() = move.source;
    *episode.mutable_length() = LengthOf(episode);
    spell.line = move.line;
    reached_.clear();
    passed_ = true;
    plan_.counts.set_ended_episode_count(plan_.counts.ended_episode_count() + 1);
  }

  bool CheckOverlaps() {
    bool good = true;
    for (const auto& spell : spells_) {
      for (const auto& other : spells_) {
        if (spell.line == 0 || other.is_new || &spell == &other || !MustOverlap(spell.episode, other.episode)) continue;
        faults_.Add(spell.line, absl::StrCat("date makes an episode ", InWords(spell.episode), ", which overlaps ",
                                             other.episode.name(), " ", InWords(other.episode),
                                             "; leave the line out, or put its date right"));
        good = false;
      }
    }
    return good;
  }

  void Store() {
    const Spell* newest = nullptr;
    for (const auto& spell : spells_) {
      if (spell.line > 0) plan_.episodes.push_back(spell.episode);
      if (newest == nullptr || IsLater(spell.episode, newest->episode)) newest = &spell;
    }
    // The stage now is that of the last move, which may be one of the record and not of the file.
    if (newest == nullptr || newest->line == 0) return;
    const auto& episode = newest->episode;
    v1::Monitoring monitoring = VirtualMonitoring(ladders_, force_);
    if (episode.has_until_date()) {
      *monitoring.mutable_since_date() = episode.until_date();
      monitoring.set_decision(episode.exit_decision());
    } else {
      const auto* stage = ladders_.FindStage(episode.stage());
      monitoring.set_stage(stage->id());
      monitoring.set_stage_display_name(stage->display_name());
      monitoring.set_enhanced(stage->enhanced());
      *monitoring.mutable_since_date() = episode.from_date();
      monitoring.set_decision(episode.entry_decision());
      monitoring.set_episode(episode.name());
    }
    plan_.monitoring.push_back(std::move(monitoring));
  }

  static bool IsLater(const v1::Episode& a, const v1::Episode& b) {
    if (a.has_until_date() != b.has_until_date()) return !a.has_until_date();
    return a.has_until_date() ? SortsBefore(b.until_date(), a.until_date()) : SortsBefore(b.from_date(), a.from_date());
  }

  const Ladders& ladders_;
  const KnownHistory& known_;
  HistoryPlan& plan_;
  LineFaults& faults_;
  const std::string force_;
  std::vector<Spell> spells_;
  std::string reached_;  // The episode the force is in after the moves so far; "": none.
  bool passed_ = false;  // There were moves so far.
  int64_t new_decisions_ = 0, new_episodes_ = 0;
};

}  // namespace

std::map<std::string, std::vector<HistoricalMove>> ByForce(const HistoryFile& file) {
  std::map<std::string, std::vector<HistoricalMove>> by_force;
  for (const auto& move : file.moves) {
    if (file.faulty_forces.count(move.force) == 0) by_force[move.force].push_back(move);
  }
  return by_force;
}

void PlanHistory(const Ladders& ladders, const std::vector<HistoricalMove>& moves, const KnownHistory& known,
                 HistoryPlan& plan, LineFaults& faults) {
  Course(ladders, known, plan, faults).Walk(moves);
}

}  // namespace oversight::monitoring
