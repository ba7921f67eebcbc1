#include "concerns-service/domain/national_matrix.h"

#include <algorithm>
#include <utility>

#include "concerns-service/domain/names.h"
#include "concerns-service/domain/national_commands.h"
#include "concerns-service/domain/visibility.h"

namespace oversight::concerns {

void NationalMatrix::CountItem(const v1::NationalItem& item, int by, Tally& tally) {
  // A state that this build does not know is counted nowhere.
  if (static_cast<size_t>(item.state()) < tally.by_state.size()) {
    tally.by_state[static_cast<size_t>(item.state())] += by;
  }
  if (!IsPending(item)) return;
  if (!item.extensions().empty()) tally.extended += by;
  const auto it = tally.pending.try_emplace(LastDay(item.due_date()), 0).first;
  it->second += by;
  if (it->second == 0) tally.pending.erase(it);
}

void NationalMatrix::AddTo(const Tally& tally, absl::CivilDay today, v1::NationalCounts* counts) {
  const auto of = [&](v1::NationalItemState state) { return tally.by_state[static_cast<size_t>(state)]; };
  counts->set_open(counts->open() + of(v1::NATIONAL_ITEM_STATE_OPEN));
  counts->set_claimed(counts->claimed() + of(v1::NATIONAL_ITEM_STATE_CLAIMED));
  counts->set_verified(counts->verified() + of(v1::NATIONAL_ITEM_STATE_VERIFIED));
  counts->set_not_applicable(counts->not_applicable() + of(v1::NATIONAL_ITEM_STATE_NOT_APPLICABLE));
  counts->set_withdrawn(counts->withdrawn() + of(v1::NATIONAL_ITEM_STATE_WITHDRAWN));
  counts->set_extended(counts->extended() + tally.extended);
  int overdue = 0;
  for (auto it = tally.pending.begin(); it != tally.pending.end() && it->first < today; ++it) overdue += it->second;
  counts->set_overdue(counts->overdue() + overdue);
}

void NationalMatrix::Count(const NationalRecord& record, int by) {
  if (record.recommendation == nullptr || !WasIssued(*record.recommendation)) return;
  const v1::NationalRecommendation& recommendation = *record.recommendation;
  if (by > 0) {
    rows_.insert_or_assign(recommendation.name(), record);
  } else {
    rows_.erase(recommendation.name());
  }
  for (const auto& item : record.items) {
    const auto force = forces_.try_emplace(ForceOf(item->name())).first;
    const auto theme = force->second.try_emplace(recommendation.theme()).first;
    CountItem(*item, by, theme->second);
    if (theme->second.empty()) force->second.erase(theme);
    if (force->second.empty()) forces_.erase(force);
  }
}

v1::NationalCounts NationalMatrix::CountsOf(const std::string& force, absl::CivilDay today) const {
  v1::NationalCounts counts;
  const auto it = forces_.find(force);
  if (it == forces_.end()) return counts;
  for (const auto& [theme, tally] : it->second) AddTo(tally, today, &counts);
  return counts;
}

std::optional<absl::CivilDay> NationalMatrix::NextDue(const std::string& force, absl::CivilDay today) const {
  std::optional<absl::CivilDay> next;
  const auto it = forces_.find(force);
  if (it == forces_.end()) return next;
  for (const auto& [theme, tally] : it->second) {
    const auto day = tally.pending.lower_bound(today);
    if (day != tally.pending.end() && (!next || day->first < *next)) next = day->first;
  }
  return next;
}

void NationalMatrix::EachForce(const std::string& after,
                               const std::function<bool(const std::string& force)>& visit) const {
  for (auto it = after.empty() ? forces_.begin() : forces_.upper_bound(after); it != forces_.end(); ++it) {
    if (!visit(it->first)) return;
  }
}

NationalMatrix::Columns NationalMatrix::ColumnsOf(const MatrixSelection& selection, absl::CivilDay today) const {
  Columns result;
  for (const auto& [force, themes] : forces_) {
    if (selection.forces && !selection.forces(force)) continue;
    v1::NationalColumn column;
    column.set_force(force);
    column.mutable_counts();
    bool any = false;
    for (const auto& [theme, tally] : themes) {
      if (!selection.theme.empty() && theme != selection.theme) continue;
      AddTo(tally, today, column.mutable_counts());
      AddTo(tally, today, &result.counts);
      any = true;
    }
    if (any) result.columns.push_back(std::move(column));
  }
  return result;
}

void NationalMatrix::EachRow(const MatrixSelection& selection, const Columns& columns, absl::CivilDay today,
                             const std::string& after, const std::function<bool(v1::NationalRow row)>& visit) const {
  for (auto it = after.empty() ? rows_.begin() : rows_.upper_bound(after); it != rows_.end(); ++it) {
    const NationalRecord& record = it->second;
    const v1::NationalRecommendation& recommendation = *record.recommendation;
    if (!selection.theme.empty() && recommendation.theme() != selection.theme) continue;
    std::map<std::string, const v1::NationalItem*> items;
    for (const auto& item : record.items) items.emplace(ForceOf(item->name()), item.get());
    v1::NationalRow row;
    Tally tally;
    bool any = false;
    for (const v1::NationalColumn& column : columns.columns) {
      v1::NationalCell& cell = *row.add_cells();
      cell.set_force(column.force());
      const auto item = items.find(column.force());
      if (item == items.end()) continue;
      any = true;
      cell.set_state(item->second->state());
      cell.set_overdue(IsOverdue(*item->second, today));
      *cell.mutable_due_date() = item->second->due_date();
      CountItem(*item->second, 1, tally);
    }
    if (!any) continue;
    row.set_national_recommendation(recommendation.name());
    row.set_title(recommendation.title());
    row.set_theme(recommendation.theme());
    row.set_state(recommendation.state());
    *row.mutable_issue_date() = recommendation.issue_date();
    AddTo(tally, today, row.mutable_counts());
    if (!visit(std::move(row))) return;
  }
}

}  // namespace oversight::concerns
