#include "monitoring-service/policy/hypothetical.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/time/partial_date.h"
#include "monitoring-service/domain/names.h"
#include "monitoring-service/policy/assess.h"

namespace oversight::monitoring {
namespace {

using Change = v1::HypotheticalChange;

template <class Map>
auto* Open(Map& map, const std::string& name, const char* what, const std::string& field, Violations& violations) {
  const auto it = map.find(name);
  if (it != map.end()) return &it->second;
  violations.Add(field, absl::StrCat("must name an open ", what, "; ", name, " is not one"));
  return static_cast<decltype(&it->second)>(nullptr);
}

void SupposeStage(const v1::HypotheticalStage& wanted, const std::string& field, const Ladders& ladders,
                  absl::CivilDay on_date, ForceFacts& facts, Violations& violations) {
  const v1::Stage* stage = ladders.FindStage(wanted.stage());
  if (stage == nullptr) {
    violations.Add(field + ".stage", absl::StrCat("must be a stage of ", ladders.in_force().name()));
    return;
  }
  facts.monitoring = StageOf(ladders, facts);
  facts.monitoring.set_stage(stage->id());
  facts.monitoring.set_stage_display_name(stage->display_name());
  facts.monitoring.set_enhanced(stage->enhanced());
  *facts.monitoring.mutable_since_date() = ToPartialDate(on_date);
  facts.supposed_stage = true;
}

void SupposeCause(const v1::HypotheticalCause& wanted, absl::CivilDay on_date, ForceFacts& facts) {
  int number = 1;
  std::string name;
  do {
    name = absl::StrCat(facts.force, "/concerns/supposed-", number++);
  } while (facts.causes.count(name) > 0);
  CauseFact& cause = facts.causes[name];
  cause.title = "a supposed cause of concern";
  cause.handling = wanted.level();
  cause.accelerated = wanted.accelerated();
  cause.issued = on_date;
  cause.hypothetical = true;
}

std::string Level(concerns::v1::HandlingLevel level) {
  const std::string& name = concerns::v1::HandlingLevel_Name(level);
  return absl::AsciiStrToLower(absl::StrReplaceAll(name.substr(sizeof("HANDLING_LEVEL_") - 1), {{"_", " "}}));
}

}  // namespace

std::string ForceOf(const Change& change) {
  switch (change.change_case()) {
    case Change::kDischargeConcern:
      return ForceOf(change.discharge_concern());
    case Change::kAssessHandling:
      return ForceOf(change.assess_handling().concern());
    case Change::kJudgeResponse:
      return ForceOf(change.judge_response().concern());
    case Change::kIssueCause:
      return change.issue_cause().force();
    case Change::kOverdue:
      return ForceOf(change.overdue().recommendation());
    case Change::kVerifyRecommendation:
      return ForceOf(change.verify_recommendation());
    case Change::kReturnClaim:
      return ForceOf(change.return_claim());
    case Change::kAcceptPlan:
      return change.accept_plan();
    case Change::kHoldMeeting:
      return change.hold_meeting();
    case Change::kStage:
      return change.stage().force();
    default:
      return "";
  }
}

void Suppose(const Change& change, const std::string& field, const Ladders& ladders, absl::CivilDay on_date,
             ForceFacts& facts, Violations& violations) {
  switch (change.change_case()) {
    case Change::kDischargeConcern:
      if (Open(facts.causes, change.discharge_concern(), "cause of concern", field + ".discharge_concern",
               violations)) {
        CloseCause(change.discharge_concern(), facts);
      }
      return;
    case Change::kAssessHandling:
      if (auto* cause = Open(facts.causes, change.assess_handling().concern(), "cause of concern",
                             field + ".assess_handling.concern", violations)) {
        cause->handling = change.assess_handling().level();
        cause->hypothetical = true;
      }
      return;
    case Change::kJudgeResponse:
      if (Open(facts.causes, change.judge_response().concern(), "cause of concern", field + ".judge_response.concern",
               violations)) {
        ResponseFact& response = facts.responses[change.judge_response().concern()];
        response.standing = change.judge_response().adequacy() == concerns::v1::ADEQUACY_ADEQUATE
                                ? v1::RESPONSE_STANDING_ADEQUATE
                                : v1::RESPONSE_STANDING_INADEQUATE;
        response.hypothetical = true;
      }
      return;
    case Change::kIssueCause:
      return SupposeCause(change.issue_cause(), on_date, facts);
    case Change::kOverdue:
      if (auto* recommendation = Open(facts.recommendations, change.overdue().recommendation(), "recommendation",
                                      field + ".overdue.recommendation", violations)) {
        recommendation->due = on_date - change.overdue().days();
        recommendation->claimed = false;
        recommendation->hypothetical = true;
      }
      return;
    case Change::kVerifyRecommendation:
      if (Open(facts.recommendations, change.verify_recommendation(), "recommendation",
               field + ".verify_recommendation", violations)) {
        facts.recommendations.erase(change.verify_recommendation());
      }
      return;
    case Change::kReturnClaim:
      if (auto* recommendation = Open(facts.recommendations, change.return_claim(), "recommendation",
                                      field + ".return_claim", violations)) {
        ++recommendation->times_returned;
        recommendation->claimed = false;
        recommendation->hypothetical = true;
      }
      return;
    case Change::kAcceptPlan:
      facts.supposed_plan = true;
      return;
    case Change::kHoldMeeting:
      facts.supposed_meeting = true;
      return;
    case Change::kStage:
      return SupposeStage(change.stage(), field + ".stage", ladders, on_date, facts, violations);
    default:
      violations.Add(field, "must say what changes");
  }
}

std::string InWords(const Change& change, const Ladders& ladders) {
  switch (change.change_case()) {
    case Change::kDischargeConcern:
      return absl::StrCat("discharge of ", ShortName(change.discharge_concern()));
    case Change::kAssessHandling:
      return absl::StrCat(ShortName(change.assess_handling().concern()), " handled as ",
                          Level(change.assess_handling().level()));
    case Change::kJudgeResponse:
      return absl::StrCat(
          change.judge_response().adequacy() == concerns::v1::ADEQUACY_ADEQUATE ? "an adequate" : "an inadequate",
          " response on ", ShortName(change.judge_response().concern()));
    case Change::kIssueCause:
      return absl::StrCat("one more ", change.issue_cause().accelerated() ? "accelerated " : "", "cause of concern",
                          change.issue_cause().level() == concerns::v1::HANDLING_LEVEL_UNSPECIFIED
                              ? ""
                              : absl::StrCat(" handled as ", Level(change.issue_cause().level())));
    case Change::kOverdue:
      return absl::StrCat(ShortName(change.overdue().recommendation()), " overdue by ", change.overdue().days(),
                          change.overdue().days() == 1 ? " day" : " days");
    case Change::kVerifyRecommendation:
      return absl::StrCat("verification of ", ShortName(change.verify_recommendation()));
    case Change::kReturnClaim:
      return absl::StrCat("one more claim returned on ", ShortName(change.return_claim()));
    case Change::kAcceptPlan:
      return "a plan accepted, with no milestone late";
    case Change::kHoldMeeting:
      return "a meeting with inspectors";
    case Change::kStage:
      return absl::StrCat("the stage ", StageName(ladders, change.stage().stage()));
    default:
      return "nothing";
  }
}

}  // namespace oversight::monitoring
