// Where every force stands with every national recommendation that was issued: kept as records, with the counts of each
// force by theme, so that a force's counts cost as much as there are themes and due days of it, and a row as much as it
// has cells. What depends on the day is counted when it is read. A value, for one thread at a time.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "common/rpc/compare_names.h"
#include "concerns-service/domain/overview_record.h"
#include "oversight/concerns/v1/national_recommendations_service.pb.h"

namespace oversight::concerns {

// What of the matrix is asked for.
struct MatrixSelection {
  std::function<bool(const std::string& force)> forces;  // Empty: all.
  std::string theme;                                     // Empty: all.
};

class NationalMatrix {
 public:
  void Add(const NationalRecord& record) { Count(record, 1); }
  // Takes away what was added for the same record.
  void Remove(const NationalRecord& record) { Count(record, -1); }

  // The counts of one force, all themes together; all zero for one without items.
  v1::NationalCounts CountsOf(const std::string& force, absl::CivilDay today) const;
  // The first day from today on, today included, on which an item of the force is due that is not closed.
  std::optional<absl::CivilDay> NextDue(const std::string& force, absl::CivilDay today) const;
  // The forces with an item, after `after`, in natural order of name, until `visit` returns false.
  void EachForce(const std::string& after, const std::function<bool(const std::string& force)>& visit) const;

  // The forces with an item of a recommendation asked for, in natural order of name, and what all of them count.
  struct Columns {
    std::vector<v1::NationalColumn> columns;
    v1::NationalCounts counts;
  };
  Columns ColumnsOf(const MatrixSelection& selection, absl::CivilDay today) const;
  // The recommendations with an item in one of these columns, after `after`, in natural order of name, each with a cell
  // for every column; until `visit` returns false.
  void EachRow(const MatrixSelection& selection, const Columns& columns, absl::CivilDay today, const std::string& after,
               const std::function<bool(v1::NationalRow row)>& visit) const;

 private:
  struct Tally {
    std::array<int, v1::NationalItemState_ARRAYSIZE> by_state{};
    int extended = 0;
    std::map<absl::CivilDay, int> pending;  // Items that are not closed, by the day they are due.
    bool empty() const { return by_state == decltype(by_state){}; }
  };
  static void AddTo(const Tally& tally, absl::CivilDay today, v1::NationalCounts* counts);
  static void CountItem(const v1::NationalItem& item, int by, Tally& tally);
  void Count(const NationalRecord& record, int by);

  std::map<std::string, NationalRecord, rpc::NameLess> rows_;
  std::map<std::string, std::map<std::string, Tally>, rpc::NameLess> forces_;  // By theme.
};

}  // namespace oversight::concerns
