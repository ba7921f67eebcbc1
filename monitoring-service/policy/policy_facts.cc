#include "monitoring-service/policy/policy_facts.h"

#include <algorithm>
#include <functional>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "common/time/partial_date.h"
#include "monitoring-service/domain/cadence.h"
#include "monitoring-service/domain/names.h"
#include "monitoring-service/domain/plan_progress.h"
#include "monitoring-service/domain/record.h"

namespace oversight::monitoring {
namespace {

constexpr size_t kMeetingsKept = 64;

std::optional<absl::CivilDay> LatestDay(bool has, const common::v1::PartialDate& date) {
  if (!has || !IsValid(date)) return std::nullopt;
  return DayInterval(date).last;
}

v1::ResponseStanding StandingOf(concerns::v1::ForceResponseState state) {
  switch (state) {
    case concerns::v1::FORCE_RESPONSE_STATE_ADEQUATE:
      return v1::RESPONSE_STANDING_ADEQUATE;
    case concerns::v1::FORCE_RESPONSE_STATE_INADEQUATE:
      return v1::RESPONSE_STANDING_INADEQUATE;
    default:
      return v1::RESPONSE_STANDING_AWAITING_JUDGEMENT;
  }
}

v1::AssessedFact Fact(const std::string& name, int64_t revision, std::string text, bool hypothetical = false) {
  v1::AssessedFact fact;
  fact.set_name(name);
  fact.set_revision(revision);
  fact.set_text(std::move(text));
  fact.set_hypothetical(hypothetical);
  return fact;
}

v1::AssessedFact StageFact(const v1::Monitoring& stage, bool supposed) {
  return Fact(stage.revision() > 0 ? stage.name() : "", stage.revision(),
              stage.has_since_date()
                  ? absl::StrCat("in ", stage.stage_display_name(), " since ", FormatForPeople(stage.since_date()))
                  : absl::StrCat("in ", stage.stage_display_name(), ", never moved"),
              supposed);
}

void MarkRecommendations(const std::string& concern, bool open, ForceFacts& facts) {
  const std::string below = concern + "/";
  for (auto it = facts.recommendations.lower_bound(below);
       it != facts.recommendations.end() && it->first.compare(0, below.size(), below) == 0; ++it) {
    it->second.of_open_cause = open;
  }
}

struct Facts {
  const Ladders& ladders;
  const ForceFacts& facts;
  absl::CivilDay on_date;
  bool explain;
};

int64_t DaysInStage(const Facts& known, const v1::Monitoring& stage) {
  const auto since = LatestDay(stage.has_since_date(), stage.since_date());
  return since ? std::max<int64_t>(0, known.on_date - *since) : 0;
}

Number InStage(const Facts& known) {
  const v1::Monitoring stage = StageOf(known.ladders, known.facts);
  Number number{.value = DaysInStage(known, stage)};
  if (known.explain) number.facts.push_back(StageFact(stage, known.facts.supposed_stage));
  return number;
}

Number WithoutPlan(const Facts& known) {
  const v1::Monitoring stage = StageOf(known.ladders, known.facts);
  const v1::Plan* plan = PlanOf(known.facts);
  const bool accepted = known.facts.supposed_plan || (plan != nullptr && plan->in_force_version() > 0);
  Number number{.value = stage.enhanced() && !accepted ? DaysInStage(known, stage) : 0};
  if (!known.explain) return number;
  if (known.facts.supposed_plan) {
    number.facts.push_back(Fact("", 0, "a plan is accepted", true));
  } else if (plan != nullptr) {
    number.facts.push_back(
        Fact(plan->name(), plan->revision(), accepted ? "the plan is accepted" : "the plan is not accepted yet"));
  } else {
    number.facts.push_back(Fact("", 0, "no plan was submitted"));
  }
  number.facts.push_back(StageFact(stage, known.facts.supposed_stage));
  return number;
}

Number OfMilestones(const Facts& known, const std::function<void(const v1::MilestoneProgress&, Number&)>& add) {
  Number number;
  const v1::Plan* plan = PlanOf(known.facts);
  if (plan == nullptr || plan->in_force_version() == 0 || known.facts.supposed_plan) return number;
  const v1::PlanProgress progress = ProgressOf(*plan, known.on_date);
  for (const auto& milestone : progress.milestones()) add(milestone, number);
  if (known.explain) {
    for (auto& fact : number.facts) {
      fact.set_name(plan->name());
      fact.set_revision(plan->revision());
    }
  }
  return number;
}

Number Slippage(const Facts& known) {
  return OfMilestones(known, [&](const v1::MilestoneProgress& milestone, Number& number) {
    if (milestone.slippage_days() <= number.value) return;
    number.value = milestone.slippage_days();
    if (!known.explain) return;
    number.facts.assign(1, Fact("", 0,
                                absl::StrCat("milestone \"", milestone.title(), "\" has slipped by ",
                                             milestone.slippage_days(), " days")));
  });
}

Number OverdueMilestones(const Facts& known) {
  return OfMilestones(known, [&](const v1::MilestoneProgress& milestone, Number& number) {
    if (!milestone.overdue()) return;
    ++number.value;
    if (!known.explain) return;
    number.facts.push_back(
        Fact("", 0,
             absl::StrCat("milestone \"", milestone.title(), "\" was due on ", FormatForPeople(milestone.due_date()))));
  });
}

Number MeetingLate(const Facts& known) {
  if (known.facts.supposed_meeting) {
    Number number;
    if (known.explain) number.facts.push_back(Fact("", 0, "the inspectors are met", true));
    return number;
  }
  std::vector<v1::Meeting> meetings;
  for (const auto& [name, meeting] : known.facts.meetings) meetings.push_back(meeting);
  const v1::MeetingCadence cadence =
      CadenceOf(known.ladders, StageOf(known.ladders, known.facts), meetings, known.on_date);
  Number number{.value = cadence.days_late()};
  if (!known.explain) return number;
  if (cadence.last_meeting().empty()) {
    number.facts.push_back(StageFact(StageOf(known.ladders, known.facts), known.facts.supposed_stage));
  } else {
    number.facts.push_back(Fact(cadence.last_meeting(), known.facts.meetings.at(cadence.last_meeting()).revision(),
                                absl::StrCat("last met on ", FormatForPeople(cadence.last_meeting_date()))));
  }
  return number;
}

Number InadequateGrades(const Facts& known) {
  const ReportFact* latest = nullptr;
  const std::string* name = nullptr;
  for (const auto& [of, report] : known.facts.reports) {
    if (report.published > known.on_date || (latest != nullptr && report.published < latest->published)) continue;
    latest = &report;
    name = &of;
  }
  Number number;
  if (latest == nullptr) return number;
  number.value = latest->inadequate;
  if (known.explain) {
    number.facts.push_back(
        Fact(*name, latest->revision,
             absl::StrCat("the report of ", FormatForPeople(latest->published), " grades ", latest->inadequate,
                          latest->inadequate == 1 ? " area" : " areas", " inadequate")));
  }
  return number;
}

struct Known {
  const char* name;
  bool more_is_worse;
  Number (*of)(const Facts&);
};
constexpr Known kNumbers[] = {
    {"days_in_stage", false, &InStage},        {"days_without_plan", true, &WithoutPlan},
    {"plan_slippage_days", true, &Slippage},   {"overdue_milestones", true, &OverdueMilestones},
    {"meeting_days_late", true, &MeetingLate}, {"inadequate_grades", true, &InadequateGrades},
};

const Known* Find(const std::string& name) {
  for (const auto& number : kNumbers) {
    if (name == number.name) return &number;
  }
  return nullptr;
}

}  // namespace

std::string ConcernOf(const std::string& name) {
  size_t end = 0;
  for (int slashes = 0; slashes < 4; ++slashes, ++end) {
    end = name.find('/', end);
    if (end == std::string::npos) return name;
  }
  return name.substr(0, end - 1);
}

bool Take(const concerns::v1::Concern& concern, ForceFacts& facts) {
  if (concern.state() != concerns::v1::CONCERN_STATE_ISSUED ||
      concern.kind() != concerns::v1::CONCERN_KIND_CAUSE_OF_CONCERN) {
    facts.responses.erase(concern.name());
    return CloseCause(concern.name(), facts);
  }
  const auto [it, opened] = facts.causes.try_emplace(concern.name());
  if (opened) MarkRecommendations(concern.name(), true, facts);
  CauseFact& cause = it->second;
  const auto counted = [&cause] {
    return std::make_tuple(cause.handling, cause.accelerated, cause.reissued, cause.issued, cause.hypothetical);
  };
  const auto before = counted();
  cause.revision = concern.revision();
  cause.title = concern.title();
  cause.handling = concern.handling().level();
  cause.accelerated = concern.accelerated();
  cause.reissued = concern.supersedes_size() > 0;
  cause.issued = LatestDay(concern.has_issue_date(), concern.issue_date());
  cause.hypothetical = false;
  return opened || counted() != before;
}

bool Take(const concerns::v1::Recommendation& recommendation, ForceFacts& facts) {
  const bool claimed = recommendation.state() == concerns::v1::RECOMMENDATION_STATE_CLAIMED;
  if (!claimed && recommendation.state() != concerns::v1::RECOMMENDATION_STATE_OPEN) {
    const auto known = facts.recommendations.find(recommendation.name());
    if (known == facts.recommendations.end()) return false;
    const bool counted = known->second.of_open_cause;
    facts.recommendations.erase(known);
    return counted;
  }
  RecommendationFact& fact = facts.recommendations[recommendation.name()];
  const auto counted = [&fact] {
    return std::make_tuple(fact.of_open_cause, fact.due, fact.times_returned, fact.claimed, fact.hypothetical);
  };
  const auto before = counted();
  fact.revision = recommendation.revision();
  fact.concern = ConcernOf(recommendation.name());
  fact.due = LatestDay(recommendation.has_due_date(), recommendation.due_date());
  fact.times_returned = recommendation.times_returned();
  fact.claimed = claimed;
  fact.hypothetical = false;
  fact.of_open_cause = facts.causes.count(fact.concern) > 0;
  return counted() != before && (fact.of_open_cause || std::get<0>(before));
}

bool Take(const concerns::v1::ForceResponse& response, ForceFacts& facts) {
  ResponseFact& fact = facts.responses[ConcernOf(response.name())];
  if (rpc::CompareNames(response.name(), fact.name) < 0) return false;
  const auto before = fact.standing;
  fact.name = response.name();
  fact.revision = response.revision();
  fact.standing = StandingOf(response.state());
  fact.hypothetical = false;
  return fact.standing != before;
}

bool Take(const forces::v1::Inspection& inspection, ForceFacts& facts) {
  const auto& areas = inspection.report().graded_areas();
  const auto published = LatestDay(inspection.report().has_publication_date(), inspection.report().publication_date());
  if (inspection.state() != forces::v1::INSPECTION_STATE_PUBLISHED || areas.empty() || !published) {
    return facts.reports.erase(inspection.name()) > 0;
  }
  ReportFact& report = facts.reports[inspection.name()];
  report.revision = inspection.revision();
  report.published = *published;
  report.inadequate = static_cast<int>(std::count_if(
      areas.begin(), areas.end(), [](const auto& area) { return area.grade() == forces::v1::GRADE_INADEQUATE; }));
  return true;
}

bool Take(const v1::Monitoring& monitoring, ForceFacts& facts) {
  facts.monitoring = monitoring;
  return true;
}

bool Take(const v1::Plan& plan, ForceFacts& facts) {
  // Only the latest counts, and the latest that is in force.
  facts.plans[plan.name()] = std::make_shared<const v1::Plan>(plan);
  bool later_in_force = false, later = false;
  for (auto it = facts.plans.end(); it != facts.plans.begin();) {
    --it;
    const bool in_force = it->second->in_force_version() > 0;
    const bool counts = !later || (in_force && !later_in_force);
    later = true;
    later_in_force |= in_force;
    if (!counts) it = facts.plans.erase(it);
  }
  return true;
}

bool Take(const v1::Meeting& meeting, ForceFacts& facts) {
  if (!meeting.corrected_by().empty()) {
    return facts.meetings.erase(meeting.name()) > 0;
  }
  v1::Meeting& kept = facts.meetings[meeting.name()];
  kept.set_name(meeting.name());
  kept.set_revision(meeting.revision());
  *kept.mutable_meeting_date() = meeting.meeting_date();
  // Only the last one counts; some more are kept, as it may be corrected.
  if (facts.meetings.size() <= kMeetingsKept) return true;
  facts.meetings.erase(std::min_element(facts.meetings.begin(), facts.meetings.end(), [](const auto& a, const auto& b) {
    return SortsBefore(a.second.meeting_date(), b.second.meeting_date());
  }));
  return true;
}

void Forget(const std::string& name, ForceFacts& facts) {
  CloseCause(name, facts);
  facts.recommendations.erase(name);
  facts.plans.erase(name);
  facts.meetings.erase(name);
  facts.reports.erase(name);
}

v1::Monitoring StageOf(const Ladders& ladders, const ForceFacts& facts) {
  return facts.monitoring.name().empty() ? VirtualMonitoring(ladders, facts.force) : facts.monitoring;
}

const ResponseFact& ResponseTo(const ForceFacts& facts, const std::string& concern) {
  static const ResponseFact* const none = new ResponseFact();
  const auto it = facts.responses.find(concern);
  return it == facts.responses.end() ? *none : it->second;
}

bool CloseCause(const std::string& concern, ForceFacts& facts) {
  if (facts.causes.erase(concern) == 0) return false;
  MarkRecommendations(concern, false, facts);
  return true;
}

const v1::Plan* PlanOf(const ForceFacts& facts) {
  const v1::Plan* latest = nullptr;
  for (const auto& [name, plan] : facts.plans) {
    if (latest == nullptr || plan->in_force_version() > 0 || latest->in_force_version() == 0) latest = plan.get();
  }
  return latest;
}

bool IsNumber(const std::string& name) { return Find(name) != nullptr; }

bool MoreIsWorse(const std::string& name) {
  const Known* known = Find(name);
  return known != nullptr && known->more_is_worse;
}

int64_t NumberOf(const std::string& name, const Ladders& ladders, const ForceFacts& facts, absl::CivilDay on_date) {
  const Known* known = Find(name);
  return known == nullptr ? 0 : known->of({ladders, facts, on_date, /*explain=*/false}).value;
}

Number ExplainNumber(const std::string& name, const Ladders& ladders, const ForceFacts& facts, absl::CivilDay on_date) {
  const Known* known = Find(name);
  return known == nullptr ? Number() : known->of({ladders, facts, on_date, /*explain=*/true});
}

}  // namespace oversight::monitoring
