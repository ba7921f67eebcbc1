// How current a page is, in words. Pure; thread-safe.
#pragma once

#include <string>

#include "gateway/web/view.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "oversight/gateway/v1/dashboard.pb.h"

namespace oversight::gateway::web {

// Sets `freshness`, a list with an entry for each section; `notWhole`, when one is stale or unavailable; and
// `concernsUnknown`, `monitoringUnknown`, `followUpUnknown`, `overviewUnknown` for what is unavailable.
void SetFreshness(const google::protobuf::RepeatedPtrField<v1::SectionStatus>& sections, View& view);
// The same list, alone, under the name `list`.
void AddSections(const google::protobuf::RepeatedPtrField<v1::SectionStatus>& sections, const std::string& list,
                 View& view);

}  // namespace oversight::gateway::web
