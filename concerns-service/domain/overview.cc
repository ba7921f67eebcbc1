#include "concerns-service/domain/overview.h"

#include <algorithm>
#include <set>

namespace oversight::concerns {

Overview::Overview(const std::vector<ConcernRecord>& records) {
  std::vector<Document> documents;
  for (const ConcernRecord& record : records) {
    summaries_.Add(record);
    for (const Due& due : DueItemsOf(record)) due_.Add(due);
    consistency_.Add(record);
    for (Document& document : DocumentsOf(record)) documents.push_back(std::move(document));
  }
  // As they were recorded, which is how the index takes them best.
  std::stable_sort(documents.begin(), documents.end(),
                   [](const Document& a, const Document& b) { return a.recorded < b.recorded; });
  for (Document& document : documents) search_.Put(std::move(document));
}

void Overview::Replace(const ConcernRecord& before, const ConcernRecord& after) {
  summaries_.Remove(before);
  summaries_.Add(after);
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

}  // namespace oversight::concerns
