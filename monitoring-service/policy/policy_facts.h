// What is known of one force for its assessment: what counts of each resource, by its exact version. The same functions
// take in resources from copies, from a read of the past and from a log replayed change by change, in any order of
// kinds, so that all three give the same facts. A resource that no longer counts, such as a discharged concern, leaves
// nothing behind, so this grows with what is open and not with how long the record is. Pure. Thread safety: a value,
// and free functions over it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "absl/time/civil_time.h"
#include "common/rpc/compare_names.h"
#include "monitoring-service/domain/ladder.h"
#include "oversight/concerns/v1/concern.pb.h"
#include "oversight/concerns/v1/force_response.pb.h"
#include "oversight/concerns/v1/recommendation.pb.h"
#include "oversight/forces/v1/inspection.pb.h"
#include "oversight/monitoring/v1/meeting.pb.h"
#include "oversight/monitoring/v1/monitoring.pb.h"
#include "oversight/monitoring/v1/plan.pb.h"
#include "oversight/monitoring/v1/policy.pb.h"

namespace oversight::monitoring {

// An open cause of concern.
struct CauseFact {
  int64_t revision = 0;
  std::string title;
  concerns::v1::HandlingLevel handling = concerns::v1::HANDLING_LEVEL_UNSPECIFIED;
  bool accelerated = false;
  bool reissued = false;
  // The latest day it may have been issued.
  std::optional<absl::CivilDay> issued;
  bool hypothetical = false;
};

// The latest answer to a concern.
struct ResponseFact {
  std::string name;
  int64_t revision = 0;
  v1::ResponseStanding standing = v1::RESPONSE_STANDING_NONE;
  bool hypothetical = false;
};

// An open recommendation.
struct RecommendationFact {
  int64_t revision = 0;
  std::string concern;
  // The latest day it may be due.
  std::optional<absl::CivilDay> due;
  int times_returned = 0;
  bool claimed = false;
  bool hypothetical = false;
  // Its cause is open: only then it counts.
  bool of_open_cause = false;
};

// A published report with grades.
struct ReportFact {
  int64_t revision = 0;
  absl::CivilDay published;
  int inadequate = 0;
};

struct ForceFacts {
  explicit ForceFacts(std::string force_name = "") : force(std::move(force_name)) {}

  std::string force;
  // Its stage as stored; without a name: it was never moved.
  v1::Monitoring monitoring;
  bool supposed_stage = false;
  template <class T>
  using ByName = std::map<std::string, T, rpc::NameLess>;
  ByName<CauseFact> causes;
  // By concern. Also of concerns that are not open, as an answer may come in before the issue is heard of.
  ByName<ResponseFact> responses;
  ByName<RecommendationFact> recommendations;
  ByName<ReportFact> reports;
  ByName<std::shared_ptr<const v1::Plan>> plans;
  ByName<v1::Meeting> meetings;  // Name, revision, date and whether it was corrected.
  bool supposed_plan = false, supposed_meeting = false;
};

// Takes in a version of a resource of the force; it replaces an earlier one. Whether the verdict on the force might be
// another now: false when nothing is different that a rule could look at, as when an area for improvement changes.
bool Take(const concerns::v1::Concern& concern, ForceFacts& facts);
bool Take(const concerns::v1::Recommendation& recommendation, ForceFacts& facts);
bool Take(const concerns::v1::ForceResponse& response, ForceFacts& facts);
bool Take(const forces::v1::Inspection& inspection, ForceFacts& facts);
bool Take(const v1::Monitoring& monitoring, ForceFacts& facts);
bool Take(const v1::Plan& plan, ForceFacts& facts);
bool Take(const v1::Meeting& meeting, ForceFacts& facts);

// The resource of this name is not there any more, whatever it was.
void Forget(const std::string& name, ForceFacts& facts);

// The stage it is in: VirtualMonitoring's for a force that was never moved.
v1::Monitoring StageOf(const Ladders& ladders, const ForceFacts& facts);
// How the force stands with its answer to this concern.
const ResponseFact& ResponseTo(const ForceFacts& facts, const std::string& concern);
// The cause is open no more; what belongs to it does not count any more. Whether it was open.
bool CloseCause(const std::string& concern, ForceFacts& facts);
// The plan in force, else the latest submitted; null: none.
const v1::Plan* PlanOf(const ForceFacts& facts);
// The name of the concern that a recommendation or a response belongs to.
std::string ConcernOf(const std::string& name);

// A number known of the force, by the names in v1::Condition, and the facts behind it.
struct Number {
  int64_t value = 0;
  std::vector<v1::AssessedFact> facts;
};
bool IsNumber(const std::string& name);
// More of it is worse. Of days_in_stage neither is.
bool MoreIsWorse(const std::string& name);
// Only the value, or with the facts behind it in words.
int64_t NumberOf(const std::string& name, const Ladders& ladders, const ForceFacts& facts, absl::CivilDay on_date);
Number ExplainNumber(const std::string& name, const Ladders& ladders, const ForceFacts& facts, absl::CivilDay on_date);

}  // namespace oversight::monitoring
