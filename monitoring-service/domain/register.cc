#include "monitoring-service/domain/register.h"

#include <algorithm>
#include <set>

#include "common/time/partial_date.h"
#include "monitoring-service/domain/names.h"
#include "monitoring-service/domain/publication.h"
#include "monitoring-service/domain/reasons.h"

namespace oversight::monitoring {
namespace {

using common::v1::PartialDate;
using Decisions = std::map<std::string, v1::Decision>;

constexpr auto kNo = v1::REGISTER_CERTAINTY_UNSPECIFIED;

bool IsPublic(const Decisions& decisions, const std::string& name) {
  const auto found = decisions.find(name);
  return found != decisions.end() && IsPublished(found->second);
}

v1::RegisterCertainty Sure(bool must, bool may) {
  if (must) return v1::REGISTER_CERTAINTY_CERTAIN;
  return may ? v1::REGISTER_CERTAINTY_POSSIBLE : kNo;
}

// Whether it was in the stage on the date. The day it was moved out does not count.
v1::RegisterCertainty CurrentOn(const v1::RegisterEntry& entry, const PartialDate& date) {
  const auto& from = entry.from_date();
  if (!entry.has_until_date()) return Sure(MustBeOnOrBefore(from, date), MayBeOnOrBefore(from, date));
  const auto& until = entry.until_date();
  // On one and the same day each: three intervals that meet two by two have a day in common.
  return Sure(MustBeOnOrBefore(from, date) && MustBeBefore(date, until),
              MayBeOnOrBefore(from, date) && MayBeBefore(date, until) && MayBeBefore(from, until));
}

v1::RegisterCertainty PreviousOn(const v1::RegisterEntry& entry, const PartialDate& date) {
  if (!entry.has_until_date()) return kNo;
  return Sure(MustBeOnOrBefore(entry.until_date(), date), MayBeOnOrBefore(entry.until_date(), date));
}

void TellEnd(const v1::Episode& episode, v1::RegisterEntry& entry) {
  *entry.mutable_until_date() = episode.until_date();
  *entry.mutable_length() = episode.length();
  for (const auto& reason : episode.exit_reasons()) entry.add_reasons_out(reason.text());
  if (episode.has_historical_exit()) {
    const auto& source = episode.historical_exit();
    *entry.mutable_exit_source() = source;
    *entry.mutable_still_open() = source.still_open();
    if (source.has_causes_of_concern()) entry.set_open_cause_count(source.causes_of_concern());
    return;
  }
  // What goes on is told by the reason, which is to be published, and the other open causes by their titles.
  std::map<std::string, v1::Reason> reasons;
  for (auto& reason : ReasonsOf(episode)) reasons[reason.id()] = reason;
  std::set<std::string> told;
  for (const auto& outcome : episode.reason_outcomes()) {
    if (outcome.end() != v1::REASON_END_CARRIED_FORWARD) continue;
    const auto& reason = reasons[outcome.reason()];
    entry.add_still_open(reason.text());
    told.insert(reason.concern());
  }
  int open_causes = 0;
  for (const auto& open : episode.open_causes()) {
    const bool by_its_reason = told.count(open.concern()) > 0;
    if (!by_its_reason && !open.published()) continue;
    if (!by_its_reason) entry.add_still_open(open.title());
    ++open_causes;
  }
  entry.set_open_cause_count(open_causes);
}

v1::RegisterEntry Tell(const Ladders& ladders, const v1::Episode& episode, bool ended, const DisplayNameOf& name_of) {
  v1::RegisterEntry entry;
  entry.set_force(ForceOf(episode.name()));
  entry.set_force_display_name(name_of(entry.force()));
  entry.set_stage_display_name(episode.stage());
  if (const auto* ladder = ladders.Find(episode.ladder())) {
    for (const auto& stage : ladder->stages()) {
      if (stage.id() == episode.stage()) entry.set_stage_display_name(stage.display_name());
    }
  }
  *entry.mutable_from_date() = episode.from_date();
  for (const auto& reason : episode.entry_reasons()) entry.add_reasons_in(reason.text());
  for (const auto& added : episode.added_reasons()) {
    if (!IsPublished(added)) continue;
    auto* told = entry.add_added_reasons();
    told->set_text(added.reason().text());
    *told->mutable_added_date() = added.added_date();
  }
  if (episode.has_historical_entry()) *entry.mutable_entry_source() = episode.historical_entry();
  if (ended) TellEnd(episode, entry);
  return entry;
}

}  // namespace

v1::GetRegisterResponse MakeRegister(const Ladders& ladders, const std::vector<v1::Episode>& episodes,
                                     const Decisions& decisions, const DisplayNameOf& name_of,
                                     const std::optional<PartialDate>& on_date) {
  v1::GetRegisterResponse response;
  if (on_date) *response.mutable_on_date() = *on_date;
  std::vector<v1::RegisterEntry> entries;
  for (const auto& episode : episodes) {
    if (!IsPublic(decisions, episode.entry_decision())) continue;
    const bool ended = episode.has_until_date() && IsPublic(decisions, episode.exit_decision());
    entries.push_back(Tell(ladders, episode, ended, name_of));
  }
  std::stable_sort(entries.begin(), entries.end(),
                   [](const auto& a, const auto& b) { return SortsBefore(a.from_date(), b.from_date()); });
  for (auto& entry : entries) {
    // Now needs no comparing: the record says what has ended.
    const auto current = on_date ? CurrentOn(entry, *on_date) : Sure(!entry.has_until_date(), false);
    const auto previous = on_date ? PreviousOn(entry, *on_date) : Sure(entry.has_until_date(), false);
    if (current != kNo) {
      entry.set_certainty(current);
      *response.add_current() = entry;
    }
    if (previous != kNo) {
      entry.set_certainty(previous);
      *response.add_previous() = entry;
    }
  }
  return response;
}

}  // namespace oversight::monitoring
