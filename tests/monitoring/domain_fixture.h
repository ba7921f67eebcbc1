// What the domain tests share: ladders, concerns and proposals made by hand, and short ways to say what a refusal is.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "common/rpc/errors.h"
#include "common/time/partial_date.h"
#include "gmock/gmock.h"
#include "google/protobuf/util/message_differencer.h"
#include "google/rpc/error_details.pb.h"
#include "gtest/gtest.h"
#include "monitoring-service/domain/actions.h"
#include "monitoring-service/domain/known_facts.h"
#include "monitoring-service/domain/ladder.h"
#include "monitoring-service/domain/moves.h"
#include "monitoring-service/domain/names.h"
#include "monitoring-service/domain/reasons.h"
#include "monitoring-service/domain/record.h"

namespace oversight::monitoring {

inline const Ladders& ShippedLadders() {
  static const Ladders* ladders = new Ladders(*Ladders::Load("data/ladders.json"));
  return *ladders;
}

inline concerns::v1::Concern MakeConcern(const std::string& name,
                                         concerns::v1::ConcernState state = concerns::v1::CONCERN_STATE_ISSUED,
                                         concerns::v1::ConcernKind kind = concerns::v1::CONCERN_KIND_CAUSE_OF_CONCERN) {
  concerns::v1::Concern concern;
  concern.set_name(name);
  concern.set_revision(7);
  concern.set_kind(kind);
  concern.set_state(state);
  concern.set_title("Title of " + name);
  return concern;
}

// Facts by name, as the service's copies would have them.
class Concerns final : public KnownFacts {
 public:
  Concerns(std::initializer_list<concerns::v1::Concern> concerns) {
    for (const auto& concern : concerns) by_name_[concern.name()] = concern;
  }
  concerns::v1::Concern& operator[](const std::string& name) { return by_name_[name]; }
  std::map<std::string, concerns::v1::Evidence> evidence;
  std::map<std::string, forces::v1::Inspection> inspections;
  std::map<std::string, concerns::v1::Recommendation> recommendations;
  std::map<std::string, concerns::v1::ForceResponse> responses;

  std::shared_ptr<const concerns::v1::Concern> Concern(const std::string& name) const override {
    return Get(by_name_, name);
  }
  std::shared_ptr<const concerns::v1::Evidence> Evidence(const std::string& name) const override {
    return Get(evidence, name);
  }
  std::shared_ptr<const forces::v1::Inspection> Inspection(const std::string& name) const override {
    return Get(inspections, name);
  }
  std::vector<std::shared_ptr<const concerns::v1::Recommendation>> RecommendationsOf(
      const std::string& concern) const override {
    return Below(recommendations, concern);
  }
  std::vector<std::shared_ptr<const concerns::v1::ForceResponse>> ResponsesTo(
      const std::string& concern) const override {
    return Below(responses, concern);
  }
  std::vector<std::shared_ptr<const concerns::v1::Concern>> ConcernsOf(const std::string& force) const override {
    return Below(by_name_, force);
  }

 private:
  template <class T>
  static std::shared_ptr<const T> Get(const std::map<std::string, T>& known, const std::string& name) {
    const auto it = known.find(name);
    return it == known.end() ? nullptr : std::make_shared<const T>(it->second);
  }
  template <class T>
  static std::vector<std::shared_ptr<const T>> Below(const std::map<std::string, T>& known, const std::string& parent) {
    std::vector<std::shared_ptr<const T>> below;
    for (const auto& [name, resource] : known) {
      if (name.rfind(parent + "/", 0) == 0) below.push_back(std::make_shared<const T>(resource));
    }
    return below;
  }

  std::map<std::string, concerns::v1::Concern> by_name_;
};

inline v1::Proposal Wanted(const std::string& stage, v1::Ground ground, std::initializer_list<std::string> concerns) {
  v1::Proposal proposal;
  proposal.set_to_stage(stage);
  proposal.set_ground(ground);
  for (const auto& concern : concerns) {
    auto* reason = proposal.add_reasons();
    reason->set_text("Not dealing with " + (concern.empty() ? std::string("it") : concern));
    reason->set_concern(concern);
    reason->set_exit_criterion("It is dealt with, three months on end.");
  }
  return proposal;
}

// A reason that ends as met.
inline v1::ReasonOutcome Met(const std::string& id) {
  v1::ReasonOutcome outcome;
  outcome.set_reason(id);
  outcome.set_end(v1::REASON_END_MET);
  outcome.set_text("Seen at the revisit.");
  return outcome;
}
inline v1::ReasonOutcome Superseded(const std::string& id, const std::string& by) {
  v1::ReasonOutcome outcome = Met(id);
  outcome.set_end(v1::REASON_END_SUPERSEDED);
  outcome.set_superseded_by(by);
  return outcome;
}
inline v1::ReasonOutcome CarriedForward(const std::string& id) {
  v1::ReasonOutcome outcome = Met(id);
  outcome.set_end(v1::REASON_END_CARRIED_FORWARD);
  outcome.set_followed_by("HM Inspector for the Midlands");
  outcome.set_follow_up("At the next inspection.");
  return outcome;
}
// Every reason of the episode as met.
inline v1::Proposal Accounted(v1::Proposal proposal, const std::optional<v1::Episode>& episode) {
  if (!episode) return proposal;
  for (const auto& reason : ReasonsOf(*episode)) *proposal.add_reason_outcomes() = Met(reason.id());
  return proposal;
}

inline common::v1::PartialDate Day(int year, int month, int day) {
  return ToPartialDate(absl::CivilDay(year, month, day));
}

// The PreconditionFailure violations of a refusal as "TYPE subject".
inline std::vector<std::string> PreconditionsOf(const absl::Status& status) {
  google::rpc::PreconditionFailure failure;
  if (auto payload = status.GetPayload("type.googleapis.com/google.rpc.PreconditionFailure")) {
    failure.ParseFromString(std::string(*payload));
  }
  std::vector<std::string> result;
  for (const auto& violation : failure.violations()) result.push_back(violation.type() + " " + violation.subject());
  return result;
}

inline std::vector<std::string> FieldsOf(const absl::Status& status) {
  std::vector<std::string> fields;
  for (const auto& [field, description] : ViolationsOf(status)) fields.push_back(field);
  return fields;
}

inline bool Same(const google::protobuf::Message& a, const google::protobuf::Message& b) {
  return google::protobuf::util::MessageDifferencer::Equals(a, b);
}

// A refusal by code and reason.
MATCHER_P2(Refuses, code, reason, "") {
  const absl::Status& status = arg;
  *result_listener << status.ToString() << " reason " << ReasonOf(status);
  return status.code() == code && ReasonOf(status) == reason;
}

}  // namespace oversight::monitoring
