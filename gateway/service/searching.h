// Looks for words in all that the caller may see, for one call of Search: the services are asked side by side, in the
// caller's name. concerns-service has an index; forces and announcements are few, and looked through here as their
// lists give them. Holds itself until it is done.
#pragma once

#include <functional>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gateway/dashboard/past_facts.h"
#include "oversight/gateway/v1/gateway_service.pb.h"

namespace oversight::gateway {

// Fills `response` and runs `done`, with the errors of Search. The response lives until then; what `prepare` adds is
// the caller's name.
void SearchSuite(const SuiteChannels& channels, PrepareCall prepare, absl::Time deadline,
                 const v1::SearchRequest& request, v1::SearchResponse* response,
                 std::function<void(absl::Status)> done);

}  // namespace oversight::gateway
