// The dashboards as pages for people. Pure functions of messages.
#pragma once

#include <string>

#include "oversight/gateway/v1/dashboard.pb.h"

namespace oversight::cli {

// How far each part can be relied on, a line for each.
std::string SectionsText(const google::protobuf::RepeatedPtrField<gateway::v1::SectionStatus>& sections);
std::string NationalPage(const gateway::v1::NationalDashboard& dashboard);
std::string ForcePage(const gateway::v1::ForceDashboard& dashboard);

}  // namespace oversight::cli
