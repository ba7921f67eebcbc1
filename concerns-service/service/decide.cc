#include "concerns-service/service/decide.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "oversight/concerns/v1/error_reason.pb.h"

namespace oversight::concerns {

absl::Status RequireLink(rpc::Facts& facts, ServiceContext& shared, const Viewer& viewer, const std::string& field,
                         const std::string& name) {
  if (name.empty()) return absl::OkStatus();
  OVERSIGHT_ASSIGN_OR_RETURN(const std::optional<ledger::Version> version, facts.Find(name));
  if (version.has_value() && shared.kinds().SeesVersion(viewer, *version)) return absl::OkStatus();
  return Error(absl::StatusCode::kNotFound, v1::ERROR_REASON_LINK_NOT_FOUND,
               absl::StrCat("There is no \"", name, "\", which ", field, " names. Record it first, or leave it out."))
      .With("field", field)
      .With("name", name);
}

}  // namespace oversight::concerns
