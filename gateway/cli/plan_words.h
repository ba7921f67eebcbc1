// How a plan goes on, in words that the command line and the pages share. Pure; thread-safe.
#pragma once

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/time/partial_date.h"
#include "oversight/monitoring/v1/plan.pb.h"

namespace oversight::cli {

// When a plan will end, as PlanProgress forecasts it; "" when there is no milestone to tell by. Of a plan that stands
// still with milestones overdue the method has no day to come: it gives the day asked about, and that is no forecast.
inline std::string ForecastText(const monitoring::v1::PlanProgress& progress) {
  if (!progress.has_forecast_date()) return "";
  const auto overdue = std::count_if(progress.milestones().begin(), progress.milestones().end(),
                                     [](const auto& milestone) { return milestone.overdue(); });
  const bool stands =
      overdue > 0 && progress.has_on_date() && FormatIso(progress.forecast_date()) == FormatIso(progress.on_date());
  if (!stands) return absl::StrCat("forecast to end ", FormatForPeople(progress.forecast_date()));
  return absl::StrCat("no end in sight: ", overdue, overdue == 1 ? " milestone is" : " milestones are",
                      " overdue and not reached");
}

// By how many days a milestone has slipped by the day that its plan was asked about. One that is overdue goes on
// slipping, whatever its due date says; 0 while no version of the plan was accepted.
inline int SlippedDays(const monitoring::v1::MilestoneProgress& milestone,
                       const monitoring::v1::PlanProgress& progress) {
  const auto original = ToCivilDay(milestone.original_due_date()), day = ToCivilDay(progress.on_date());
  if (!milestone.overdue() || !original.has_value() || !day.has_value()) return milestone.slippage_days();
  return static_cast<int>(*day - *original);
}

}  // namespace oversight::cli
