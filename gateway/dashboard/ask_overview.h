// The question that an overview answers, over gRPC: the summary of a force, what is due, what contradicts itself, and
// the latest acts of some concerns, asked side by side. Thread-safe.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "common/rpc/call.h"
#include "gateway/dashboard/overview_copy.h"
#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"
#include "oversight/common/v1/read.pb.h"

namespace oversight::gateway {

// How many of each are shown.
inline constexpr int kMostDue = 100;
inline constexpr int kMostInconsistencies = 100;
inline constexpr int kMostActs = 20;
inline constexpr size_t kConcernsWithHistory = 5;

// `prepare` adds the identity to each call's context. `inside`: inconsistencies and history are asked for too. The
// first refusal is the answer.
using PrepareCall = std::function<void(grpc::ClientContext&)>;
void AskForOverview(const std::shared_ptr<grpc::Channel>& concerns, const PrepareCall& prepare,
                    const OverviewQuestion& question, const common::v1::ReadOptions& read, bool inside,
                    std::function<void(absl::StatusOr<DerivedOverview>)> done);

// The names that changed last, at most kConcernsWithHistory, of names with the revision of their last change.
std::vector<std::string> NamesOfLatest(const std::map<std::string, int64_t>& latest);

// Asks as `principal`, at least as fresh as the question's token.
AskOverview MakeAskOverview(std::shared_ptr<grpc::Channel> concerns, const std::string& principal);

}  // namespace oversight::gateway
