// What a dashboard shows, as a short id: two with the same id show the same, but for how far the logs stand and how old
// a part is. Pages and watchers compare by it. Pure; thread-safe.
#pragma once

#include <string>

#include "oversight/gateway/v1/dashboard.pb.h"
#include "oversight/gateway/v1/gateway_service.pb.h"

namespace oversight::gateway {

std::string StateIdOf(v1::NationalDashboard dashboard);
std::string StateIdOf(v1::ForceDashboard dashboard);
// Of the dashboard that was watched.
std::string StateIdOf(const v1::WatchDashboardResponse& response);

}  // namespace oversight::gateway
