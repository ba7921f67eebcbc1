// All that is derived from the record of concerns, kept together and in step: each change takes away what the record
// gave before and adds what it gives now, so it costs as much as the record changed, and leaves what a making from
// scratch would. A new kind of record gets a Replace of its own, which gives the same parts.
//
// A value, for one thread at a time.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"

#include "concerns-service/domain/consistency.h"
#include "concerns-service/domain/due_items.h"
#include "concerns-service/domain/force_summary.h"
#include "concerns-service/domain/national_matrix.h"
#include "concerns-service/domain/overview_record.h"
#include "concerns-service/domain/search_index.h"

namespace oversight::concerns {

class Overview {
 public:
  Overview() = default;
  // Of all records there are, in any order.
  explicit Overview(const std::vector<ConcernRecord>& records, const std::vector<NationalRecord>& nationals = {});
  Overview(Overview&&) = default;
  Overview& operator=(Overview&&) = default;

  // `before` is what was given for this concern last, `after` what takes its place; each may be without a concern.
  void Replace(const ConcernRecord& before, const ConcernRecord& after);
  void Replace(const NationalRecord& before, const NationalRecord& after);

  // All that a force's record amounts to, of its concerns and of its national items.
  v1::ForceSummary SummaryOf(const std::string& force, absl::CivilDay today) const;
  // The forces that anything was ever issued to, after `after`, in natural order of name, until `visit` returns false.
  void EachForce(const std::string& after, const std::function<bool(const std::string& force)>& visit) const;

  const ForceSummaries& summaries() const { return summaries_; }
  const NationalMatrix& national() const { return national_; }
  const DueItems& due() const { return due_; }
  const ConsistencyIndex& consistency() const { return consistency_; }
  const SearchIndex& search() const { return search_; }

 private:
  template <class Record>
  void ReplaceParts(const Record& before, const Record& after);

  ForceSummaries summaries_;
  NationalMatrix national_;
  DueItems due_;
  ConsistencyIndex consistency_;
  SearchIndex search_;
};

}  // namespace oversight::concerns
