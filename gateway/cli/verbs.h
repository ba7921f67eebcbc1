// The verbs of the command line: every method of the contract by its name in kebab-case, `rename-force` for
// ForcesService/RenameForce. Where several services have a method of one name, `concerns.list-allowed-actions` says
// whose; every verb may be written so. Made once, lives as long as the process, thread-safe.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "google/protobuf/descriptor.h"

namespace oversight::cli {

struct Verb {
  std::string name;     // "rename-force"
  std::string service;  // "forces"
  const google::protobuf::MethodDescriptor* method = nullptr;
};

// By service, in the order of the contract.
const std::vector<Verb>& Verbs();

// Those that `word` names: none, one, or one for each service that has it.
std::vector<const Verb*> FindVerbs(const std::string& word);

// As short as it can be written: "rename-force", or "concerns.list-allowed-actions" when another service has one too.
std::string Written(const Verb& verb);

// "oversight.forces.v1.ForcesService/RenameForce", as Client::Call takes it.
std::string PathOf(const google::protobuf::MethodDescriptor& method);

// What the methods with `prefix` and `suffix` (Get..., List...Versions) make of a name in full or in short: the verb
// that reads it and the whole name. Get verbs count only when they read a resource by its name alone. NOT_FOUND when no
// verb takes such a name, INVALID_ARGUMENT when it may be of several kinds; both say what would do.
struct Named {
  const Verb* verb = nullptr;
  std::string name;
};
absl::StatusOr<Named> FindByName(const std::string& prefix, const std::string& suffix, const std::string& text);

// The verb that lists what may be done with the resource of that name: that of the service that owns it.
absl::StatusOr<Named> FindActions(const std::string& text);

}  // namespace oversight::cli
