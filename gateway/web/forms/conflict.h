// What a person is told whose form was made from a version that is not the present one: what changed since, who did it
// and when. Pure; thread-safe.
#pragma once

#include <vector>

#include "gateway/web/view.h"
#include "google/protobuf/message.h"
#include "oversight/common/v1/change.pb.h"

namespace oversight::gateway::web {

// Sets `conflict` with the acts after `revision`, newest first (each with who, when and what), and the fields that
// differ between the two versions, with their values then and now. `before` is null when it is not known.
void SetConflict(const google::protobuf::Message* before, const google::protobuf::Message& now, int64_t revision,
                 const std::vector<common::v1::ChangeInfo>& changes, View& view);

}  // namespace oversight::gateway::web
