// Several concerns with their recommendations, read together. Nothing here blocks. Thread-safe.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/ledger/types.h"
#include "common/rpc/call.h"
#include "concerns-service/domain/lifecycle.h"
#include "concerns-service/service/service_context.h"

namespace oversight::concerns {

// The records of these concerns of one force, in this order, as they stood at the revision. NOT_FOUND when one was not
// there. Looks at everything that the force has, so it is for reads that are rare.
void ReadRecords(ServiceContext& shared, rpc::Call& call, std::vector<std::string> concerns, ledger::Revision revision,
                 std::function<void(absl::StatusOr<std::vector<Record>>)> done);

}  // namespace oversight::concerns
