// Reads of stages that span more than one resource of the log, all at one revision: a Monitoring with the proposal that
// waits for a decision, or the decision that waits for its moment. Those are looked up when read and not stored with
// the stage: the versions of a Monitoring are moves alone, and a proposal leaves no trace in them for those who may not
// know of it. Thread-safe; nothing blocks.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/ledger/ledger.h"
#include "monitoring-service/domain/ladder.h"
#include "oversight/monitoring/v1/monitoring.pb.h"

namespace oversight::monitoring {

// The log at one revision.
struct Stages {
  ledger::Revision revision = 0;
  absl::Time time;
  std::map<std::string, v1::Monitoring> moved;  // By force; forces never moved are not in it.
  // By force. Of what was redacted since there is the name alone.
  std::map<std::string, v1::Proposal> open;
  std::map<std::string, v1::Decision> pending;  // Approved, and waits for its moment.
  // By force: what the stage was at that revision was redacted since.
  std::map<std::string, ledger::Version> redacted;

  bool Knows(const std::string& force) const {
    return moved.count(force) > 0 || open.count(force) > 0 || pending.count(force) > 0 || redacted.count(force) > 0;
  }
  // The force's Monitoring, virtual when it was never moved, with the names of what waits.
  v1::Monitoring Of(const Ladders& ladders, const std::string& force) const;
};

// Of one force, or with "" of every force there is something of.
void ReadStages(ledger::Ledger& ledger, const ledger::AsOf& as_of, const std::string& force,
                std::function<void(absl::StatusOr<Stages>)> done);

}  // namespace oversight::monitoring
