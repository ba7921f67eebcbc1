#include "monitoring-service/service/policy_service.h"

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/rpc/errors.h"
#include "common/time/london.h"
#include "common/time/partial_date.h"
#include "monitoring-service/domain/names.h"
#include "monitoring-service/policy/assess.h"
#include "monitoring-service/policy/counterfactual.h"
#include "monitoring-service/policy/hypothetical.h"
#include "oversight/monitoring/v1/error_reason.pb.h"

namespace oversight::monitoring {
namespace {

using Changes = google::protobuf::RepeatedPtrField<v1::HypotheticalChange>;

// The day that is assessed: that of the moment, or one to come.
absl::StatusOr<absl::CivilDay> DayOf(bool given, const common::v1::PartialDate& on_date, absl::Time moment) {
  const absl::CivilDay day = LondonDay(moment);
  if (!given) return day;
  const auto wanted = ToCivilDay(on_date);
  if (wanted && *wanted >= day) return *wanted;
  Violations violations;
  violations.Add("on_date", absl::StrCat("must not be before ", FormatIso(day),
                                         ", the day of what is read; read.as_of reads the past"));
  return violations.status();
}

absl::StatusOr<const v1::Policy*> PolicyFor(const Policies& policies, const std::string& name, absl::CivilDay day) {
  const v1::Policy* policy = name.empty() ? policies.InForceOn(day) : policies.Find(name);
  if (policy != nullptr) return policy;
  if (!name.empty()) return NotFound("Policy", name);
  return Error(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_NO_POLICY_IN_FORCE,
               absl::StrCat("No policy was in force on ", FormatIso(day),
                            ". Name one; ListPolicies has those there are."))
      .With("on_date", FormatIso(day))
      .Precondition("NO_POLICY_IN_FORCE", FormatIso(day), "no policy is in force on this day");
}

// The policy of a backtest, and the one it is compared with: by name, or as the caller brings them.
absl::StatusOr<std::vector<v1::Policy>> ToTry(const Policies& policies, const v1::BacktestRequest& request,
                                              absl::CivilDay today) {
  Violations violations;
  std::map<std::string, std::string> texts;
  const auto check = [&](const char* field, const std::string& name, const std::string& text) {
    if (text.empty()) return;
    if (!name.empty()) violations.Add(field, "is in place of a policy by name: give one of the two");
    texts[field] = text;
  };
  check("policy_text", request.policy(), request.policy_text());
  check("against_text", request.against(), request.against_text());
  OVERSIGHT_RETURN_IF_ERROR(violations.status());
  OVERSIGHT_ASSIGN_OR_RETURN(const auto brought, policies.ParseToTry(texts));
  std::vector<v1::Policy> tried;
  const auto add = [&](const char* field, const std::string& name) -> absl::Status {
    if (const auto it = brought.find(field); it != brought.end()) {
      tried.push_back(it->second);
      return absl::OkStatus();
    }
    OVERSIGHT_ASSIGN_OR_RETURN(const v1::Policy* policy, PolicyFor(policies, name, today));
    tried.push_back(*policy);
    return absl::OkStatus();
  };
  OVERSIGHT_RETURN_IF_ERROR(add("policy_text", request.policy()));
  if (!request.against().empty() || !request.against_text().empty()) {
    OVERSIGHT_RETURN_IF_ERROR(add("against_text", request.against()));
  }
  if (tried.size() == 2 && !brought.empty() && tried[0].name() == tried[1].name()) {
    violations.Add(brought.begin()->first, absl::StrCat("has the name of the other policy, ", tried[0].name(),
                                                        ": give it another, so that the two can be told apart"));
  }
  OVERSIGHT_RETURN_IF_ERROR(violations.status());
  return tried;
}

// The changes that a request supposes, by force and in order.
class Supposed {
 public:
  explicit Supposed(const Changes& changes) : changes_(changes) {}

  // Every change is of a force that `knows` knows.
  void Check(const std::function<bool(const std::string&)>& knows, Violations& violations) const {
    for (int i = 0; i < changes_.size(); ++i) {
      const std::string force = ForceOf(changes_[i]);
      if (force.empty()) {
        violations.Add(Field(i), "must say what changes");
      } else if (!knows(force)) {
        violations.Add(Field(i), absl::StrCat("is of ", force, ", which is not assessed here"));
      }
    }
  }
  void Put(const Yardstick& by, ForceFacts& facts, Violations& violations) const {
    for (int i = 0; i < changes_.size(); ++i) {
      if (ForceOf(changes_[i]) != facts.force) continue;
      Suppose(changes_[i], Field(i), by.ladders, by.on_date, facts, violations);
    }
  }
  void Tell(v1::Assessment& assessment) const {
    for (const auto& change : changes_) {
      if (ForceOf(change) == assessment.force()) *assessment.add_supposed() = change;
    }
  }

 private:
  static std::string Field(int i) { return absl::StrCat("changes[", i, "]"); }
  const Changes& changes_;
};

void SetRevisions(const PolicyFacts& facts, v1::Assessment& assessment) {
  if (facts.own != nullptr) assessment.set_monitoring_revision(facts.own->revision());
  if (facts.owners.forces != nullptr) assessment.set_forces_revision(facts.owners.forces->revision());
  if (facts.owners.concerns != nullptr) assessment.set_concerns_revision(facts.owners.concerns->revision());
}

}  // namespace

PolicyServiceImpl::PolicyServiceImpl(rpc::Runtime& runtime, const Policies& policies, const Ladders& ladders,
                                     Owners& owners, rpc::Resources& resources, PolicyReader& reader)
    : host_(runtime.host),
      policies_(policies),
      ladders_(ladders),
      resources_(resources),
      gate_(owners, v1::PolicyService::service_full_name()),
      reader_(reader),
      backtests_(ladders, owners, resources) {}

void PolicyServiceImpl::Stop() { backtests_.Stop(); }

grpc::ServerWriteReactor<v1::BacktestResponse>* PolicyServiceImpl::Backtest(grpc::CallbackServerContext* context,
                                                                            const v1::BacktestRequest* request) {
  return host_.Stream<v1::BacktestResponse>(
      context, request,
      [this](const std::shared_ptr<BacktestRunner::Stream>& call, const v1::BacktestRequest& request) {
        auto policies = ToTry(policies_, request, LondonDay(resources_.clock().Now()));
        if (!policies.ok()) return call->Finish(policies.status());
        backtests_.Start(call, *std::move(policies));
      });
}

grpc::ServerUnaryReactor* PolicyServiceImpl::ListPolicies(grpc::CallbackServerContext* context,
                                                          const v1::ListPoliciesRequest* request,
                                                          v1::ListPoliciesResponse* response) {
  return host_.Unary(
      context, request, response,
      [this](rpc::Call&, const v1::ListPoliciesRequest&, v1::ListPoliciesResponse* response, rpc::Done done) {
        for (const auto& policy : policies_.all()) *response->add_policies() = policy;
        const v1::Policy* in_force = policies_.InForceOn(LondonDay(resources_.clock().Now()));
        if (in_force != nullptr) response->set_in_force(in_force->name());
        done(absl::OkStatus());
      });
}

grpc::ServerUnaryReactor* PolicyServiceImpl::GetPolicy(grpc::CallbackServerContext* context,
                                                       const v1::GetPolicyRequest* request,
                                                       v1::GetPolicyResponse* response) {
  return host_.Unary(
      context, request, response,
      [this](rpc::Call&, const v1::GetPolicyRequest& request, v1::GetPolicyResponse* response, rpc::Done done) {
        const v1::Policy* policy = policies_.Find(request.name());
        if (policy == nullptr) return done(NotFound("Policy", request.name()));
        *response->mutable_policy() = *policy;
        done(absl::OkStatus());
      });
}

grpc::ServerUnaryReactor* PolicyServiceImpl::AssessForce(grpc::CallbackServerContext* context,
                                                         const v1::AssessForceRequest* request,
                                                         v1::AssessForceResponse* response) {
  return host_.Unary(
      context, request, response,
      [this](rpc::Call& call, const v1::AssessForceRequest& request, v1::AssessForceResponse* response,
             rpc::Done done) {
        const auto answer = [this, &request, response](const PolicyFacts& known) -> absl::Status {
          if (known.owners.Force(request.name()) == nullptr) {
            return ForceNotFound(request.name(), request.read().has_as_of() ? " at that moment" : "");
          }
          OVERSIGHT_ASSIGN_OR_RETURN(const absl::CivilDay day,
                                     DayOf(request.has_on_date(), request.on_date(), known.moment));
          OVERSIGHT_ASSIGN_OR_RETURN(const v1::Policy* policy, PolicyFor(policies_, request.policy(), day));
          const Yardstick by{*policy, ladders_, day};
          ForceFacts facts = *known.Of(request.name());
          const Supposed supposed(request.changes());
          Violations violations;
          supposed.Check([&](const std::string& force) { return force == request.name(); }, violations);
          supposed.Put(by, facts, violations);
          OVERSIGHT_RETURN_IF_ERROR(violations.status());
          auto& assessment = *response->mutable_assessment();
          assessment = AssessFully(by, facts);
          supposed.Tell(assessment);
          SetRevisions(known, assessment);
          resources_.SetHeader(known.own->revision(), known.own->recorded_time(), response->mutable_header());
          return absl::OkStatus();
        };
        const auto read = [this, &call, &request, answer, done] {
          reader_.Read(call, request.read(), request.name(), [answer, done](const absl::StatusOr<PolicyFacts>& known) {
            done(known.ok() ? answer(*known) : known.status());
          });
        };
        if (request.read().has_as_of()) return read();
        gate_.IfForceExists(call, request.name(), done, read);
      });
}

grpc::ServerUnaryReactor* PolicyServiceImpl::AssessForces(grpc::CallbackServerContext* context,
                                                          const v1::AssessForcesRequest* request,
                                                          v1::AssessForcesResponse* response) {
  return host_.Unary(
      context, request, response,
      [this](rpc::Call& call, const v1::AssessForcesRequest& request, v1::AssessForcesResponse* response,
             rpc::Done done) {
        const auto answer = [this, &request, response](const PolicyFacts& known) -> absl::Status {
          OVERSIGHT_ASSIGN_OR_RETURN(const absl::CivilDay day,
                                     DayOf(request.has_on_date(), request.on_date(), known.moment));
          OVERSIGHT_ASSIGN_OR_RETURN(const v1::Policy* policy, PolicyFor(policies_, request.policy(), day));
          const Yardstick by{*policy, ladders_, day};
          const Supposed supposed(request.changes());
          Violations violations;
          supposed.Check([&](const std::string& force) { return known.owners.Force(force) != nullptr; }, violations);
          std::vector<v1::Assessment> assessments;
          for (const std::string& force : known.owners.ForceNames()) {
            if (!request.region().empty() && known.owners.Force(force)->region() != request.region()) continue;
            auto facts = known.Of(force);
            if (!request.changes().empty()) {
              ForceFacts otherwise = *facts;
              supposed.Put(by, otherwise, violations);
              facts = std::make_shared<const ForceFacts>(std::move(otherwise));
            }
            auto assessment = Assess(by, *facts);
            if (request.moves_only() && assessment.advised_stage() == assessment.stage()) continue;
            supposed.Tell(assessment);
            SetRevisions(known, assessment);
            assessments.push_back(std::move(assessment));
          }
          OVERSIGHT_RETURN_IF_ERROR(violations.status());
          std::stable_partition(assessments.begin(), assessments.end(), [](const v1::Assessment& assessment) {
            return assessment.advised_stage() != assessment.stage();
          });
          for (auto& assessment : assessments) *response->add_assessments() = std::move(assessment);
          resources_.SetHeader(known.own->revision(), known.own->recorded_time(), response->mutable_header());
          return absl::OkStatus();
        };
        reader_.Read(call, request.read(), kAnyForce, [answer, done](const absl::StatusOr<PolicyFacts>& known) {
          done(known.ok() ? answer(*known) : known.status());
        });
      });
}

}  // namespace oversight::monitoring
