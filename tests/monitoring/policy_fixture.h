// What the tests of policies share: facts of a force made by hand, and policies from short texts.
#pragma once

#include <string>

#include "absl/strings/str_cat.h"
#include "google/protobuf/text_format.h"
#include "monitoring-service/policy/assess.h"
#include "monitoring-service/policy/counterfactual.h"
#include "monitoring-service/policy/hypothetical.h"
#include "monitoring-service/policy/policy_data.h"
#include "monitoring-service/policy/policy_facts.h"
#include "tests/monitoring/domain_fixture.h"

namespace oversight::monitoring {

inline const Policies& ShippedPolicies() {
  static const Policies* policies = new Policies(*Policies::Load("data/policies"));
  return *policies;
}
inline const v1::Policy& PublishedGrounds() { return *ShippedPolicies().Find("policies/published-grounds"); }

// A policy of these rules, in protobuf text. Not checked.
inline v1::Policy PolicyOf(const std::string& rules) {
  v1::Policy policy;
  if (!google::protobuf::TextFormat::ParseFromString(absl::StrCat("name: 'policies/p' display_name: 'P' ", rules),
                                                     &policy)) {
    ADD_FAILURE() << "no policy: " << rules;
  }
  return policy;
}
// A rule in protobuf text.
inline std::string RuleText(const std::string& id, const std::string& move, const std::string& conditions,
                            int weight = 0) {
  return absl::StrCat("rules { id: '", id, "' text: 'Rule ", id, ".' source: 'Test.' advises: ADVISED_MOVE_", move, " ",
                      conditions, weight > 0 ? absl::StrCat(" weight: ", weight) : "", " }\n");
}

inline const absl::CivilDay kToday(2026, 6, 30);

inline concerns::v1::Concern Cause(const std::string& name, concerns::v1::HandlingLevel handling, int days_open = 100) {
  concerns::v1::Concern concern = MakeConcern(name);
  concern.mutable_handling()->set_level(handling);
  *concern.mutable_issue_date() = ToPartialDate(kToday - days_open);
  return concern;
}
inline concerns::v1::Recommendation Due(const std::string& name, int days_overdue, int times_returned = 0) {
  concerns::v1::Recommendation recommendation;
  recommendation.set_name(name);
  recommendation.set_revision(9);
  recommendation.set_state(concerns::v1::RECOMMENDATION_STATE_OPEN);
  *recommendation.mutable_due_date() = ToPartialDate(kToday - days_overdue);
  recommendation.set_times_returned(times_returned);
  return recommendation;
}
inline concerns::v1::ForceResponse Answer(const std::string& name, concerns::v1::ForceResponseState state) {
  concerns::v1::ForceResponse response;
  response.set_name(name);
  response.set_revision(11);
  response.set_state(state);
  return response;
}
inline v1::Monitoring InStage(const std::string& force, const std::string& stage, int days = 100) {
  v1::Monitoring monitoring;
  monitoring.set_name(force + "/monitoring");
  monitoring.set_revision(3);
  monitoring.set_stage(stage);
  monitoring.set_stage_display_name(stage == "engage" ? "Engage" : "Scan");
  monitoring.set_enhanced(stage == "engage");
  *monitoring.mutable_since_date() = ToPartialDate(kToday - days);
  return monitoring;
}

inline Yardstick By(const v1::Policy& policy, absl::CivilDay on_date = kToday) {
  return {policy, ShippedLadders(), on_date};
}

}  // namespace oversight::monitoring
