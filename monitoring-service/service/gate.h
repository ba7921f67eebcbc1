// Who may ask about which force, for the handlers of one service: the scope of a caller and whether the force is one at
// all, with the register asked when what is here does not suffice. Immutable, so thread-safe; the owners must outlive
// it.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "common/auth/authorization.h"
#include "common/rpc/call.h"
#include "monitoring-service/service/authorization.h"
#include "monitoring-service/service/owners.h"

namespace oversight::monitoring {

class Gate {
 public:
  // `service` is the full name of the service.
  Gate(Owners& owners, const std::string& service) : owners_(owners), scopes_(ScopeTable(service)) {}

  // Runs `then` with the owners' facts, or ends in an error: a force outside the caller's scope, or one that is neither
  // `known` here already nor in the register. `need` is refreshed first; without it only when the facts at hand do not
  // suffice. When the register cannot be asked, `then` gets that as `unknown`, to be returned when the command is
  // decided and no earlier: a repeated call is answered from its record, whoever is down.
  using WithFacts = std::function<void(const OwnerFacts& facts, const absl::Status& unknown)>;
  void WithForce(rpc::Call& call, const std::string& force, bool known, std::optional<Owners::Need> need,
                 const rpc::Done& done, WithFacts then) const;
  // For a read that the log answers: ends in an error only when the register is known and has no such force.
  void IfForceExists(rpc::Call& call, const std::string& force, const rpc::Done& done,
                     std::function<void()> then) const;

  // OK when the caller may use this verb of the service for the force, as far as roles and scope go.
  absl::Status May(const std::string& verb, const rpc::Call& call, const std::string& force) const;
  Viewer ViewerOf(const rpc::Call& call) const { return ViewerOf(call.principal()); }
  Viewer ViewerOf(const auth::Principal& principal) const { return Viewer(principal, Regions()); }

 private:
  absl::Status CheckScope(const rpc::Call& call, const std::string& force, const OwnerFacts& facts) const;
  auth::RegionLookup Regions() const;

  Owners& owners_;
  const auth::AuthorizationTable scopes_;
};

}  // namespace oversight::monitoring
