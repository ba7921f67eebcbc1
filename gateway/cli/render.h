// What the command line shows people: lists as tables, one resource as labelled lines, dashboards as pages. Pure
// functions over messages.
#pragma once

#include <string>

#include "google/protobuf/message.h"
#include "google/protobuf/timestamp.pb.h"
#include "oversight/gateway/v1/dashboard.pb.h"

namespace oversight::cli {

// An enum value in words: CONCERN_STATE_ISSUED -> "issued".
std::string Words(const google::protobuf::EnumDescriptor& type, int value);
template <class Enum>
std::string Words(Enum value) {
  return Words(*google::protobuf::GetEnumDescriptor<Enum>(), static_cast<int>(value));
}

// "24 November 2023"; "" when unset.
std::string Day(bool has, const common::v1::PartialDate& date);

// "24 Nov 2023 12:00:00 UTC".
std::string Moment(const google::protobuf::Timestamp& time);

// Every field that is set, one per line, sub-messages indented; for `show`.
std::string Labelled(const google::protobuf::Message& message);

std::string NationalPage(const gateway::v1::NationalDashboard& dashboard);
std::string ForcePage(const gateway::v1::ForceDashboard& dashboard);

}  // namespace oversight::cli
