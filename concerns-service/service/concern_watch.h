// WatchConcerns, the one watch over everything this program keeps, for a caller who may not see everything: the stream
// of common/rpc/watch_stream.h, with what is hidden left out, and with what becomes visible told as new. A draft that
// is issued is a change to those who knew the draft and an addition to those who did not. Thread-safe.
#pragma once

#include <memory>

#include "common/rpc/call.h"
#include "concerns-service/service/service_context.h"
#include "oversight/common/v1/watch.pb.h"
#include "oversight/concerns/v1/concerns_service.pb.h"

namespace oversight::concerns {

void ServeConcernWatch(ServiceContext& shared, std::shared_ptr<rpc::StreamCall<v1::WatchConcernsResponse>> call,
                       const common::v1::WatchStart& start);

}  // namespace oversight::concerns
