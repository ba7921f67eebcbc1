// Who acts and when: what every command of this domain is told besides its request. A value.
#pragma once

#include <string>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "common/time/london.h"
#include "google/protobuf/util/time_util.h"

namespace oversight::concerns {

struct Acting {
  std::string actor;  // principals/...
  absl::Time now;

  // Dates of the domain are days in England and Wales.
  absl::CivilDay today() const { return LondonDay(now); }
  google::protobuf::Timestamp timestamp() const {
    return google::protobuf::util::TimeUtil::MicrosecondsToTimestamp(absl::ToUnixMicros(now));
  }
};

}  // namespace oversight::concerns
