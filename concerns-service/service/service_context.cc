#include "concerns-service/service/service_context.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/rpc/errors.h"
#include "concerns-service/domain/names.h"

namespace oversight::concerns {

ServiceContext::ServiceContext(rpc::Runtime& runtime, ForceDirectory& forces, const ReferenceData& data,
                               const std::vector<ServiceRules>& rules)
    : host_(runtime.host),
      resources_(*runtime.ledger, runtime.clock),
      forces_(forces),
      data_(data),
      kinds_(resources_),
      region_([&forces](const std::string& force) { return forces.RegionOf(force); }) {
  for (const auto& service : rules) scopes_.push_back(ScopeTable(service));
}

absl::Status ServiceContext::CheckScope(const std::string& verb, const auth::Principal& principal,
                                        const std::string& force) const {
  for (const auto& table : scopes_) {
    if (table.Find(verb) != nullptr) return auth::Check(table, verb, principal, force, region_);
  }
  return Error(absl::StatusCode::kInternal, common::v1::ERROR_REASON_INTERNAL,
               absl::StrCat("There is no authorisation rule for ", verb, "."));
}

Permission ServiceContext::PermissionOf(const rpc::Call& call, const std::string& name) const {
  return [this, principal = call.principal(), force = ForceOf(name)](const std::string& verb) {
    return CheckScope(verb, principal, force);
  };
}

void ServiceContext::InScope(rpc::Call& call, const std::string& verb, const std::string& name, const Done& done,
                             Next next) {
  const std::string force = ForceOf(name);
  const auto check = [this, &call, verb, force, done, next = std::move(next)](const absl::Status& unknown) {
    if (!unknown.ok()) return next(unknown);
    const absl::Status status = CheckScope(verb, call.principal(), force);
    if (!status.ok()) return done(status);
    next(absl::OkStatus());
  };
  // Only a scope by region needs to know the force.
  if (force.empty() || call.principal().Covers(force, "") || call.principal().proto().regions().empty()) {
    return check(absl::OkStatus());
  }
  WithOwned(call, force, done, check);
}

void ServiceContext::WithOwned(rpc::Call& call, const std::string& name, const Done& done, Next next) {
  const auto answer = [done, next = std::move(next)](const auto& found) {
    if (absl::IsNotFound(found.status())) return done(found.status());
    next(found.status());
  };
  if (name == ForceOf(name)) return forces_.Find(name, call.deadline(), answer);
  forces_.FindInspection(name, call.deadline(), answer);
}

}  // namespace oversight::concerns
