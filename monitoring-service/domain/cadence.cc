#include "monitoring-service/domain/cadence.h"

#include <algorithm>
#include <optional>
#include <tuple>

#include "common/time/partial_date.h"
#include "monitoring-service/domain/names.h"

namespace oversight::monitoring {
namespace {

const v1::Meeting* LastOf(const std::vector<v1::Meeting>& meetings, absl::CivilDay on_date) {
  const v1::Meeting* last = nullptr;
  for (const auto& meeting : meetings) {
    if (!meeting.corrected_by().empty() || MustBeAfter(meeting.meeting_date(), on_date)) continue;
    if (last == nullptr || MustBeOnOrAfter(meeting.meeting_date(), last->meeting_date())) last = &meeting;
  }
  return last;
}

}  // namespace

v1::MeetingCadence CadenceOf(const Ladders& ladders, const v1::Monitoring& monitoring,
                             const std::vector<v1::Meeting>& meetings, absl::CivilDay on_date) {
  v1::MeetingCadence cadence;
  cadence.set_force(ForceOf(monitoring.name()));
  cadence.set_stage(monitoring.stage());
  *cadence.mutable_on_date() = ToPartialDate(on_date);
  // A stage of an older ladder has no cadence: nobody meets under it any more.
  if (const auto* stage = ladders.FindStage(monitoring.stage()); stage != nullptr) {
    cadence.set_cadence_days(stage->meeting_cadence_days());
  }
  std::optional<absl::CivilDay> from;
  if (monitoring.has_since_date()) from = DayInterval(monitoring.since_date()).last;
  if (const auto* last = LastOf(meetings, on_date); last != nullptr) {
    cadence.set_last_meeting(last->name());
    *cadence.mutable_last_meeting_date() = last->meeting_date();
    const absl::CivilDay day = DayInterval(last->meeting_date()).last;
    from = from ? std::max(*from, day) : day;
  }
  if (cadence.cadence_days() == 0 || !from) return cadence;
  const absl::CivilDay due = *from + cadence.cadence_days();
  *cadence.mutable_due_date() = ToPartialDate(due);
  if (due < on_date) {
    cadence.set_missed(true);
    cadence.set_days_late(static_cast<int>(on_date - due));
  }
  return cadence;
}

void SortByLateness(std::vector<v1::MeetingCadence>& cadences) {
  std::sort(cadences.begin(), cadences.end(), [](const v1::MeetingCadence& a, const v1::MeetingCadence& b) {
    return std::make_tuple(-a.days_late(), a.force()) < std::make_tuple(-b.days_late(), b.force());
  });
}

}  // namespace oversight::monitoring
