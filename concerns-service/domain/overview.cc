#include "concerns-service/domain/overview.h"

#include <algorithm>
#include <optional>
#include <set>

#include "common/rpc/compare_names.h"
#include "common/time/partial_date.h"

namespace oversight::concerns {

Overview::Overview(const std::vector<ConcernRecord>& records, const std::vector<NationalRecord>& nationals) {
  std::vector<Document> documents;
  const auto add = [&](const auto& record) {
    for (const Due& due : DueItemsOf(record)) due_.Add(due);
    consistency_.Add(record);
    for (Document& document : DocumentsOf(record)) documents.push_back(std::move(document));
  };
  for (const ConcernRecord& record : records) {
    summaries_.Add(record);
    add(record);
  }
  for (const NationalRecord& record : nationals) {
    national_.Add(record);
    add(record);
  }
  // As they were recorded, which is how the index takes them best.
  std::stable_sort(documents.begin(), documents.end(),
                   [](const Document& a, const Document& b) { return a.recorded < b.recorded; });
  for (Document& document : documents) search_.Put(std::move(document));
}

template <class Record>
void Overview::ReplaceParts(const Record& before, const Record& after) {
  for (const Due& due : DueItemsOf(before)) due_.Remove(due);
  for (const Due& due : DueItemsOf(after)) due_.Add(due);
  consistency_.Remove(before);
  consistency_.Add(after);
  std::set<std::string> gone;
  for (const Document& document : DocumentsOf(before)) gone.insert(document.name);
  for (Document& document : DocumentsOf(after)) {
    gone.erase(document.name);
    search_.Put(std::move(document));
  }
  for (const std::string& name : gone) search_.Remove(name);
}

void Overview::Replace(const ConcernRecord& before, const ConcernRecord& after) {
  summaries_.Remove(before);
  summaries_.Add(after);
  ReplaceParts(before, after);
}

void Overview::Replace(const NationalRecord& before, const NationalRecord& after) {
  national_.Remove(before);
  national_.Add(after);
  ReplaceParts(before, after);
}

v1::ForceSummary Overview::SummaryOf(const std::string& force, absl::CivilDay today) const {
  v1::ForceSummary summary = summaries_.Of(force, today);
  *summary.mutable_national_counts() = national_.CountsOf(force, today);
  if (const auto next = national_.NextDue(force, today)) {
    const auto known = ToCivilDay(summary.next_due_date());
    if (!summary.has_next_due_date() || *next < *known) *summary.mutable_next_due_date() = ToPartialDate(*next);
  }
  return summary;
}

void Overview::EachForce(const std::string& after, const std::function<bool(const std::string& force)>& visit) const {
  const auto next_of = [](const auto& forces, const std::string& place) {
    std::optional<std::string> next;
    forces.EachForce(place, [&](const std::string& force) {
      next = force;
      return false;
    });
    return next;
  };
  for (std::string place = after;;) {
    std::optional<std::string> next = next_of(summaries_, place);
    const std::optional<std::string> national = next_of(national_, place);
    if (!next || (national && rpc::CompareNames(*national, *next) < 0)) next = national;
    if (!next || !visit(*next)) return;
    place = *std::move(next);
  }
}

}  // namespace oversight::concerns
