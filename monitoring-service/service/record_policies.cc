#include "monitoring-service/service/record_policies.h"

#include <map>
#include <string>
#include <vector>

#include "common/rpc/resources.h"
#include "monitoring-service/domain/names.h"

namespace oversight::monitoring {
namespace {

constexpr int kMostPolicies = 1000;
// What all policies are listed by.
const ledger::Term kEvery{"collection", "policies"};

}  // namespace

absl::Status RecordPolicies(ledger::Ledger& ledger, const Policies& policies, absl::CivilDay today) {
  // Without any the service runs as it did before there were policies: nothing is checked and nothing is recorded.
  if (policies.all().empty()) return absl::OkStatus();
  const auto decide = [&policies, today](ledger::View& view) -> absl::StatusOr<ledger::Decision> {
    OVERSIGHT_ASSIGN_OR_RETURN(const auto stored,
                               view.List(v1::Policy::descriptor()->full_name(), kEvery, kMostPolicies));
    std::vector<v1::Policy> recorded;
    std::map<std::string, std::string> payloads;
    for (const auto& version : stored) {
      v1::Policy policy;
      if (!policy.ParseFromString(version.payload)) return absl::DataLossError("A recorded policy cannot be read.");
      recorded.push_back(std::move(policy));
      payloads[version.name] = version.payload;
    }
    OVERSIGHT_RETURN_IF_ERROR(CheckFollows(recorded, policies, today));
    ledger::Decision decision;
    for (const auto& policy : policies.all()) {
      ledger::Change change = rpc::ChangeTo(policy.name(), policy);
      if (payloads[policy.name()] == change.payload) continue;
      change.terms = {kEvery};
      decision.changes.push_back(std::move(change));
    }
    return decision;
  };
  return rpc::CommitAtStart(ledger, kSelf, "RecordPolicies", decide);
}

}  // namespace oversight::monitoring
