// Answers GetConcernHistory from the log: the acts on a concern and on what is below its name, newest first, each with
// what it changed as far as the caller may see it. A version that is hidden from the caller is to it as if it had never
// been: the first that it sees is told as added, with all that is set, and an act of which it sees nothing does not
// count, neither on the page nor for whether there is another one. Thread-safe.
#pragma once

#include "common/rpc/call.h"
#include "concerns-service/service/service_context.h"
#include "oversight/concerns/v1/overview_service.pb.h"

namespace oversight::concerns {

void ReadHistory(ServiceContext& shared, rpc::Call& call, const v1::GetConcernHistoryRequest& request,
                 v1::GetConcernHistoryResponse* response, rpc::Done done);

}  // namespace oversight::concerns
