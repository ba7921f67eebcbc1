// Reports to monitoring-service what the gateway answered from its copies: it judges and records. Thread-safe.
#pragma once

#include <memory>

#include "common/rpc/identity.h"
#include "common/rpc/read_reporter.h"
#include "grpcpp/channel.h"

namespace oversight::gateway {

// Reports over this channel, as `identity`.
rpc::ReadReporter::Send ReportReadsTo(const std::shared_ptr<grpc::Channel>& monitoring, const rpc::Identity& identity);

}  // namespace oversight::gateway
