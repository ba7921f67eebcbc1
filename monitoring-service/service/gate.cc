#include "monitoring-service/service/gate.h"

#include <utility>

#include "common/rpc/channel.h"
#include "monitoring-service/domain/names.h"

namespace oversight::monitoring {

auth::RegionLookup Gate::Regions() const {
  return [facts = owners_.Read()](const std::string& force) {
    const auto found = facts.Force(force);
    return found == nullptr ? std::string() : found->region();
  };
}

absl::Status Gate::CheckScope(const rpc::Call& call, const std::string& force, const OwnerFacts& facts) const {
  return auth::Check(scopes_, call.verb(), call.principal(), force, [&facts](const std::string& name) {
    const auto found = facts.Force(name);
    return found == nullptr ? std::string() : found->region();
  });
}

absl::Status Gate::May(const std::string& verb, const rpc::Call& call, const std::string& force) const {
  return auth::Check(scopes_, verb, call.principal(), force, Regions());
}

void Gate::WithForce(rpc::Call& call, const std::string& force, bool known, std::optional<Owners::Need> need,
                     const rpc::Done& done, WithFacts then) const {
  // A scope that names the force, or all, needs no register; one by region does.
  const auto suffices = [this, &call, force, known](const OwnerFacts& facts) {
    return facts.Force(force) != nullptr || (known && CheckScope(call, force, facts).ok());
  };
  auto go_on = [this, &call, force, suffices, done, then = std::move(then)](const OwnerFacts& facts) {
    const absl::Status unknown = suffices(facts) ? absl::OkStatus() : facts.NeedForce(force);
    if (absl::IsNotFound(unknown)) return done(unknown);
    // A scope by region cannot be checked for a force that is not known; every other can.
    if (unknown.ok() || call.principal().proto().regions().empty()) {
      if (absl::Status status = CheckScope(call, force, facts); !status.ok()) return done(status);
    }
    then(facts, unknown);
  };
  const OwnerFacts here = owners_.Read();
  const bool enough = suffices(here);
  if (!need.has_value() && enough) return go_on(here);
  if (need == Owners::Need::kConcerns && !enough) need = Owners::Need::kBoth;
  owners_.Refresh(need.value_or(Owners::Need::kForces), rpc::DeadlineFor(call), std::move(go_on));
}

void Gate::IfForceExists(rpc::Call& call, const std::string& force, const rpc::Done& done,
                         std::function<void()> then) const {
  if (force == kAnyForce || owners_.Read().Force(force) != nullptr) return then();
  owners_.Refresh(Owners::Need::kForces, rpc::DeadlineFor(call),
                  [force, done, then = std::move(then)](const OwnerFacts& facts) {
                    if (absl::Status status = facts.NeedForce(force); absl::IsNotFound(status)) return done(status);
                    then();
                  });
}

}  // namespace oversight::monitoring
