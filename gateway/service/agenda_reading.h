// Reads what agenda packs are made of, for one call of GetAgenda: of each force its record at both moments, and what
// the policy advised at them; force by force, so that a call for many does not crowd out others. The past and the
// advice are asked of the services in the caller's name; the present is that of the copies. Holds itself until it is
// done.
#pragma once

#include <functional>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gateway/dashboard/dashboard_source.h"
#include "oversight/gateway/v1/gateway_service.pb.h"

namespace oversight::gateway {

// How many forces there is room for in one answer.
inline constexpr size_t kMostAgendas = 20;

// Fills `response` and runs `done`, with the errors of GetAgenda. The source and the response live until then; what
// `prepare` adds is the caller's name.
void ReadAgendas(DashboardSource& source, const SuiteChannels& channels, PrepareCall prepare, absl::Time deadline,
                 const v1::GetAgendaRequest& request, v1::GetAgendaResponse* response,
                 std::function<void(absl::Status)> done);

}  // namespace oversight::gateway
