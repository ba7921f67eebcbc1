// Every resource of the suite by its name, for facts that announcements rest on: what this service owns from its log as
// it is when a command is decided, the rest from the owners' copies. Lives inside a decide function, on its thread.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "common/rpc/resources.h"
#include "monitoring-service/domain/fact_values.h"
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
