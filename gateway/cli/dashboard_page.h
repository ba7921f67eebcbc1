// The dashboards as pages for people. Pure functions of messages.
#pragma once

#include <string>

#include "oversight/gateway/v1/dashboard.pb.h"

namespace oversight::cli {

std::string NationalPage(const gateway::v1::NationalDashboard& dashboard);
std::string ForcePage(const gateway::v1::ForceDashboard& dashboard);

}  // namespace oversight::cli
