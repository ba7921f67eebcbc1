// Resources by their name, for facts that announcements rest on: of this service the stage, decisions, episodes,
// proposals, announcements, plans and meetings of a force, and ladders, from its log as they are when a command is
// decided; forces, inspections (national ones too), office holders, concerns with recommendations and responses, and
// evidence from the owners' copies. FactReference.name tells the same. Lives inside a decide function, on its thread.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "common/rpc/resources.h"
#include "monitoring-service/announcement/fact_values.h"
#include "monitoring-service/service/owners.h"

namespace oversight::monitoring {

class LoggedFacts final : public RecordedFacts {
 public:
  LoggedFacts(rpc::Facts& log, OwnerFacts owners) : log_(log), owners_(std::move(owners)) {}

  std::shared_ptr<const google::protobuf::Message> Find(const std::string& name) const override;
  // What reading the log failed with, if it did: then what was not found may be there.
  const absl::Status& status() const { return status_; }

 private:
  rpc::Facts& log_;
  const OwnerFacts owners_;
  mutable absl::Status status_;
};

}  // namespace oversight::monitoring
