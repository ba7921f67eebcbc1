// What monitoring-service derives from its record, asked over gRPC: of a force how its plans go on and when it is to
// meet its inspectors next, of all forces which missed a meeting. Thread-safe.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "gateway/dashboard/asking.h"
#include "gateway/dashboard/derived_copy.h"
#include "grpcpp/channel.h"

namespace oversight::gateway {

// Of a force, for this day. `inside`: the meeting cadence is asked for too. The first refusal is the answer.
void AskForFollowUp(const std::shared_ptr<grpc::Channel>& monitoring, const std::string& force,
                    const std::vector<std::string>& plans, absl::CivilDay day, bool inside,
                    const std::shared_ptr<Asking>& asking);

// Which forces had missed a meeting by this day.
void AskForMissed(const std::shared_ptr<grpc::Channel>& monitoring, absl::CivilDay day,
                  const std::shared_ptr<Asking>& asking);

// Asks as `identity`. The copies of the questions are of monitoring-service.
AskOwner MakeAskFollowUp(std::shared_ptr<grpc::Channel> monitoring, const rpc::Identity& identity);

}  // namespace oversight::gateway
