#include "monitoring-service/domain/publication.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/numbers.h"
#include "common/time/partial_date.h"
#include "monitoring-service/domain/moments.h"
#include "monitoring-service/domain/reasons.h"

namespace oversight::monitoring {
namespace {

v1::PublicStage StageOf(const v1::Monitoring& monitoring) {
  v1::PublicStage stage;
  stage.set_ladder(monitoring.ladder());
  stage.set_stage(monitoring.stage());
  stage.set_stage_display_name(monitoring.stage_display_name());
  stage.set_enhanced(monitoring.enhanced());
  if (monitoring.has_since_date()) *stage.mutable_since_date() = monitoring.since_date();
  stage.set_episode(monitoring.episode());
  return stage;
}

template <class T>
T Unstamped(T resource) {
  resource.clear_etag();
  resource.clear_revision();
  resource.clear_create_time();
  resource.clear_update_time();
  return resource;
}

int64_t NumberOf(const std::string& decision) {
  int64_t number = 0;
  return absl::SimpleAtoi(decision.substr(decision.rfind('/') + 1), &number) ? number : 0;
}

// The number of the decision that the public stage is of; 0 when that is not known.
int64_t PublishedNumber(const ForceRecord& record) {
  const auto& published = record.monitoring.published();
  int64_t number = 0;
  for (const auto& episode : record.episodes) {
    if (!published.episode().empty()) {
      if (episode.name() == published.episode()) number = NumberOf(episode.entry_decision());
    } else if (episode.has_until_date() && !episode.exit_awaits_publication() &&
               MustBeSameDay(episode.until_date(), published.since_date())) {
      number = std::max(number, NumberOf(episode.exit_decision()));
    }
  }
  return number;
}

// Whether a move came after the one that the public stage is of. On one day the decisions tell: a force has one at a
// time, so they are numbered in the order of their moments.
bool IsAfterPublished(const ForceRecord& record, const v1::Decision& decision) {
  const auto& published = record.monitoring.published();
  if (!published.has_since_date()) return true;
  if (MustBeBefore(decision.effective_date(), published.since_date())) return false;
  return !MustBeSameDay(decision.effective_date(), published.since_date()) ||
         NumberOf(decision.name()) > PublishedNumber(record);
}

// The words of a reason; what it rests on may not be public.
void KeepWords(v1::Reason& reason) {
  v1::Reason words;
  words.set_id(reason.id());
  words.set_text(reason.text());
  reason = std::move(words);
}

}  // namespace

bool IsPublished(const v1::Decision& decision) {
  if (decision.has_historical()) return true;
  if (decision.publication().state() == v1::PUBLICATION_STATE_AWAITED) return false;
  // UNSPECIFIED: from before there were states.
  return decision.outcome() == v1::DECISION_OUTCOME_APPROVED &&
         (decision.state() == v1::DECISION_STATE_IN_EFFECT || decision.state() == v1::DECISION_STATE_UNSPECIFIED);
}

bool IsAnythingPublished(const v1::Monitoring& monitoring) {
  return !monitoring.has_published() || monitoring.published().has_since_date();
}

void KeepFromPublic(const ForceRecord& before, Decided& decided) {
  if (decided.decision.publication().state() != v1::PUBLICATION_STATE_AWAITED) return;
  *decided.monitoring.mutable_published() =
      before.monitoring.has_published() ? before.monitoring.published() : StageOf(before.monitoring);
  for (auto& episode : decided.episodes) {
    if (episode.entry_decision() == decided.decision.name()) episode.set_entry_awaits_publication(true);
    if (episode.exit_decision() == decided.decision.name()) episode.set_exit_awaits_publication(true);
  }
}

MadePublic MakePublic(const ForceRecord& record, const v1::Decision& decision, const v1::Stage& to,
                      const std::string& announcement, absl::Time now) {
  MadePublic made{.decision = decision};
  auto* publication = made.decision.mutable_publication();
  publication->set_state(v1::PUBLICATION_STATE_PUBLISHED);
  publication->set_announcement(announcement);
  *publication->mutable_published_time() = ToTimestamp(now);

  std::string begun;
  for (v1::Episode episode : record.episodes) {
    const bool in = episode.entry_decision() == decision.name(), out = episode.exit_decision() == decision.name();
    if (in) begun = episode.name();
    const bool hidden = (in && episode.entry_awaits_publication()) || (out && episode.exit_awaits_publication());
    if (in) episode.clear_entry_awaits_publication();
    if (out) episode.clear_exit_awaits_publication();
    if (hidden) made.episodes.push_back(std::move(episode));
  }

  const auto& monitoring = record.monitoring;
  if (!monitoring.has_published()) return made;
  if (monitoring.decision() == decision.name()) {
    made.monitoring = monitoring;
    made.monitoring->clear_published();
  } else if (IsAfterPublished(record, decision)) {
    // The force was moved again since, and of that the public does not know yet.
    made.monitoring = monitoring;
    auto* published = made.monitoring->mutable_published();
    published->set_ladder(decision.ladder());
    published->set_stage(to.id());
    published->set_stage_display_name(to.display_name());
    published->set_enhanced(to.enhanced());
    *published->mutable_since_date() = decision.effective_date();
    published->set_episode(begun);
  }
  return made;
}

v1::Monitoring ForPublic(v1::Monitoring monitoring) {
  if (monitoring.has_published()) {
    const v1::PublicStage stage = monitoring.published();
    monitoring.set_ladder(stage.ladder());
    monitoring.set_stage(stage.stage());
    monitoring.set_stage_display_name(stage.stage_display_name());
    monitoring.set_enhanced(stage.enhanced());
    monitoring.clear_since_date();
    if (stage.has_since_date()) *monitoring.mutable_since_date() = stage.since_date();
    monitoring.set_episode(stage.episode());
  }
  return Unstamped(WithoutUnpublished(std::move(monitoring)));
}

std::optional<v1::Episode> ForPublic(v1::Episode episode) {
  if (episode.entry_awaits_publication()) return std::nullopt;
  if (episode.exit_awaits_publication()) {
    episode.clear_until_date();
    episode.clear_exit_reasons();
    episode.clear_reason_outcomes();
    episode.clear_open_causes();
    episode.clear_length();
  }
  auto& added = *episode.mutable_added_reasons();
  added.erase(std::remove_if(added.begin(), added.end(), [](const auto& reason) { return !IsPublished(reason); }),
              added.end());
  // How a reason ended that nobody was told of is not told either.
  std::set<std::string> shown;
  for (const auto& reason : ReasonsOf(episode)) shown.insert(reason.id());
  auto& outcomes = *episode.mutable_reason_outcomes();
  outcomes.erase(std::remove_if(outcomes.begin(), outcomes.end(),
                                [&](const auto& outcome) { return shown.count(outcome.reason()) == 0; }),
                 outcomes.end());
  for (auto& outcome : outcomes) {
    v1::ReasonOutcome end;
    end.set_reason(outcome.reason());
    end.set_end(outcome.end());
    outcome = std::move(end);
  }
  for (auto& reason : *episode.mutable_entry_reasons()) KeepWords(reason);
  for (auto& reason : *episode.mutable_exit_reasons()) KeepWords(reason);
  auto& causes = *episode.mutable_open_causes();
  causes.erase(std::remove_if(causes.begin(), causes.end(), [](const auto& cause) { return !cause.published(); }),
               causes.end());
  for (auto& cause : causes) {
    cause.clear_concern();
    cause.clear_concern_revision();
  }
  return Unstamped(WithoutUnpublished(std::move(episode)));
}

}  // namespace oversight::monitoring
