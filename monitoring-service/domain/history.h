// What an import of historical moves does to the record of a force, decided without touching it: it adds decisions and
// episodes where the record has none, leaves what was imported before as it is, and refuses what contradicts the
// record. Nothing is edited and nothing is removed. Dates that are known only in part forbid only what must be wrong.
// Pure. Thread safety: free functions over values.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "common/text/line_faults.h"
#include "monitoring-service/domain/history_file.h"
#include "monitoring-service/domain/ladder.h"
#include "monitoring-service/domain/record.h"
#include "oversight/monitoring/v1/register_service.pb.h"

namespace oversight::monitoring {

// What the record holds on a force of the file.
struct KnownHistory {
  ForceRecord record;
  std::vector<v1::Decision> decisions;  // Those imported before.
};

struct HistoryPlan {
  std::vector<v1::Decision> decisions;
  std::vector<v1::Episode> episodes;  // As they become.
  std::vector<v1::Monitoring> monitoring;
  v1::ImportHistoryResponse counts;  // Without header.
};

// The moves by force, without those of forces with a faulty line: for these it cannot be said.
std::map<std::string, std::vector<HistoricalMove>> ByForce(const HistoryFile& file);

// Adds to `plan` what the moves of one force, in the order of the file, do to its record. Adds to `faults` moves out of
// order, to the stage the force is in already, out of no episode or of one that this record began itself, other words
// for what was imported before, episodes that overlap one of the record, naming both, and new moves of a force whose last
// move is not published.
void PlanHistory(const Ladders& ladders, const std::vector<HistoricalMove>& moves, const KnownHistory& known,
                 HistoryPlan& plan, LineFaults& faults);

}  // namespace oversight::monitoring
