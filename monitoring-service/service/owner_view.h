// The owners' copies as the pure rules ask about them. Holds on to the copies, so that a decision sees one revision of
// each throughout. Thread safety: immutable.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "monitoring-service/domain/known_facts.h"
#include "monitoring-service/service/owners.h"

namespace oversight::monitoring {

class OwnerView final : public KnownFacts {
 public:
  explicit OwnerView(OwnerFacts facts) : facts_(std::move(facts)) {}

  std::shared_ptr<const concerns::v1::Concern> Concern(const std::string& name) const override {
    return Get<concerns::v1::Concern>(facts_.concerns, name);
  }
  std::shared_ptr<const concerns::v1::Evidence> Evidence(const std::string& name) const override {
    return Get<concerns::v1::Evidence>(facts_.concerns, name);
  }
  std::shared_ptr<const forces::v1::Inspection> Inspection(const std::string& name) const override {
    return Get<forces::v1::Inspection>(facts_.forces, name);
  }
  std::vector<std::shared_ptr<const concerns::v1::Recommendation>> RecommendationsOf(
      const std::string& concern) const override {
    return Below<concerns::v1::Recommendation>(concern);
  }
  std::vector<std::shared_ptr<const concerns::v1::ForceResponse>> ResponsesTo(
      const std::string& concern) const override {
    return Below<concerns::v1::ForceResponse>(concern);
  }
  std::vector<std::shared_ptr<const concerns::v1::Concern>> ConcernsOf(const std::string& force) const override {
    return Below<concerns::v1::Concern>(force);
  }

 private:
  template <class T>
  static std::shared_ptr<const T> Get(const std::shared_ptr<const rpc::InformerCopy>& copy, const std::string& name) {
    return copy == nullptr ? nullptr : copy->Get<T>(name);
  }
  template <class T>
  std::vector<std::shared_ptr<const T>> Below(const std::string& parent) const {
    if (facts_.concerns == nullptr) return {};
    return facts_.concerns->List<T>(parent + "/");
  }

  const OwnerFacts facts_;
};

}  // namespace oversight::monitoring
