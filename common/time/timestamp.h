// A moment as protobuf has it and as Abseil has it, to the nanosecond. Pure functions; thread-safe.
#pragma once

#include "absl/time/time.h"
#include "google/protobuf/timestamp.pb.h"

namespace oversight {

absl::Time GetTime(const google::protobuf::Timestamp& time);

// `time` is finite.
void SetTime(absl::Time time, google::protobuf::Timestamp* out);

}  // namespace oversight
