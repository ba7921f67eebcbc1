// A moment as protobuf has it and as Abseil has it, to the nanosecond, and as programs write it. Pure functions;
// thread-safe.
#pragma once

#include "absl/time/time.h"
#include "google/protobuf/timestamp.pb.h"

namespace oversight {

absl::Time GetTime(const google::protobuf::Timestamp& time);

// `time` is finite.
void SetTime(absl::Time time, google::protobuf::Timestamp* out);

// RFC 3339, in UTC, to the second: "2023-11-24T10:00:00Z".
std::string FormatUtc(absl::Time time);

}  // namespace oversight
