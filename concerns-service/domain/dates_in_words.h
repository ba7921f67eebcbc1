// Dates inside a sentence. Pure; thread-safe.
#pragma once

#include <string>

#include "common/time/partial_date.h"
#include "oversight/common/v1/partial_date.pb.h"

namespace oversight::concerns {

// "on 24 November 2023", "in December 2021", "in early 2024".
inline std::string OnDate(const common::v1::PartialDate& date) {
  return (IsExact(date) ? "on " : "in ") + FormatForPeople(date);
}

}  // namespace oversight::concerns
