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

// Whether a resource was under embargo, or which others say so: it was when any of those was.
struct Embargo {
  bool holds = false;
  std::vector<std::string> if_any;  // Names of resources of this service.
};

// Of a resource as it is now, stamped, for a reader at an earlier moment who sees so much of its force.
//
// - A proposal while it is open; then as its decision.
// - A decision to move while it waits for its moment, and until its announcement is out. Decisions that came to nothing
//   are nobody's outside, but nothing of them is to come.
// - An announcement until it is out; one that was withdrawn before as its decision.
// - Advice as the proposal it is on; a disclosure as what it is about.
// - A stage and an episode, for who sees them as they are: while the public does not know of them, or, for who sees
//   everything, something waits to change the stage.
//
// A proposal, a decision or an announcement that was under embargo and has changed since is told by its times, so that
// what is judged late is judged right. Any other kind of resource is under none.
Embargo EmbargoOn(const google::protobuf::Message& resource, Sight sight, absl::Time read_time);

// The resource that a name in a report stands for: `forces/{force}` for the stage of that force.
std::string ReadAs(const std::string& name);

// The record of a read. Two reads of one reader, version and day (UTC) have one name.
v1::EmbargoedRead RecordOf(const common::v1::ReportedRead& read, const common::v1::ToldResource& told);

}  // namespace oversight::monitoring
