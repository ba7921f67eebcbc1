#include "common/time/london.h"

#include <cstdio>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/time/partial_date.h"

namespace oversight {

absl::TimeZone London() {
  static const absl::TimeZone zone = [] {
    absl::TimeZone loaded;
    if (!absl::LoadTimeZone("Europe/London", &loaded)) {
      std::fputs("The time zone Europe/London is not installed: add the tzdata package.\n", stderr);
      std::abort();
    }
    return loaded;
  }();
  return zone;
}

absl::CivilDay LondonDay(absl::Time moment) { return absl::ToCivilDay(moment, London()); }

absl::CivilDay Today(const Clock& clock) { return LondonDay(clock.Now()); }

absl::Time LondonTime(absl::CivilMinute minute) {
  const absl::TimeZone::TimeInfo info = London().At(absl::CivilSecond(minute));
  return info.kind == absl::TimeZone::TimeInfo::SKIPPED ? info.trans : info.pre;
}

std::string FormatMinuteForPeople(absl::Time moment) {
  const absl::CivilMinute minute = absl::ToCivilMinute(moment, London());
  return absl::StrCat(absl::StrFormat("%02d:%02d", minute.hour(), minute.minute()), " on ",
                      FormatForPeople(absl::CivilDay(minute)));
}

}  // namespace oversight
