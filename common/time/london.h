// Civil time in England and Wales (Europe/London): which day it is, when a day begins, and how a moment is written for
// people. The zone comes from the machine's tzdata; without it the process stops at the first use, because an answer
// that is wrong by an hour all summer would publish at the wrong minute. Thread-safe.
#pragma once

#include <string>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "common/time/clock.h"

namespace oversight {

absl::TimeZone London();

// The day it is in London.
absl::CivilDay LondonDay(absl::Time moment);
absl::CivilDay Today(const Clock& clock);

// The moment a London clock shows this minute. A minute the clocks skip in spring is taken as the moment of the change;
// of a minute that comes twice in autumn, the first is meant.
absl::Time LondonTime(absl::CivilMinute minute);

// "10:00 on 6 December 2024".
std::string FormatMinuteForPeople(absl::Time moment);

}  // namespace oversight
