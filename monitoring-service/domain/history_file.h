// Moves that were made before this record began, as a CSV file such as data/history.csv; ImportHistoryRequest says what
// its columns hold. Read for what each line says by itself; what it means for a force is for history.h. Total: any
// bytes may come in. Thread safety: pure functions over values.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/civil_time.h"
#include "common/text/line_faults.h"
#include "monitoring-service/domain/ladder.h"
#include "oversight/monitoring/v1/monitoring.pb.h"

namespace oversight::monitoring {

inline constexpr int kMaxHistoricalMoves = 1000;
// What is more recent is decided, not imported: nobody but a chief inspector moves a force. Ours; long enough for a
// file to be put together and checked.
inline constexpr int kNewestHistoricalDays = 28;

struct HistoricalMove {
  int line = 0;
  std::string force;  // "forces/cleveland"
  const v1::Stage* stage = nullptr;
  common::v1::PartialDate date;
  std::vector<std::string> reasons;
  // Reasons that came while the episode lasted; text and date.
  std::vector<v1::AddedReason> added_reasons;
  v1::HistoricalSource source;
};

struct HistoryFile {
  std::vector<HistoricalMove> moves;  // Of the lines without a fault, in their order.
  // With a faulty line: what the others of these forces mean together cannot be said.
  std::set<std::string> faulty_forces;
};

// Adds what is wrong with the lines to `faults`. The stages are those of the ladder in force; the moves point to it.
HistoryFile ReadHistory(std::string_view csv, const Ladders& ladders, absl::CivilDay today, LineFaults& faults);

}  // namespace oversight::monitoring
