// The public register of forces in an enhanced stage and those that were, as of now or of any date, with what is
// certain and what is only possible where dates are known in part. Made of published facts alone (publication.h). Pure.
// Thread safety: free functions over values.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "monitoring-service/domain/ladder.h"
#include "oversight/monitoring/v1/register_service.pb.h"

namespace oversight::monitoring {

// Gives the name of a force for people; "" when it is not known.
using DisplayNameOf = std::function<std::string(const std::string& force)>;

// `decisions` holds every decision by name, or at least those that the episodes name. Without a date: as it is now. The
// answer has no header.
v1::GetRegisterResponse MakeRegister(const Ladders& ladders, const std::vector<v1::Episode>& episodes,
                                     const std::map<std::string, v1::Decision>& decisions, const DisplayNameOf& name_of,
                                     const std::optional<common::v1::PartialDate>& on_date);

}  // namespace oversight::monitoring
