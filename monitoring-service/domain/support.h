// Support offered or given to a force: by whom, what, from when to when. The inspectorate arranges it with the College
// of Policing, the NPCC and other forces. Pure. Thread safety: free functions over values.
#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "oversight/monitoring/v1/support.pb.h"
#include "oversight/monitoring/v1/support_service.pb.h"

namespace oversight::monitoring {

// What recording leaves behind: the support and, when it corrects another, that one, pointing to it.
struct Supported {
  v1::Support support;
  std::optional<v1::Support> corrected;
};

// Records support to this force under this number, in the state its dates say. That the session exists is for the
// caller to see to. Refusals: INVALID_FIELDS; DATES_CONTRADICT; ALREADY_CORRECTED.
absl::StatusOr<Supported> RecordSupport(const std::string& force, const v1::Support& wanted,
                                        const std::optional<v1::Support>& corrects, int64_t number,
                                        const std::string& actor, absl::Time now);

// Refusals of all three: WRONG_STATE; DATES_CONTRADICT.
absl::StatusOr<v1::Support> Start(const v1::Support& support, const v1::StartSupportRequest& request, absl::Time now);
absl::StatusOr<v1::Support> End(const v1::Support& support, const v1::EndSupportRequest& request, absl::Time now);
absl::StatusOr<v1::Support> Decline(const v1::Support& support, const v1::DeclineSupportRequest& request);

}  // namespace oversight::monitoring
