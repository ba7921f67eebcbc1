// What the domain tests share: ladders, concerns and proposals made by hand, and short ways to say what a refusal is.
#pragma once

#include <map>
#include <string>

#include "absl/time/civil_time.h"
#include "common/rpc/errors.h"
#include "common/time/partial_date.h"
#include "gmock/gmock.h"
#include "google/protobuf/util/message_differencer.h"
#include "google/rpc/error_details.pb.h"
#include "gtest/gtest.h"
#include "monitoring-service/domain/actions.h"
#include "monitoring-service/domain/ladder.h"
#include "monitoring-service/domain/moves.h"
#include "monitoring-service/domain/names.h"
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

// Concerns by name, as the service's copy would have them.
class Concerns {
 public:
  Concerns(std::initializer_list<concerns::v1::Concern> concerns) {
    for (const auto& concern : concerns) by_name_[concern.name()] = concern;
  }
  concerns::v1::Concern& operator[](const std::string& name) { return by_name_[name]; }
  ConcernLookup lookup() const {
    return [this](const std::string& name) -> std::optional<concerns::v1::Concern> {
      const auto it = by_name_.find(name);
      if (it == by_name_.end()) return std::nullopt;
      return it->second;
    };
  }

 private:
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
  }
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
