// What the pure rules may ask about the facts that other services own, as they are now: concerns with all that belongs
// to them, and inspections. The service answers from its copies, a test from maps. Null: there is none. Thread safety:
// for one thread, during one decision.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "oversight/concerns/v1/concern.pb.h"
#include "oversight/concerns/v1/evidence.pb.h"
#include "oversight/concerns/v1/force_response.pb.h"
#include "oversight/concerns/v1/recommendation.pb.h"
#include "oversight/forces/v1/inspection.pb.h"

namespace oversight::monitoring {

class KnownFacts {
 public:
  virtual ~KnownFacts() = default;
  virtual std::shared_ptr<const concerns::v1::Concern> Concern(const std::string& name) const = 0;
  virtual std::shared_ptr<const concerns::v1::Evidence> Evidence(const std::string& name) const = 0;
  virtual std::shared_ptr<const forces::v1::Inspection> Inspection(const std::string& name) const = 0;
  // Those of one concern, in natural order of name.
  virtual std::vector<std::shared_ptr<const concerns::v1::Recommendation>> RecommendationsOf(
      const std::string& concern) const = 0;
  virtual std::vector<std::shared_ptr<const concerns::v1::ForceResponse>> ResponsesTo(
      const std::string& concern) const = 0;
  // Every concern of a force, in natural order of name.
  virtual std::vector<std::shared_ptr<const concerns::v1::Concern>> ConcernsOf(const std::string& force) const = 0;

  // Its causes of concern that are issued and neither discharged nor withdrawn, public or not.
  std::vector<std::shared_ptr<const concerns::v1::Concern>> OpenCausesOf(const std::string& force) const {
    auto causes = ConcernsOf(force);
    const auto other = [](const auto& concern) {
      return concern->kind() != concerns::v1::CONCERN_KIND_CAUSE_OF_CONCERN ||
             concern->state() != concerns::v1::CONCERN_STATE_ISSUED;
    };
    causes.erase(std::remove_if(causes.begin(), causes.end(), other), causes.end());
    return causes;
  }
};

}  // namespace oversight::monitoring
