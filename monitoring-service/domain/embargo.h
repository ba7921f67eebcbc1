// What was under embargo when somebody read it: what tells of a move before the public may know of it. And the record
// of such a read. Pure. Thread safety: free functions over values.
#pragma once

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "google/protobuf/message.h"
#include "monitoring-service/domain/sight.h"
#include "oversight/common/v1/reported_read.pb.h"
#include "oversight/monitoring/v1/embargoed_read.pb.h"

namespace oversight::monitoring {

// Whether what was read was under embargo, or which others say so: it was when any of those was.
struct Embargo {
  bool holds = false;
  std::vector<std::string> if_any;  // Names of resources of this service.
};

// What a reader was told of, and when.
struct Read {
  // As the reader was shown it; where they were told of it in other words, as it is now.
  const google::protobuf::Message& shown;
  // As it is now, stamped, of the same kind.
  const google::protobuf::Message& now;
  Sight sight;  // How much the reader sees of the force.
  absl::Time time;
  // A version was shown to the reader, and not told of in other words.
  bool whole = false;
  // It is asked about for what it did to a stage: before it took effect, nothing shows of it there.
  bool for_stage = false;
};

// - A proposal while it is open; then as its decision.
// - A decision to move while it waits for its moment, and until its announcement is out. Decisions that came to nothing
//   are nobody's outside, but nothing of them is to come.
// - An announcement until it is out; one that was withdrawn before as its decision.
// - Advice as the proposal it is on; a disclosure as what it is about.
// - A stage and an episode, for who sees them as they are, as the decisions behind them.
//
// What was read before it changed is judged by the times of the change, so that what is judged late is judged right;
// and what was public in the version that was shown never counts. Any other kind of resource is under none.
Embargo EmbargoOn(const Read& read);

// The resource that a name in a report stands for: `forces/{force}` for the stage of that force.
std::string ReadAs(const std::string& name);

// The record of a read that `reporter` answered. Two reads of one reader, version and day (UTC) have one name; of a
// stage that was told of without a version, and of the whole log, those of one minute.
v1::EmbargoedRead RecordOf(const common::v1::ReportedRead& read, const common::v1::ToldResource& told,
                           const std::string& reporter);

}  // namespace oversight::monitoring
