// What concerns-service derives from the record of a force, asked over gRPC: the summary, what is due, what contradicts
// itself, and the latest acts of some concerns. Thread-safe.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "gateway/dashboard/asking.h"
#include "gateway/dashboard/derived_copy.h"
#include "grpcpp/channel.h"

namespace oversight::gateway {

// How many of each are shown.
inline constexpr int kMostDue = 100;
inline constexpr int kMostInconsistencies = 100;
inline constexpr int kMostActs = 20;
inline constexpr size_t kConcernsWithHistory = 5;

// `inside`: inconsistencies and the history of these concerns are asked for too. The first refusal is the answer.
void AskForOverview(const std::shared_ptr<grpc::Channel>& concerns, const std::string& force,
                    const std::vector<std::string>& with_history, bool inside, const std::shared_ptr<Asking>& asking);

// The names that changed last, at most kConcernsWithHistory, of names with the revision of their last change.
std::vector<std::string> NamesOfLatest(const std::map<std::string, int64_t>& latest);

// Asks as `identity`. The copies of the questions are of concerns-service.
AskOwner MakeAskOverview(std::shared_ptr<grpc::Channel> concerns, const rpc::Identity& identity);

}  // namespace oversight::gateway
