// Puts reads of what was under embargo on record, whoever answered them. Runs inside a decide function, on the writer
// thread.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/rpc/resources.h"
#include "monitoring-service/service/authorization.h"
#include "oversight/common/v1/reported_read.pb.h"
#include "oversight/monitoring/v1/embargoed_read.pb.h"

namespace oversight::monitoring {

using ViewerOf = std::function<Viewer(const auth::Principal&)>;

// What is to be stored of these reads, which `reporter` answered: a record of each that is not there yet. Errors: those
// of the ledger.
absl::StatusOr<std::vector<v1::EmbargoedRead>> NewRecordsOf(
    const google::protobuf::RepeatedPtrField<common::v1::ReportedRead>& reads, const ViewerOf& viewer_of,
    const std::string& reporter, rpc::Facts& log);

}  // namespace oversight::monitoring
