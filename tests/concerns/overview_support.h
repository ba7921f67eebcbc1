// Records to derive overviews from, written in words.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "concerns-service/domain/overview_record.h"
#include "tests/concerns/domain_support.h"

namespace oversight::concerns {

inline ConcernRecord Shared(const Record& record, const std::vector<v1::ForceResponse>& responses = {}) {
  ConcernRecord shared;
  shared.concern = std::make_shared<const v1::Concern>(record.concern);
  for (const auto& recommendation : record.recommendations) {
    shared.recommendations.push_back(std::make_shared<const v1::Recommendation>(recommendation));
  }
  for (const auto& response : responses) {
    shared.responses.push_back(std::make_shared<const v1::ForceResponse>(response));
  }
  return shared;
}

// One concern, put together field by field, also in ways that no command would.
class Made {
 public:
  explicit Made(const std::string& name, v1::ConcernKind kind = v1::CONCERN_KIND_CAUSE_OF_CONCERN) {
    v1::Concern& concern = record_.concern;
    concern.set_name(name);
    concern.set_kind(kind);
    concern.set_state(v1::CONCERN_STATE_DRAFT);
    concern.set_title("Investigations");
    concern.set_finding("The force is not carrying out effective investigations.");
    concern.set_theme("themes/investigations");
    *concern.mutable_found_date() = Date("2023-09");
  }
  Made& Issued(const std::string& day) {
    record_.concern.set_state(v1::CONCERN_STATE_ISSUED);
    *record_.concern.mutable_issue_date() = Date(day);
    return *this;
  }
  Made& Closed(v1::ConcernState state, const std::string& day) {
    record_.concern.set_state(state);
    *record_.concern.mutable_closure()->mutable_close_date() = Date(day);
    return *this;
  }
  Made& Theme(const std::string& theme) {
    record_.concern.set_theme(theme);
    return *this;
  }
  Made& Recommends(v1::RecommendationState state, const std::string& due = "", const std::string& text = "Do it.") {
    auto& recommendation = record_.recommendations.emplace_back();
    recommendation.set_name(record_.concern.name() + "/recommendations/" +
                            std::to_string(record_.recommendations.size()));
    recommendation.set_state(state);
    recommendation.set_text(text);
    if (!due.empty()) *recommendation.mutable_due_date() = Date(due);
    return *this;
  }
  Made& Responds(v1::ForceResponseState state, const std::string& day = "2023-12-01") {
    auto& response = responses_.emplace_back();
    response.set_name(record_.concern.name() + "/responses/" + std::to_string(responses_.size()));
    response.set_state(state);
    *response.mutable_respond_date() = Date(day);
    return *this;
  }
  v1::Concern& concern() { return record_.concern; }
  v1::Recommendation& last() { return record_.recommendations.back(); }
  ConcernRecord record() const { return Shared(record_, responses_); }

 private:
  Record record_;
  std::vector<v1::ForceResponse> responses_;
};

inline absl::CivilDay Day(const std::string& text) { return ToCivilDay(Date(text)).value(); }

inline constexpr auto kRecDraft = v1::RECOMMENDATION_STATE_DRAFT, kRecOpen = v1::RECOMMENDATION_STATE_OPEN,
                      kRecClaimed = v1::RECOMMENDATION_STATE_CLAIMED, kRecVerified = v1::RECOMMENDATION_STATE_VERIFIED,
                      kRecWithdrawn = v1::RECOMMENDATION_STATE_WITHDRAWN;

}  // namespace oversight::concerns
