#include "concerns-service/domain/force_summary.h"

#include <algorithm>

#include "concerns-service/domain/names.h"
#include "concerns-service/domain/visibility.h"

namespace oversight::concerns {
namespace {

void CountDay(absl::CivilDay day, int by, std::map<absl::CivilDay, int>& days) {
  const auto it = days.try_emplace(day, 0).first;
  it->second += by;
  if (it->second == 0) days.erase(it);
}

void AddTo(const v1::ConcernCounts& more, v1::ConcernCounts* sum) {
  sum->set_open_causes_of_concern(sum->open_causes_of_concern() + more.open_causes_of_concern());
  sum->set_accelerated_causes_of_concern(sum->accelerated_causes_of_concern() + more.accelerated_causes_of_concern());
  sum->set_open_areas_for_improvement(sum->open_areas_for_improvement() + more.open_areas_for_improvement());
  sum->set_open_recommendations(sum->open_recommendations() + more.open_recommendations());
  sum->set_claimed_recommendations(sum->claimed_recommendations() + more.claimed_recommendations());
  sum->set_overdue_recommendations(sum->overdue_recommendations() + more.overdue_recommendations());
  sum->set_extended_recommendations(sum->extended_recommendations() + more.extended_recommendations());
  sum->set_responses_awaiting_judgement(sum->responses_awaiting_judgement() + more.responses_awaiting_judgement());
}

}  // namespace

void ForceSummaries::Count(const ConcernRecord& record, int by) {
  if (record.concern == nullptr || !WasIssued(*record.concern)) return;
  const v1::Concern& concern = *record.concern;
  const auto force = forces_.try_emplace(ForceOf(concern.name())).first;
  Tally& tally = force->second;
  const auto theme = tally.themes.try_emplace(concern.theme()).first;
  ThemeTally& of_theme = theme->second;

  tally.issued += by;
  if (IsOpen(concern)) {
    const bool cause = concern.kind() == v1::CONCERN_KIND_CAUSE_OF_CONCERN;
    (cause ? of_theme.causes : of_theme.areas) += by;
    if (cause && concern.accelerated()) of_theme.accelerated += by;
    CountDay(DayInterval(concern.issue_date()).first, by, tally.open_by_issue);
  }
  for (const auto& recommendation : record.recommendations) {
    if (!IsPending(*recommendation)) continue;
    (IsOpen(*recommendation) ? of_theme.open : of_theme.claimed) += by;
    if (!recommendation->extensions().empty()) of_theme.extended += by;
    CountDay(LastDay(recommendation->due_date()), by, of_theme.pending);
  }
  for (const auto& response : record.responses) {
    if (IsOpen(concern) && AwaitsJudgement(*response)) of_theme.responses += by;
  }
  if (!concern.supersedes().empty()) {
    if (by > 0) {
      tally.reissues[concern.name()] = {{concern.supersedes().begin(), concern.supersedes().end()}, IsOpen(concern)};
    } else {
      tally.reissues.erase(concern.name());
    }
  }

  if (of_theme.empty()) tally.themes.erase(theme);
  if (tally.issued == 0) forces_.erase(force);
}

// `at_most` ends a circle, which no command makes.
int ForceSummaries::ReissuesOf(const Tally& tally, const std::string& concern, int at_most) {
  const auto it = tally.reissues.find(concern);
  if (it == tally.reissues.end() || at_most == 0) return 0;
  int before = 0;
  for (const std::string& old : it->second.supersedes) before = std::max(before, ReissuesOf(tally, old, at_most - 1));
  return before + 1;
}

v1::ForceSummary ForceSummaries::Of(const std::string& force, absl::CivilDay today) const {
  v1::ForceSummary summary;
  summary.set_force(force);
  summary.mutable_counts();
  const auto it = forces_.find(force);
  if (it == forces_.end()) return summary;
  const Tally& tally = it->second;
  if (!tally.open_by_issue.empty()) {
    *summary.mutable_oldest_open_issue_date() = ToPartialDate(tally.open_by_issue.begin()->first);
  }
  auto next = absl::CivilDay::max();
  for (const auto& [theme, of_theme] : tally.themes) {
    auto* item = summary.add_themes();
    item->set_theme(theme);
    v1::ConcernCounts& counts = *item->mutable_counts();
    counts.set_open_causes_of_concern(of_theme.causes);
    counts.set_accelerated_causes_of_concern(of_theme.accelerated);
    counts.set_open_areas_for_improvement(of_theme.areas);
    counts.set_open_recommendations(of_theme.open);
    counts.set_claimed_recommendations(of_theme.claimed);
    counts.set_extended_recommendations(of_theme.extended);
    counts.set_responses_awaiting_judgement(of_theme.responses);
    int overdue = 0;
    for (const auto& [day, count] : of_theme.pending) {
      if (day < today) {
        overdue += count;
      } else {
        next = std::min(next, day);
        break;
      }
    }
    counts.set_overdue_recommendations(overdue);
    AddTo(counts, summary.mutable_counts());
  }
  for (const auto& [concern, reissue] : tally.reissues) {
    if (!reissue.open) continue;
    const int most = static_cast<int>(tally.reissues.size());
    summary.set_most_reissues(std::max(summary.most_reissues(), ReissuesOf(tally, concern, most)));
  }
  if (next != absl::CivilDay::max()) *summary.mutable_next_due_date() = ToPartialDate(next);
  return summary;
}

void ForceSummaries::EachForce(const std::string& after,
                               const std::function<bool(const std::string& force)>& visit) const {
  for (auto it = after.empty() ? forces_.begin() : forces_.upper_bound(after); it != forces_.end(); ++it) {
    if (!visit(it->first)) return;
  }
}

}  // namespace oversight::concerns
