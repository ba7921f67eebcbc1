// A command of this program as a value: what a request that writes asks for, before it is run. Every such request has
// one function
//
//   Command<IssueConcernResponse> CommandOf(const IssueConcernRequest& request, ServiceContext& shared,
//                                           const Viewer& viewer);
//
// and is run through it whichever way it comes in, as a call of its own (write_path.h, ServeWrite) or as an item of
// another call (write_path.h, RunCommand): so the same rules hold. The request must outlive the command.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/rpc/resources.h"
#include "oversight/forces/v1/force.pb.h"

namespace oversight::concerns {

template <class Response>
struct Command {
  using Answer = Response;
  // The resource it acts on, or the parent of the new one: its force must be in the caller's scope.
  std::string subject;
  // Why, for the log. May be empty.
  std::string reason;
  // The pure part: from what is there now to what is stored and answered. Runs on the ledger's writer thread.
  std::function<absl::StatusOr<rpc::Outcome<Response>>(rpc::Facts&)> decide;
  // What else must exist in forces-service: names of forces and inspections. Empty names count for nothing.
  std::vector<std::string> must_exist;
  // For a command that is about all forces there are: given the register as forces-service has it now, before `decide`
  // runs. UNAVAILABLE when that cannot be learned.
  std::function<void(const std::vector<forces::v1::Force>&)> take_register = nullptr;
};

}  // namespace oversight::concerns
