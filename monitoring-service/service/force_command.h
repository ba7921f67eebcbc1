// The way every command on a force goes: scope and register are settled, the owners' facts brought up to what it needs,
// then it is decided on the writer's thread. Thread safety: a free function; what it is given must outlive the call.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "common/rpc/errors.h"
#include "common/rpc/resources.h"
#include "monitoring-service/service/gate.h"

namespace oversight::monitoring {

struct ForceCommand {
  std::string force;
  bool known = true;  // Here already: then it is a force whether or not the register can be asked.
  // Brought up to its owner's head first; that it was is for the decision to ask of the facts.
  std::optional<Owners::Need> need;
  std::string reason;  // As the log keeps it.
};

// `decide` is StatusOr<Outcome<Response>>(const OwnerFacts&, rpc::Facts&). That the register could not be asked is told
// in its place, and no earlier: a repeated call is answered from its record, whoever is down.
template <class Request, class Response, class Decide>
void DecideOnForce(const Gate& gate, rpc::Resources& resources, rpc::Call& call, const Request& request,
                   Response* response, const ForceCommand& command, const rpc::Done& done, Decide decide) {
  gate.WithForce(call, command.force, command.known, command.need, done,
                 [&resources, &call, &request, response, reason = command.reason, done, decide = std::move(decide)](
                     const OwnerFacts& facts, const absl::Status& unknown) {
                   resources.Mutate(
                       call, request, response, reason,
                       [decide, facts, unknown](rpc::Facts& log) -> absl::StatusOr<rpc::Outcome<Response>> {
                         OVERSIGHT_RETURN_IF_ERROR(unknown);
                         return decide(facts, log);
                       },
                       done);
                 });
}

}  // namespace oversight::monitoring
