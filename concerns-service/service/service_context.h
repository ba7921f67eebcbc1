// What the gRPC services of this program share: the ledger through the resource kit, the directory of forces, the
// reference data, what is known of each kind, and who may do what. Each service holds a reference and registers its
// kinds. Writing through it is write_path.h, reading is read_path.h.
//
// What it is made from must outlive it. Thread-safe once serving.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/auth/authorization.h"
#include "common/rpc/call.h"
#include "common/rpc/resources.h"
#include "common/rpc/server.h"
#include "concerns-service/domain/lifecycle.h"
#include "concerns-service/service/authorization.h"
#include "concerns-service/service/force_directory.h"
#include "concerns-service/service/kinds.h"
#include "concerns-service/service/reference_data.h"
#include "concerns-service/service/viewer.h"

namespace oversight::concerns {

class ServiceContext {
 public:
  // `rules` of every gRPC service of the program; no verb may be in two of them.
  ServiceContext(rpc::Runtime& runtime, ForceDirectory& forces, const ReferenceData& data,
                 const std::vector<ServiceRules>& rules);

  rpc::Host& host() const { return host_; }
  rpc::Resources& resources() { return resources_; }
  ForceDirectory& forces() const { return forces_; }
  const Themes& themes() const { return data_.themes; }
  const BankHolidays& bank_holidays() const { return data_.bank_holidays; }
  Kinds& kinds() { return kinds_; }

  Viewer ViewerOf(const rpc::Call& call) const { return {call.principal(), region_}; }
  // Whether this caller may use a verb on what belongs to the force of `name`: role and scope, not state.
  Permission PermissionOf(const rpc::Call& call, const std::string& name) const;

  // What follows a question to forces-service. `unknown` is OK, or UNAVAILABLE DEPENDENCY_UNAVAILABLE when it cannot be
  // asked; a write returns that when it is decided and no earlier, so that a repeated call is answered from its record
  // all the same.
  using Next = std::function<void(const absl::Status& unknown)>;
  using Done = std::function<void(const absl::Status&)>;
  // Runs `next` when the caller may use `verb` for the force of `name`, or when that takes a region that cannot be
  // learned; ends with ROLE_NOT_ALLOWED, OUT_OF_SCOPE or FORCE_NOT_FOUND. A name that is under no force is for callers
  // whose scope is every force.
  void InScope(rpc::Call& call, const std::string& verb, const std::string& name, const Done& done, Next next);
  // Runs `next` when forces-service has the force or the inspection of this name, or cannot be asked now; ends with
  // FORCE_NOT_FOUND or INSPECTION_NOT_FOUND.
  void WithOwned(rpc::Call& call, const std::string& name, const Done& done, Next next);

 private:
  absl::Status CheckScope(const std::string& verb, const auth::Principal& principal, const std::string& force) const;

  rpc::Host& host_;
  rpc::Resources resources_;
  ForceDirectory& forces_;
  const ReferenceData& data_;
  Kinds kinds_;
  std::vector<auth::AuthorizationTable> scopes_;
  const auth::RegionLookup region_;
};

}  // namespace oversight::concerns
