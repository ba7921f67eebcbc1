// Moments as protos have them. Thread safety: free functions over values.
#pragma once

#include "absl/time/time.h"
#include "google/protobuf/timestamp.pb.h"
#include "google/protobuf/util/time_util.h"

namespace oversight::monitoring {

inline google::protobuf::Timestamp ToTimestamp(absl::Time moment) {
  return google::protobuf::util::TimeUtil::MicrosecondsToTimestamp(absl::ToUnixMicros(moment));
}
inline absl::Time ToTime(const google::protobuf::Timestamp& moment) {
  return absl::FromUnixSeconds(moment.seconds()) + absl::Nanoseconds(moment.nanos());
}

}  // namespace oversight::monitoring
